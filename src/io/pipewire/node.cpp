#include "io/pipewire/node.hpp"

#include <fmt/format.h>
#include <spa/node/io.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include <vbg/error.hpp>
#include <vbg/log.hpp>

namespace vbg::pipewire {

namespace {

std::string value_of(const char* variable) {
    const char* value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): as libpipewire does
    return value == nullptr ? "" : value;
}

/// Why the daemon was not found, and what to start. `error` is the errno of the attempt.
std::string no_daemon(int error) {
    static constexpr const char* kStart = "start it with `systemctl --user start pipewire wireplumber`";
    const std::string own = value_of("PIPEWIRE_RUNTIME_DIR"), session = value_of("XDG_RUNTIME_DIR");
    const std::string remote = value_of("PIPEWIRE_REMOTE");
    if (own.empty() && session.empty() && (remote.empty() || remote[0] != '/'))
        return fmt::format(
            "pipewire: XDG_RUNTIME_DIR is not set, so the PipeWire daemon cannot be found; run this in a "
            "user's session, or set XDG_RUNTIME_DIR=/run/user/UID, then {} ({})",
            kStart, std::strerror(error));
    const std::string socket = remote.empty() ? "pipewire-0" : remote;
    const std::string path = socket[0] == '/' ? socket : (own.empty() ? session : own) + "/" + socket;
    return fmt::format("pipewire: no PipeWire daemon answers at {}: {}; {}", path, std::strerror(error),
                       kStart);
}

std::int64_t monotonic_ns() {
    return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

const pw_stream_events Node::kStreamEvents = [] {
    pw_stream_events events{};
    events.version = PW_VERSION_STREAM_EVENTS;
    events.state_changed = [](void* self, pw_stream_state, pw_stream_state state, const char* error) {
        static_cast<Node*>(self)->on_state(state, error);
    };
    events.io_changed = [](void* self, std::uint32_t id, void* area, std::uint32_t size) {
        if (id != SPA_IO_Clock) return;
        static_cast<Node*>(self)->clock_ =
            size >= sizeof(spa_io_clock) ? static_cast<spa_io_clock*>(area) : nullptr;
    };
    events.param_changed = [](void* self, std::uint32_t id, const spa_pod* param) {
        if (id == SPA_PARAM_Format) static_cast<Node*>(self)->on_format(param);
    };
    events.process = [](void* self) { static_cast<Node*>(self)->on_process(); };
    return events;
}();

const pw_core_events Node::kCoreEvents = [] {
    pw_core_events events{};
    events.version = PW_VERSION_CORE_EVENTS;
    events.error = [](void* self, std::uint32_t id, int, int result, const char* message) {
        static_cast<Node*>(self)->on_core_error(id, result, message);
    };
    return events;
}();

Node::Node(pw_context* context, const Label& label, const Promise& promise, Owner& owner)
    : promise_(promise), owner_(owner), core_(pw_context_connect(context, nullptr, 0)) {
    if (!core_) {
        const int error = errno;
        throw Error(Errc::device, no_daemon(error), error);
    }
    pw_core_add_listener(core_.get(), &core_hook_, &kCoreEvents, this);
    try {
        connect_stream(label);
    } catch (...) {
        spa_hook_remove(&core_hook_);
        throw;
    }
}

void Node::connect_stream(const Label& label) {
    pw_properties* properties = pw_properties_new(nullptr, nullptr);
    if (properties == nullptr) throw Error(Errc::out_of_memory, "pipewire: no memory for a camera");
    const std::pair<const char*, const char*> pairs[] = {{PW_KEY_MEDIA_CLASS, "Video/Source"},
                                                         {PW_KEY_MEDIA_TYPE, "Video"},
                                                         {PW_KEY_MEDIA_CATEGORY, "Capture"},
                                                         {PW_KEY_MEDIA_ROLE, "Camera"},
                                                         {PW_KEY_NODE_NAME, label.name.c_str()},
                                                         {PW_KEY_NODE_DESCRIPTION, label.description.c_str()},
                                                         {PW_KEY_NODE_NICK, label.description.c_str()},
                                                         {PW_KEY_NODE_VIRTUAL, "true"}};
    for (const auto& [key, value] : pairs) pw_properties_set(properties, key, value);
    stream_.reset(pw_stream_new(core_.get(), label.name.c_str(), properties));  // takes the properties
    if (!stream_) {
        const int error = errno;
        throw Error(Errc::device, fmt::format("pipewire: no stream can be made: {}", std::strerror(error)),
                    error);
    }
    pw_stream_add_listener(stream_.get(), &stream_hook_, &kStreamEvents, this);
    ParamList offers;
    offers.offer(promise_);
    const auto flags = static_cast<pw_stream_flags>(PW_STREAM_FLAG_DRIVER | PW_STREAM_FLAG_MAP_BUFFERS);
    const int result =
        pw_stream_connect(stream_.get(), PW_DIRECTION_OUTPUT, PW_ID_ANY, flags, offers.data(), offers.size());
    if (result >= 0) return;
    spa_hook_remove(&stream_hook_);
    throw Error(Errc::device,
                fmt::format("pipewire: the camera '{}' is refused: {}", label.name, std::strerror(-result)),
                -result);
}

Node::~Node() {
    spa_hook_remove(&stream_hook_);
    spa_hook_remove(&core_hook_);
}

void Node::set_state(State state, const std::string& why) {
    if (state_ == State::failed || state == state_) return;
    state_ = state;
    why_ = why;
    if (state != State::streaming) due_ = false;
    owner_.node_changed();
}

void Node::on_state(pw_stream_state state, const char* error) {
    switch (state) {
        case PW_STREAM_STATE_CONNECTING: return;
        case PW_STREAM_STATE_PAUSED: return set_state(State::idle, "");
        case PW_STREAM_STATE_STREAMING: return set_state(State::streaming, "");
        default: break;
    }
    set_state(State::failed, fmt::format("pipewire: {}", error == nullptr ? "the stream was closed" : error));
}

void Node::on_core_error(std::uint32_t id, int result, const char* message) {
    const std::string text = fmt::format("pipewire: {} ({})", message, std::strerror(-result));
    if (id == PW_ID_CORE && result == -EPIPE) {
        set_state(State::failed, "pipewire: the daemon is gone");
    } else {
        log(LogLevel::warning, text);
    }
}

void Node::on_format(const spa_pod* format) {
    layout_.reset();
    if (format == nullptr) return;
    layout_ = agreed_layout(format, promise_);
    if (!layout_) {
        pw_stream_set_error(stream_.get(), -EINVAL, "not one of the formats offered");
        return;
    }
    log(LogLevel::debug, fmt::format("pipewire: readers take {}", to_string(layout_->format)));
    ParamList params;
    params.describe_buffers(*layout_);
    pw_stream_update_params(stream_.get(), params.data(), params.size());
}

void Node::show() {
    if (state_ != State::streaming) return;
    if (due_) {  // the stream does not even ask for a picture when it has no buffer for it
        const pw_time now = stock();
        starved_ = now.avail_buffers == 0 && now.queued_buffers == 0;
    }
    due_ = true;
    if (pw_stream_is_driving(stream_.get())) tell_time();
    pw_stream_trigger_process(stream_.get());
}

/// The graph's clock is set by the node that drives it, frame by frame.
void Node::tell_time() {
    if (clock_ == nullptr) return;
    const auto below = static_cast<std::uint32_t>(promise_.fps_below);
    const auto above = static_cast<std::uint32_t>(promise_.fps_above);
    const auto now = static_cast<std::uint64_t>(monotonic_ns());
    clock_->nsec = now;
    clock_->rate.num = below;
    clock_->rate.denom = above;
    clock_->position = sequence_;
    clock_->duration = 1;
    clock_->delay = 0;
    clock_->rate_diff = 1.0;
    clock_->next_nsec = now + 1000000000ULL * below / above;
}

/// How many buffers are free and how many wait to be sent.
pw_time Node::stock() noexcept {
    pw_time time{};
    if (pw_stream_get_time_n(stream_.get(), &time, sizeof time) < 0) time.avail_buffers = 1;  // not known
    return time;
}

/// A buffer that no reader looks at. With several readers the oldest may still be held by one of them.
pw_buffer* Node::free_buffer() {
    constexpr int kMostBuffers = 64;  // libpipewire's own limit
    for (int i = 0; i < kMostBuffers; ++i) {
        pw_buffer* buffer = pw_stream_dequeue_buffer(stream_.get());
        if (buffer != nullptr || errno != EBUSY) return buffer;
    }
    return nullptr;
}

void Node::on_process() {
    if (!due_ || !layout_) return;
    // A turn was left out, because the one before was not over. What was queued for it goes out in this one;
    // a second picture behind it would make every later one late, too. (pw_stream_flush() would stop the
    // stream.) This one stays due until the next show().
    if (stock().queued_buffers > 0) return;
    due_ = false;
    pw_buffer* buffer = free_buffer();
    starved_ = buffer == nullptr;
    if (starved_) return owner_.handed_over(false);
    const spa_data& block = buffer->buffer->datas[0];
    const bool whole = block.data != nullptr && block.maxsize >= layout_->bytes &&
                       owner_.fill(view_of(*layout_, static_cast<std::byte*>(block.data)));
    block.chunk->offset = 0;
    block.chunk->size = whole ? static_cast<std::uint32_t>(layout_->bytes) : 0;
    block.chunk->stride = static_cast<std::int32_t>(layout_->stride[0]);
    block.chunk->flags = whole ? SPA_CHUNK_FLAG_NONE : SPA_CHUNK_FLAG_CORRUPTED;
    stamp(buffer);
    const bool queued = pw_stream_queue_buffer(stream_.get(), buffer) >= 0;
    owner_.handed_over(whole && queued);
}

void Node::stamp(pw_buffer* buffer) {
    auto* header = static_cast<spa_meta_header*>(
        spa_buffer_find_meta_data(buffer->buffer, SPA_META_Header, sizeof(spa_meta_header)));
    const std::uint64_t number = sequence_++;
    if (header == nullptr) return;
    header->flags = 0;
    header->offset = 0;
    header->pts = monotonic_ns();
    header->dts_offset = 0;
    header->seq = number;
}

}  // namespace vbg::pipewire
