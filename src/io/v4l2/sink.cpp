#include "io/v4l2/sink.hpp"

#include <fmt/format.h>

#include <utility>

#include <vbg/log.hpp>

#include "io/frame_packer.hpp"

namespace vbg::v4l2 {

namespace {

constexpr Parameter kSinkParameters[] = {
    {"device", ParameterType::text, "auto",
     "a node such as /dev/video20, or the name of its card; auto: the first virtual camera", "", 0, 0, "",
     false, true},
    {"format", ParameterType::choice, "auto",
     "pixels of a node that holds no format yet; auto: yuyv, which every program reads", "", 0, 0,
     "auto|yuyv|i420|nv12|rgb8|bgr8"},
    {"size", ParameterType::size, "", "size of a node that holds none yet; empty: as the frames come", "px"},
    kSinkFpsParameter,
    {"wait", ParameterType::number, "forever",
     "how long the node may be away (its module reloaded) before that is an error", "s", 0.1, 1e9, "forever"},
    {"io", ParameterType::choice, "auto",
     "how frames get to the driver; auto: mmap, and write() where that is not to be had", "", 0, 0,
     "auto|mmap|write"},
};

Handover handover_from(const std::string& word) {
    return word == "mmap" ? Handover::mmap : word == "write" ? Handover::write : Handover::either;
}

}  // namespace

OutputSink::OutputSink(const Parameters& parameters, Kernel& kernel)
    : kernel_(kernel),
      fps_(parameters.is_word("fps") ? 0 : parameters.number("fps")),
      patience_(parameters.is_word("wait") ? 0 : parameters.number("wait")) {
    wish_.device = parameters.text("device");
    wish_.format = pixel_format(parameters.text("format"));
    const Size size = parameters.size("size");
    wish_.width = size.width;
    wish_.height = size.height;
    wish_.handover = handover_from(parameters.text("io"));
}

OutputSink::~OutputSink() { abandon(); }

FrameSpec OutputSink::do_open(const FrameSpec& wanted) {
    Wish wish = wish_;
    if (wish.width == 0) {
        wish.width = wanted.width;
        wish.height = wanted.height;
    }
    wish.fps = sink_fps(fps_, wanted);
    auto outlet = std::make_unique<Outlet>(kernel_, wish);
    const Picture picture = outlet->picture();
    const double fps = outlet->fps();
    path_ = outlet->node().path();
    log(LogLevel::info, fmt::format("{}: {} at {:g} frames/s", path_, describe(picture), fps));

    // A node that comes back is asked for just what it had.
    wish.device = path_;
    wish.format = picture.format->pixel;
    wish.width = picture.width;
    wish.height = picture.height;
    Kernel& kernel = kernel_;
    auto feeder = std::make_shared<Feeder>(
        std::move(outlet), [&kernel, wish] { return std::make_unique<Outlet>(kernel, wish); },
        std::chrono::duration<double>(patience_));
    const std::lock_guard lock(mutex_);
    feeder_ = std::move(feeder);
    return {picture.width, picture.height, picture.format->pixel, picture.color, {}, fps};
}

void OutputSink::do_write(const ConstFrameView& frame) { feeder_->write(frame); }

void OutputSink::do_close() {
    feeder_->finish();
    do_abandon();
    log(LogLevel::info, fmt::format("{}: {} frames shown, {} times one was repeated, {} dropped", path_,
                                    last_.shown, last_.repeated, last_.dropped));
}

void OutputSink::do_abandon() noexcept {
    std::shared_ptr<Feeder> feeder;
    {
        const std::lock_guard lock(mutex_);
        feeder = std::exchange(feeder_, nullptr);
        if (feeder) last_ = feeder->counters();
    }
}

Demand OutputSink::demand() const noexcept {
    const std::lock_guard lock(mutex_);
    return feeder_ ? feeder_->demand() : Demand::unknown;
}

SinkCounters OutputSink::counters() const noexcept {
    const std::lock_guard lock(mutex_);
    return feeder_ ? feeder_->counters() : last_;
}

}  // namespace vbg::v4l2

namespace vbg {

StageEntry v4l2_sink_entry() {
    return {"v4l2", "A virtual camera (v4l2loopback), for video calls", v4l2::kSinkParameters,
            Maker<Sink>([](const Parameters& p) { return std::make_unique<v4l2::OutputSink>(p); })};
}

}  // namespace vbg
