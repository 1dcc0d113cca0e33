#include "io/pipewire/sink.hpp"

#include <fmt/format.h>

#include <utility>

#include <vbg/log.hpp>

#include "core/yuv.hpp"
#include "io/frame_packer.hpp"
#include "io/pipewire/entry.hpp"

namespace vbg::pipewire {

namespace {

/// What YUV numbers mean: as those that come, else as the sink's parameters say.
ColorSpec color_for(const FrameSpec& frames, ColorSpec parameter) {
    return is_yuv(frames.format) ? plain(frames.color) : parameter;
}

}  // namespace

PipeWireSink::PipeWireSink(const Parameters& parameters)
    : format_(pixel_format(parameters.text("format"))),
      fps_(parameters.is_word("fps") ? 0 : parameters.number("fps")),
      color_(color_of(parameters)) {
    label_.name = parameters.text("name");
    if (label_.name.empty()) {
        throw Error(Errc::invalid_argument,
                    "pipewire: name is empty; programs list the camera by it, as in pipewire:name=vbg");
    }
    label_.description = parameters.text("description");
    if (label_.description == "name") label_.description = label_.name;
}

PipeWireSink::~PipeWireSink() { abandon(); }

FrameSpec PipeWireSink::do_open(const FrameSpec& wanted) {
    const Size size = fitting_size(format_, wanted.width, wanted.height);
    const auto [above, below] = fps_fraction(sink_fps(fps_, wanted));
    Promise promise{format_, size.width, size.height, above, below, color_for(wanted, color_)};
    if (offered_formats(format_, size.width, size.height).empty()) {
        throw Error(Errc::invalid_argument,
                    fmt::format("pipewire: frames of {}x{} are too small for format={}", wanted.width,
                                wanted.height, to_string(format_)));
    }
    const FrameSpec frames{size.width,    size.height,   wanted.format,
                           promise.color, wanted.device, promise.fps()};
    auto camera = std::make_shared<Camera>(label_, promise, frames);
    log(LogLevel::info, fmt::format("pipewire: the camera '{}' is listed: {}x{} at {:g} frames/s",
                                    label_.name, size.width, size.height, promise.fps()));
    const std::lock_guard lock(mutex_);
    camera_ = std::move(camera);
    last_ = {};
    return frames;
}

void PipeWireSink::do_write(const ConstFrameView& frame) { camera_->write(frame); }

void PipeWireSink::do_close() {
    camera_->finish();
    do_abandon();
    log(LogLevel::info,
        fmt::format("pipewire: {} frames shown, {} times one was repeated, {} dropped or seen "
                    "by nobody",
                    last_.shown, last_.repeated, last_.dropped));
}

void PipeWireSink::do_abandon() noexcept {
    std::shared_ptr<Camera> camera;
    const std::lock_guard lock(mutex_);
    camera = std::exchange(camera_, nullptr);
    if (camera) last_ = camera->counters();
}

Demand PipeWireSink::demand() const noexcept {
    const std::lock_guard lock(mutex_);
    return camera_ ? camera_->demand() : Demand::unknown;
}

SinkCounters PipeWireSink::counters() const noexcept {
    const std::lock_guard lock(mutex_);
    return camera_ ? camera_->counters() : last_;
}

}  // namespace vbg::pipewire
