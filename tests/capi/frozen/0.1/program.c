/* A program of libvbg 0.1's first days. It is compiled with the headers beside it, which are never changed,
 * and exists compiled as well (program.x86_64.s); both must run with every later 0.1 library. Behind every
 * struct that the library fills in stands a word that it must not touch, since a later library's struct may
 * be longer. Ends with 0, or with the line that went wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vbg/vbg.h>

#define FENCE 0x5eafe75eafe75eafULL
#define FENCED(type)    \
    struct {            \
        type it;        \
        uint64_t fence; \
    }
#define FENCED_INIT(type) \
    { {.struct_size = (uint32_t)sizeof(type)}, .fence = FENCE }

static void fail(int line) {
    char text[1000];
    vbg_error_message(text, sizeof text);
    fprintf(stderr, "program.c:%d: %s\n", line, text);
    exit(1);
}
#define CHECK(condition) ((condition) ? (void)0 : fail(__LINE__))

enum { W = 16, H = 8, FRAMES = 5 };
static unsigned char camera[W * H * 3];
static int segmented, configured, written, opened, read_frames, destroyed, logged, progressed;
static unsigned char last_written[3];

static vbg_status on_configure(void* user, const vbg_frame_spec* spec) {
    CHECK(user == &segmented && spec->width == W && spec->height == H && spec->format == VBG_FORMAT_BGR8);
    CHECK(spec->struct_size >= sizeof *spec);
    ++configured;
    return VBG_OK;
}
/* The left half is the person. */
static vbg_status on_segment(void* user, const vbg_frame_view* frame, const vbg_mask_view* alpha,
                             const vbg_frame_view* foreground, int32_t* foreground_written) {
    CHECK(user == &segmented && frame->width == W && alpha->height == H && alpha->format == VBG_MASK_U8);
    CHECK(foreground == NULL || *foreground_written == 0);
    for (int y = 0; y < H; ++y) {
        unsigned char* row = (unsigned char*)alpha->data + y * alpha->stride;
        memset(row, 255, W / 2);
        memset(row + W / 2, 0, W / 2);
    }
    ++segmented;
    return VBG_OK;
}
static void on_destroy(void* user) {
    (void)user;
    ++destroyed;
}

static vbg_status on_open(void* user, vbg_frame_spec* spec) {
    (void)user;
    spec->format = VBG_FORMAT_BGR8;
    spec->width = W;
    spec->height = H;
    spec->fps = 25;
    return VBG_OK;
}
static vbg_status on_read(void* user, int32_t timeout_ms, vbg_frame_view* frame, int32_t* result) {
    (void)user;
    CHECK(timeout_ms >= 0 && frame->width == W && *result == VBG_READ_FRAME);
    if (read_frames == FRAMES) {
        *result = VBG_READ_END;
        return VBG_OK;
    }
    frame->planes[0] = camera;
    frame->sequence = (uint64_t)read_frames++;
    return VBG_OK;
}
static uint64_t on_length(void* user) {
    (void)user;
    return FRAMES;
}

static vbg_status on_sink_open(void* user, vbg_frame_spec* spec) {
    (void)user;
    CHECK(spec->width == W && spec->height == H && spec->fps == 25);
    ++opened;
    return VBG_OK;
}
static vbg_status on_write(void* user, const vbg_frame_view* frame) {
    (void)user;
    memcpy(last_written, (const unsigned char*)frame->planes[0] + 3 * (W - 1), 3);
    CHECK(((const unsigned char*)frame->planes[0])[0] == 7); /* the person's corner */
    ++written;
    return VBG_OK;
}
static int32_t on_progress(void* user) {
    ++*(int*)user;
    return 0;
}
static void on_log(void* user, int32_t level, const char* text) {
    (void)level;
    CHECK(text != NULL);
    ++*(int*)user;
}

/* A whole pipeline of callbacks, and what is told about it. */
static void run_pipeline(void) {
    vbg_stage_callbacks stage = VBG_STRUCT(vbg_stage_callbacks);
    vbg_source_callbacks from = VBG_STRUCT(vbg_source_callbacks);
    vbg_sink_callbacks to = VBG_STRUCT(vbg_sink_callbacks);
    vbg_live_options live = VBG_STRUCT(vbg_live_options);
    vbg_pipeline* pipeline;
    vbg_segmenter* segmenter;
    vbg_source* source;
    vbg_sink* sink;
    stage.configure = on_configure;
    stage.destroy = on_destroy;
    from.open = on_open;
    from.read = on_read;
    from.length = on_length;
    from.destroy = on_destroy;
    to.open = on_sink_open;
    to.write = on_write;
    to.destroy = on_destroy;
    memset(camera, 7, sizeof camera);

    CHECK(vbg_pipeline_create(1, &pipeline) == VBG_OK);
    CHECK(vbg_source_create_custom("my_camera", &from, NULL, &source) == VBG_OK);
    CHECK(vbg_segmenter_create_custom("halves", on_segment, &stage, 0, 0, &segmented, &segmenter) == VBG_OK);
    CHECK(vbg_sink_create_custom("my_screen", &to, NULL, &sink) == VBG_OK);
    CHECK(vbg_pipeline_take_source(pipeline, source) == VBG_OK);
    CHECK(vbg_pipeline_take_segmenter(pipeline, segmenter) == VBG_OK);
    CHECK(vbg_pipeline_take_sink(pipeline, sink) == VBG_OK);
    CHECK(vbg_sink_close(sink) == VBG_ERROR_INVALID_ARGUMENT); /* the pipeline's now */
    CHECK(vbg_pipeline_add_background(pipeline, "color:value=#0a0b0c") == VBG_OK);
    CHECK(vbg_pipeline_set_card(pipeline, "color:value=#010203") == VBG_OK);
    CHECK(vbg_pipeline_set_sync(pipeline, VBG_SYNC_EXACT) == VBG_OK);
    CHECK(vbg_pipeline_set_on_failure(pipeline, VBG_FAILURE_STOP) == VBG_OK);
    CHECK(vbg_pipeline_set_show(pipeline, VBG_SHOW_COMPOSITE) == VBG_OK);
    live.idle_after_ms = 1000;
    live.max_cpu = 1.5;
    CHECK(vbg_pipeline_set_live(pipeline, &live) == VBG_OK);
    live.fps = -1;
    CHECK(vbg_pipeline_set_live(pipeline, &live) == VBG_ERROR_INVALID_ARGUMENT);

    CHECK(vbg_pipeline_open(pipeline) == VBG_OK);
    CHECK(vbg_pipeline_run(pipeline, 0, on_progress, &progressed) == VBG_OK);
    CHECK(configured >= 1 && opened >= 1 && segmented == FRAMES && written == FRAMES);
    CHECK(progressed == FRAMES && last_written[0] == 12 && last_written[1] == 11 && last_written[2] == 10);

    FENCED(vbg_stats) stats = FENCED_INIT(vbg_stats);
    CHECK(vbg_pipeline_stats(pipeline, &stats.it) == VBG_OK);
    CHECK(stats.fence == FENCE && stats.it.struct_size == sizeof stats.it && stats.it.frames_out == FRAMES);
    CHECK(stats.it.mattes == FRAMES && stats.it.state == VBG_STATE_STOPPED && stats.it.level == 0);
    CHECK(stats.it.stage_count >= 3);

    /* An array: the library steps by the size that this program knows. */
    struct {
        vbg_stage_time it[8];
        uint64_t fence;
    } times = {.fence = FENCE};
    uint32_t count = 0;
    int found = 0;
    for (int i = 0; i < 8; ++i) times.it[i].struct_size = (uint32_t)sizeof times.it[i];
    CHECK(vbg_pipeline_stage_times(pipeline, times.it, 8, &count) == VBG_OK);
    CHECK(times.fence == FENCE && count == stats.it.stage_count);
    for (uint32_t i = 0; i < count && i < 8; ++i) {
        CHECK(times.it[i].max >= times.it[i].mean && times.it[i].mean >= 0);
        found += strcmp(times.it[i].name, "segmenter halves") == 0;
    }
    CHECK(found == 1);

    FENCED(vbg_frame_spec) spec = FENCED_INIT(vbg_frame_spec);
    CHECK(vbg_pipeline_output_spec(pipeline, &spec.it) == VBG_OK);
    CHECK(spec.fence == FENCE && spec.it.width == W && spec.it.height == H && spec.it.fps == 25);
    vbg_frame* frame;
    FENCED(vbg_frame_view) view = FENCED_INIT(vbg_frame_view);
    CHECK(vbg_pipeline_last_frame(pipeline, &frame) == VBG_OK);
    CHECK(vbg_frame_get_view(frame, &view.it) == VBG_OK);
    CHECK(view.fence == FENCE && view.it.format == VBG_FORMAT_BGR8 && view.it.width == W);
    CHECK(memcmp(view.it.planes[0], camera, 3 * W / 2) == 0);
    vbg_frame_destroy(frame);
    char* text;
    CHECK(vbg_pipeline_last_failure(pipeline, &text) == VBG_OK && text[0] == '\0');
    vbg_text_destroy(text);
    vbg_pipeline_destroy(pipeline);
    CHECK(destroyed == 3);
}

/* Built-in stages on memory of the program's own. */
static void use_stages(void) {
    static unsigned char a[W * H], b[W * H], out[W * H * 3];
    FENCED(vbg_mask_view) owned = FENCED_INIT(vbg_mask_view);
    vbg_frame_view frame = VBG_STRUCT(vbg_frame_view), picture = VBG_STRUCT(vbg_frame_view);
    vbg_mask_view in = VBG_STRUCT(vbg_mask_view), result = VBG_STRUCT(vbg_mask_view);
    frame.format = picture.format = VBG_FORMAT_BGR8;
    frame.width = picture.width = in.width = result.width = W;
    frame.height = picture.height = in.height = result.height = H;
    frame.planes[0] = camera;
    picture.planes[0] = out;
    in.data = a;
    result.data = b;
    a[3 * W + 5] = 255;

    vbg_mask_filter* dilate;
    CHECK(vbg_mask_filter_create("dilate:size=3", 1, &dilate) == VBG_OK);
    CHECK(vbg_mask_filter_apply(dilate, &frame, &in, &result) == VBG_OK);
    int set = 0;
    for (int i = 0; i < W * H; ++i) set += b[i] == 255;
    CHECK(set == 9 && b[2 * W + 4] == 255 && b[4 * W + 6] == 255);
    CHECK(vbg_effect_apply((vbg_effect*)dilate, &frame, &in, &picture) == VBG_ERROR_INVALID_ARGUMENT);
    vbg_mask_filter_destroy(dilate);
    CHECK(vbg_mask_filter_apply(dilate, &frame, &in, &result) == VBG_ERROR_INVALID_ARGUMENT);

    vbg_effect* color;
    vbg_compositor* over;
    CHECK(vbg_effect_create("color:value=#ff0000", 1, &color) == VBG_OK);
    CHECK(vbg_effect_apply(color, &frame, NULL, &picture) == VBG_OK);
    CHECK(vbg_compositor_create(NULL, 1, &over) == VBG_OK);
    CHECK(vbg_compositor_compose(over, &frame, &result, &picture, &picture) == VBG_OK);
    CHECK(out[2] == 255 && out[0] == 0 && out[3 * (3 * W + 5)] == 7 && out[3 * (3 * W + 5) + 2] == 7);
    vbg_compositor_destroy(over);
    vbg_effect_destroy(color);

    vbg_mask* mask;
    CHECK(vbg_mask_create(W, H, VBG_MASK_F32, &mask) == VBG_OK);
    CHECK(vbg_mask_get_view(mask, &owned.it) == VBG_OK);
    CHECK(owned.fence == FENCE && owned.it.format == VBG_MASK_F32 && owned.it.stride >= W * 4);
    vbg_mask_destroy(mask);
}

/* Lists, texts, models, log. */
static void ask(void) {
    FENCED(vbg_stage_info) stage = FENCED_INIT(vbg_stage_info);
    FENCED(vbg_parameter_info) parameter = FENCED_INIT(vbg_parameter_info);
    FENCED(vbg_preset_info) preset = FENCED_INIT(vbg_preset_info);
    FENCED(vbg_model_info) model = FENCED_INIT(vbg_model_info);
    FENCED(vbg_model_file) file = FENCED_INIT(vbg_model_file);
    FENCED(vbg_sink_counters) counters = FENCED_INIT(vbg_sink_counters);
    CHECK(vbg_stage_find(VBG_KIND_MASK_FILTER, "dilate", &stage.it) == VBG_OK);
    CHECK(stage.fence == FENCE && stage.it.kind == VBG_KIND_MASK_FILTER && stage.it.parameter_count >= 1);
    CHECK(strcmp(stage.it.name, "dilate") == 0 && stage.it.why_not[0] == '\0');
    CHECK(vbg_stage_get_parameter(VBG_KIND_MASK_FILTER, "dilate", 0, &parameter.it) == VBG_OK);
    CHECK(parameter.fence == FENCE && strcmp(parameter.it.name, "size") == 0);
    CHECK(parameter.it.type == VBG_PARAMETER_INTEGER && parameter.it.min >= 1 && parameter.it.help[0] != 0);
    CHECK(vbg_preset_find("fakecam", &preset.it) == VBG_OK);
    CHECK(preset.fence == FENCE && strstr(preset.it.segmenter, "bodypix") != NULL);
    CHECK(vbg_model_find("selfie-general", &model.it) == VBG_OK);
    CHECK(model.fence == FENCE && model.it.file_count >= 1 && strcmp(model.it.name, "selfie-general") == 0);
    CHECK(vbg_model_get_file("selfie-general", 0, &file.it) == VBG_OK);
    CHECK(file.fence == FENCE && file.it.path[0] != '\0');

    vbg_sink* sink;
    int32_t demand = -1;
    CHECK(vbg_sink_create("null", &sink) == VBG_OK);
    CHECK(vbg_sink_get_counters(sink, &counters.it) == VBG_OK && counters.fence == FENCE);
    CHECK(vbg_sink_demand(sink, &demand) == VBG_OK && demand == VBG_DEMAND_UNKNOWN);
    vbg_sink_destroy(sink);

    char* text;
    CHECK(vbg_spec_with("image:fit=cover", "path", "a, b.png", &text) == VBG_OK);
    CHECK(strstr(text, "a, b.png") != NULL && strstr(text, "fit=cover") != NULL);
    vbg_text_destroy(text);

    vbg_fetch_options fetch = VBG_STRUCT(vbg_fetch_options);
    fetch.from = fetch.into = "/nowhere/at/all";
    CHECK(vbg_model_fetch("selfie-general", &fetch, &text) != VBG_OK && text == NULL);
    CHECK(vbg_model_fetch("no-such-model", &fetch, &text) == VBG_ERROR_NOT_FOUND);

    vbg_effect* none = (vbg_effect*)&none;
    CHECK(vbg_effect_create("no_such_effect", 0, &none) == VBG_ERROR_NOT_FOUND && none == NULL);
    CHECK(vbg_error_status() == VBG_ERROR_NOT_FOUND && vbg_error_errno() == 0);
    CHECK(vbg_error_set(VBG_ERROR_IO, "the tape is torn") == VBG_ERROR_IO);
    CHECK(vbg_error_message(NULL, 0) == strlen("the tape is torn"));
    CHECK(strcmp(vbg_status_name(VBG_ERROR_NOT_BUILT), "not_built") == 0);
    CHECK(vbg_log_set_handler(on_log, &logged, VBG_LOG_DEBUG) == VBG_OK);
    CHECK(vbg_log_write(VBG_LOG_INFO, "hello") == VBG_OK && logged == 1);
    CHECK(vbg_log_set_handler(NULL, NULL, VBG_LOG_INFO) == VBG_OK);

    stage.it.struct_size = 3;
    CHECK(vbg_stage_find(VBG_KIND_SINK, "null", &stage.it) == VBG_ERROR_INVALID_ARGUMENT);
}

int main(void) {
    CHECK(vbg_version() >= VBG_VERSION_NUMBER);
    run_pipeline();
    use_stages();
    ask();
    printf("headers %d.%d.%d, library %s\n", VBG_VERSION_MAJOR, VBG_VERSION_MINOR, VBG_VERSION_PATCH,
           vbg_version_text());
    return 0;
}
