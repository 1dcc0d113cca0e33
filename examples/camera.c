/* A virtual camera steered from the keyboard: what vbg-cam does with cameras, in C.
 *   camera                  lists the cameras, and what is wrong with this machine
 *   camera SOURCE SINK      e.g. camera v4l2:device=/dev/video0 v4l2:device=/dev/video20
 * Then, a line each: pause, freeze, resume, status, snapshot FILE, quit, or a part and what it shall be
 * (background image:path=beach.jpg).
 *   cc camera.c $(pkg-config --cflags --libs vbg-c) -pthread -o camera */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <vbg/vbg.h>

/* Whether it went well; says why not. */
static int good(vbg_status status) {
    char text[2000];
    if (status == VBG_OK) return 1;
    vbg_error_message(text, sizeof text);
    fprintf(stderr, "%s: %s\n", vbg_status_name(status), text);
    return 0;
}

static int list(void) {
    vbg_camera_list* cameras = NULL;
    vbg_diagnosis* diagnosis = NULL;
    uint32_t count = 0;
    if (!good(vbg_camera_list_create(&cameras)) || !good(vbg_camera_list_count(cameras, &count))) return 1;
    for (uint32_t i = 0; i < count; ++i) {
        vbg_camera_info camera = VBG_STRUCT(vbg_camera_info);
        if (!good(vbg_camera_list_get(cameras, i, &camera))) continue;
        printf("%s %s%s\n", camera.node, camera.name, camera.is_virtual ? " (virtual)" : "");
        for (uint32_t m = 0; m < camera.mode_count; ++m) {
            vbg_camera_mode mode = VBG_STRUCT(vbg_camera_mode);
            if (!good(vbg_camera_list_get_mode(cameras, i, m, &mode))) continue;
            printf("    %s %dx%d", mode.format, (int)mode.width, (int)mode.height);
            for (uint32_t r = 0; r < mode.rate_count; ++r) printf(" %g/s", mode.rates[r]);
            printf("\n");
        }
    }
    vbg_camera_list_destroy(cameras);

    if (!good(vbg_diagnosis_create(NULL, &diagnosis))) return 1;
    if (!good(vbg_diagnosis_count(diagnosis, &count))) return 1;
    for (uint32_t i = 0; i < count; ++i) {
        vbg_finding finding = VBG_STRUCT(vbg_finding);
        if (!good(vbg_diagnosis_get(diagnosis, i, &finding))) continue;
        printf("%s: %s: %s\n", vbg_severity_name(finding.severity), finding.topic, finding.text);
        if (finding.fix[0] != '\0') printf("    -> %s\n", finding.fix);
    }
    vbg_diagnosis_destroy(diagnosis);
    return 0;
}

static void snapshot(vbg_pipeline* pipeline, const char* file) {
    vbg_frame* frame = NULL;
    vbg_frame_view view = VBG_STRUCT(vbg_frame_view);
    if (good(vbg_pipeline_last_frame(pipeline, &frame)) && good(vbg_frame_get_view(frame, &view))) {
        good(vbg_view_save(&view, file));
    }
    vbg_frame_destroy(frame);
}

static void status(vbg_pipeline* pipeline) {
    vbg_stats stats = VBG_STRUCT(vbg_stats);
    if (!good(vbg_pipeline_stats(pipeline, &stats))) return;
    printf("%s: %llu frames, %.1f/s, %.0f ms late, %.2f cores\n", vbg_state_name(stats.state),
           (unsigned long long)stats.frames_out, stats.fps, 1000 * stats.latency_mean, stats.cpu);
    fflush(stdout);
}

/* The functions that steer are thread-safe: frames go on in another thread. */
static void* run(void* pipeline) {
    const vbg_status status = vbg_pipeline_run(pipeline, 0, NULL, NULL);
    good(status);
    return status == VBG_OK ? pipeline : NULL;
}

static void obey(vbg_pipeline* pipeline, char* line) {
    char* rest = strchr(line, ' ');
    if (rest != NULL) *rest++ = '\0';
    if (rest == NULL && strcmp(line, "pause") == 0) {
        good(vbg_pipeline_pause(pipeline));
    } else if (rest == NULL && strcmp(line, "freeze") == 0) {
        good(vbg_pipeline_freeze(pipeline));
    } else if (rest == NULL && strcmp(line, "resume") == 0) {
        good(vbg_pipeline_resume(pipeline));
    } else if (rest == NULL && strcmp(line, "status") == 0) {
        status(pipeline);
    } else if (rest != NULL && strcmp(line, "snapshot") == 0) {
        snapshot(pipeline, rest);
    } else {
        good(vbg_pipeline_set_part(pipeline, line, rest == NULL ? "" : rest));
    }
}

int main(int argc, char** argv) {
    char line[1000];
    pthread_t runner;
    void* went_well = NULL;
    vbg_pipeline* pipeline = NULL;
    vbg_live_options live = VBG_STRUCT(vbg_live_options);
    if (argc == 1) return list();
    if (argc != 3) return fprintf(stderr, "usage: %s [SOURCE SINK]\n", argv[0]), 2;

    good(vbg_process_prepare(argc, argv));
    live.on_demand = 1; /* the camera is off while nobody looks */
    live.hold_rate = 1;
    if (!good(vbg_pipeline_create(0, &pipeline)) || !good(vbg_pipeline_set_source(pipeline, argv[1])) ||
        !good(vbg_pipeline_add_sink(pipeline, argv[2])) || !good(vbg_pipeline_set_live(pipeline, &live)) ||
        !good(vbg_pipeline_use_preset(pipeline, "default")) ||
        !good(vbg_pipeline_set_sync(pipeline, VBG_SYNC_LATEST)) || !good(vbg_pipeline_open(pipeline)) ||
        pthread_create(&runner, NULL, run, pipeline) != 0) {
        vbg_pipeline_destroy(pipeline);
        return 1;
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strcmp(line, "quit") == 0) break;
        if (line[0] != '\0') obey(pipeline, line);
    }
    vbg_pipeline_stop(pipeline);
    pthread_join(runner, &went_well);
    vbg_pipeline_destroy(pipeline);
    return went_well != NULL ? 0 : 1;
}
