/* A virtual camera through the C API alone: finds the camera, puts what it sees through the preset fakecam
 * (with a segmenter that needs no network) into a virtual camera and the same frames into a file.
 *   vbg_test_v4l2_c CAMERA NODE FILE       CAMERA, NODE: /dev/video...
 * Each line it reads is a new background while frames go on; at the end of its input it stops, and says how
 * many frames there were. */
#define _POSIX_C_SOURCE 200809L
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <vbg/vbg.h>

static int good(vbg_status status) {
    char text[2000];
    if (status == VBG_OK) return 1;
    vbg_error_message(text, sizeof text);
    fprintf(stderr, "%s: %s\n", vbg_status_name(status), text);
    return 0;
}

/* Whether the library's own list has a camera at that node, with modes and settings. */
static int is_listed(const char* node) {
    vbg_camera_list* cameras = NULL;
    uint32_t count = 0;
    int found = 0;
    if (!good(vbg_camera_list_create(&cameras))) return 0;
    good(vbg_camera_list_count(cameras, &count));
    for (uint32_t i = 0; i < count && !found; ++i) {
        vbg_camera_info camera = VBG_STRUCT(vbg_camera_info);
        vbg_camera_mode mode = VBG_STRUCT(vbg_camera_mode);
        vbg_camera_control control = VBG_STRUCT(vbg_camera_control);
        if (!good(vbg_camera_list_get(cameras, i, &camera)) || strcmp(camera.node, node) != 0) continue;
        found = good(vbg_camera_list_get_mode(cameras, i, 0, &mode)) &&
                good(vbg_camera_list_get_control(cameras, i, 0, &control));
        if (found) {
            printf("%s is %s (%s): %s %dx%d, %s %d\n", node, camera.name, camera.driver, mode.format,
                   (int)mode.width, (int)mode.height, control.name, (int)control.value);
        }
    }
    vbg_camera_list_destroy(cameras);
    if (!found) fprintf(stderr, "%s is not among the %u cameras\n", node, (unsigned)count);
    return found;
}

/* After each frame: takes a line where one waits. The C library's own buffer would hide it from poll(). */
static int32_t obey(void* user) {
    char line[200];
    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    size_t length = 0;
    if (poll(&input, 1, 0) == 0) return 0;
    while (length + 1 < sizeof line && read(STDIN_FILENO, line + length, 1) == 1 && line[length] != '\n')
        ++length;
    line[length] = '\0';
    if (length == 0) return 1; /* the end */
    return good(vbg_pipeline_set_part((vbg_pipeline*)user, "background", line)) ? 0 : 1;
}

static int run(vbg_pipeline* pipeline, char** argv) {
    char source[200], sink[200], file[1000];
    vbg_stats stats = VBG_STRUCT(vbg_stats);
    vbg_live_options live = VBG_STRUCT(vbg_live_options);
    live.stall_ms = 20000; /* what takes a second on a busy machine is not lost */
    snprintf(source, sizeof source, "v4l2:device=%s,size=320x180,fps=15", argv[1]);
    snprintf(sink, sizeof sink, "v4l2:device=%s,format=yuyv", argv[2]);
    snprintf(file, sizeof file, "raw:path=%s,format=yuyv", argv[3]);
    if (!good(vbg_pipeline_set_source(pipeline, source)) ||
        !good(vbg_pipeline_set_segmenter(pipeline, "chroma_key")) ||
        !good(vbg_pipeline_add_background(pipeline, "color:value=#123456")) ||
        !good(vbg_pipeline_use_preset(pipeline, "fakecam")) || !good(vbg_pipeline_add_sink(pipeline, sink)) ||
        !good(vbg_pipeline_add_sink(pipeline, file)) || !good(vbg_pipeline_set_live(pipeline, &live)) ||
        !good(vbg_pipeline_run(pipeline, 0, obey, pipeline)) || !good(vbg_pipeline_stats(pipeline, &stats))) {
        return 1;
    }
    printf("{\"frames_out\": %llu, \"frames_repeated\": %llu, \"frames_failed\": %llu, \"mattes\": %llu}\n",
           (unsigned long long)stats.frames_out, (unsigned long long)stats.frames_repeated,
           (unsigned long long)stats.frames_failed, (unsigned long long)stats.mattes);
    return 0;
}

int main(int argc, char** argv) {
    vbg_pipeline* pipeline = NULL;
    int failed = 1;
    good(vbg_process_prepare(argc, argv));
    if (argc != 4) return fprintf(stderr, "usage: %s CAMERA NODE FILE\n", argv[0]), 2;
    if (is_listed(argv[1]) && good(vbg_pipeline_create(0, &pipeline))) failed = run(pipeline, argv);
    vbg_pipeline_destroy(pipeline);
    return failed;
}
