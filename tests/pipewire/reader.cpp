// Reads a camera with nothing but libpipewire, as a conferencing program would: writes what it sees, one line
// a frame, and the bytes of every frame to a file.
//   pipewire-reader TARGET FORMAT-NUMBER FRAMES FILE [HOLD-MS]
// FORMAT-NUMBER is PipeWire's (enum spa_video_format), 0: any. HOLD-MS: keeps every frame that long before it
// gives the buffer back.
// A line: frame SEQ PTS-NS NOW-NS WIDTH HEIGHT FORMAT STRIDE BYTES CHANGED
// CHANGED is 1 where the bytes were other ones when the buffer was given back: it was written while shown.
#include <pipewire/pipewire.h>
#include <spa/param/video/format-utils.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

namespace {

struct Reader {
    pw_main_loop* loop = nullptr;
    pw_stream* stream = nullptr;
    spa_video_info_raw info{};
    long frames = 0, hold_ms = 0;
    std::FILE* file = nullptr;
    int result = 1;
    bool seen = false;  ///< a frame, at least
};

std::int64_t now_ns() {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<std::int64_t>(t.tv_sec) * 1000000000 + t.tv_nsec;
}

void finish(Reader& r, int result) {
    r.result = result;
    pw_main_loop_quit(r.loop);
}

void on_state(void* data, pw_stream_state, pw_stream_state state, const char* error) {
    std::printf("state %s%s%s\n", pw_stream_state_as_string(state), error == nullptr ? "" : " ",
                error == nullptr ? "" : error);
    std::fflush(stdout);
    auto& r = *static_cast<Reader*>(data);
    // The session manager calls it an error when it has not yet seen the camera; main() tries again then.
    const bool over = state == PW_STREAM_STATE_ERROR || state == PW_STREAM_STATE_UNCONNECTED;
    if (over && r.frames > 0) finish(r, 1);
}

void on_param(void* data, std::uint32_t id, const spa_pod* param) {
    if (id == SPA_PARAM_Format && param != nullptr) {
        auto& r = *static_cast<Reader*>(data);
        spa_format_video_raw_parse(param, &r.info);
        std::printf("format %u %ux%u %u/%u range %d matrix %d\n", r.info.format, r.info.size.width,
                    r.info.size.height, r.info.framerate.num, r.info.framerate.denom, r.info.color_range,
                    r.info.color_matrix);
        std::uint8_t memory[1024];
        spa_pod_builder b = SPA_POD_BUILDER_INIT(memory, sizeof memory);
        spa_pod_frame frame{};
        spa_pod_builder_push_object(&b, &frame, SPA_TYPE_OBJECT_ParamMeta, SPA_PARAM_Meta);
        spa_pod_builder_prop(&b, SPA_PARAM_META_type, 0);
        spa_pod_builder_id(&b, SPA_META_Header);
        spa_pod_builder_prop(&b, SPA_PARAM_META_size, 0);
        spa_pod_builder_int(&b, sizeof(spa_meta_header));
        const auto* meta = static_cast<const spa_pod*>(spa_pod_builder_pop(&b, &frame));
        pw_stream_update_params(r.stream, &meta, 1);
    }
}

void sleep_ms(long ms) {
    const timespec t{ms / 1000, ms % 1000 * 1000000};
    nanosleep(&t, nullptr);
}

void on_process(void* data) {
    auto& r = *static_cast<Reader*>(data);
    if (r.frames == 0) return;
    pw_buffer* b = pw_stream_dequeue_buffer(r.stream);
    if (b == nullptr) return;
    const spa_data& block = b->buffer->datas[0];
    const auto* header = static_cast<const spa_meta_header*>(
        spa_buffer_find_meta_data(b->buffer, SPA_META_Header, sizeof(spa_meta_header)));
    const auto* first = static_cast<const std::uint8_t*>(block.data) + block.chunk->offset;
    const std::vector<std::uint8_t> seen(first, first + block.chunk->size);
    if (r.hold_ms > 0) sleep_ms(r.hold_ms);
    const bool changed = !std::equal(seen.begin(), seen.end(), first);
    std::printf("frame %" PRIu64 " %" PRId64 " %" PRId64 " %u %u %u %d %u %d\n",
                header == nullptr ? 0 : header->seq, header == nullptr ? 0 : header->pts, now_ns(),
                r.info.size.width, r.info.size.height, r.info.format, block.chunk->stride, block.chunk->size,
                changed ? 1 : 0);
    std::fflush(stdout);
    std::fwrite(seen.data(), 1, seen.size(), r.file);
    pw_stream_queue_buffer(r.stream, b);
    r.seen = true;
    if (--r.frames == 0) finish(r, 0);
}

const spa_pod* wish(spa_pod_builder& b, std::uint32_t format) {
    spa_pod_frame frame{};
    spa_pod_builder_push_object(&b, &frame, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat);
    spa_pod_builder_prop(&b, SPA_FORMAT_mediaType, 0);
    spa_pod_builder_id(&b, SPA_MEDIA_TYPE_video);
    spa_pod_builder_prop(&b, SPA_FORMAT_mediaSubtype, 0);
    spa_pod_builder_id(&b, SPA_MEDIA_SUBTYPE_raw);
    if (format != 0) {
        spa_pod_builder_prop(&b, SPA_FORMAT_VIDEO_format, 0);
        spa_pod_builder_id(&b, format);
    }
    return static_cast<const spa_pod*>(spa_pod_builder_pop(&b, &frame));
}

/// One connection to the camera; 0 where every frame came.
int read_from(Reader& r, const char* target, std::uint32_t format) {
    r.loop = pw_main_loop_new(nullptr);
    pw_stream_events events{};
    events.version = PW_VERSION_STREAM_EVENTS;
    events.state_changed = on_state;
    events.param_changed = on_param;
    events.process = on_process;
    r.stream = pw_stream_new_simple(
        pw_main_loop_get_loop(r.loop), "reader",
        pw_properties_new(PW_KEY_MEDIA_TYPE, "Video", PW_KEY_MEDIA_CATEGORY, "Capture", PW_KEY_MEDIA_ROLE,
                          "Camera", PW_KEY_TARGET_OBJECT, target, nullptr),
        &events, &r);
    std::uint8_t memory[1024];
    spa_pod_builder b = SPA_POD_BUILDER_INIT(memory, sizeof memory);
    const spa_pod* wanted = wish(b, format);
    const auto flags = static_cast<pw_stream_flags>(PW_STREAM_FLAG_AUTOCONNECT | PW_STREAM_FLAG_MAP_BUFFERS);
    const int connected = pw_stream_connect(r.stream, PW_DIRECTION_INPUT, PW_ID_ANY, flags, &wanted, 1);
    if (connected >= 0) pw_main_loop_run(r.loop);
    const int result = connected < 0 ? 1 : r.result;
    const long left = r.frames;
    r.frames = 0;  // its end is no error
    pw_stream_destroy(r.stream);
    pw_main_loop_destroy(r.loop);
    r.frames = left;
    return result;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 5) return std::fprintf(stderr, "usage: %s TARGET FORMAT FRAMES FILE [HOLD-MS]\n", argv[0]), 2;
    pw_init(nullptr, nullptr);
    Reader r;
    r.frames = std::atol(argv[3]);
    r.hold_ms = argc > 5 ? std::atol(argv[5]) : 0;
    r.file = std::fopen(argv[4], "wb");
    if (r.file == nullptr) return std::perror(argv[4]), 2;
    constexpr int kAttempts = 50;
    for (int i = 0; i < kAttempts && !r.seen && r.result != 0; ++i) {
        if (i > 0) sleep_ms(200);
        read_from(r, argv[1], static_cast<std::uint32_t>(std::atol(argv[2])));
    }
    std::fclose(r.file);
    return r.result;
}
