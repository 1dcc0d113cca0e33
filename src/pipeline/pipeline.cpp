// The public face of the machine; its inside is in machine.cpp.
#include <vbg/pipeline.hpp>

#include <fmt/format.h>

#include <utility>
#include <vbg/log.hpp>
#include <vbg/preset.hpp>

#include "pipeline/machine.hpp"

namespace vbg::inline v0 {

struct Pipeline::Impl : Machine {
    using Machine::Machine;
};

namespace {

template <class T>
std::unique_ptr<T> not_null(std::unique_ptr<T> part, std::string_view what) {
    if (part == nullptr) throw Error(Errc::invalid_argument, fmt::format("pipeline: the {} is null", what));
    return part;
}

/// Frames are driven from outside: not by `progress`, a stage, a source or a sink.
void from_outside(const Mailbox& mailbox, std::string_view call) {
    if (!mailbox.drives()) return;
    throw Error(
        Errc::wrong_state,
        fmt::format("pipeline: {0}() from within run() or step(); request a stop by run()'s token, and "
                    "call {0}() when it has returned",
                    call));
}

}  // namespace

Pipeline::Pipeline(int threads) : impl_(std::make_unique<Impl>(threads)) {}
Pipeline::~Pipeline() {
    if (impl_ && impl_->opened) {
        impl_->outputs.abandon();
        impl_->source->close();
    }
}
Pipeline::Pipeline(Pipeline&&) noexcept = default;
Pipeline& Pipeline::operator=(Pipeline&&) noexcept = default;

Pipeline& Pipeline::source(std::unique_ptr<Source> source) {
    from_outside(impl_->mailbox, "source");
    impl_->close();
    impl_->source = not_null(std::move(source), "source");
    return *this;
}

Pipeline& Pipeline::segmenter(std::unique_ptr<Segmenter> segmenter) {
    impl_->maker->segmenter = {"segmenter", not_null(std::move(segmenter), "segmenter")};
    impl_->configured = false;
    return *this;
}

Pipeline& Pipeline::filter(std::unique_ptr<MaskFilter> filter) {
    impl_->maker->filters.emplace_back("filter", not_null(std::move(filter), "mask filter"));
    impl_->configured = false;
    return *this;
}

Pipeline& Pipeline::background(std::unique_ptr<Effect> effect) {
    impl_->composition.background.emplace_back("background",
                                               not_null(std::move(effect), "background effect"));
    impl_->configured = false;
    return *this;
}

Pipeline& Pipeline::foreground(std::unique_ptr<Effect> effect) {
    impl_->composition.foreground.emplace_back("foreground",
                                               not_null(std::move(effect), "foreground effect"));
    impl_->configured = false;
    return *this;
}

Pipeline& Pipeline::compositor(std::unique_ptr<Compositor> compositor) {
    impl_->composition.compositor = {"compose", not_null(std::move(compositor), "compositor")};
    impl_->configured = false;
    return *this;
}

Pipeline& Pipeline::sink(std::unique_ptr<Sink> sink) {
    from_outside(impl_->mailbox, "sink");
    impl_->close();
    impl_->outputs.add(not_null(std::move(sink), "sink"));
    return *this;
}

Pipeline& Pipeline::source(std::string_view spec) { return source(make_source(spec)); }
Pipeline& Pipeline::segmenter(std::string_view spec) { return segmenter(make_segmenter(spec)); }
Pipeline& Pipeline::compositor(std::string_view spec) { return compositor(make_compositor(spec)); }
Pipeline& Pipeline::sink(std::string_view spec) { return sink(make_sink(spec)); }

Pipeline& Pipeline::filter(std::string_view chain) {
    for (auto& stage : make_mask_filters(chain)) filter(std::move(stage));
    return *this;
}

Pipeline& Pipeline::background(std::string_view chain) {
    for (auto& stage : make_effects(chain)) background(std::move(stage));
    return *this;
}

Pipeline& Pipeline::foreground(std::string_view chain) {
    for (auto& stage : make_effects(chain)) foreground(std::move(stage));
    return *this;
}

Pipeline& Pipeline::preset(std::string_view name) {
    const Preset& preset = find_preset(name);
    if (!impl_->maker->segmenter) segmenter(preset.segmenter);
    if (impl_->maker->filters.empty()) filter(preset.filters);
    if (impl_->composition.foreground.empty()) foreground(preset.foreground);
    if (impl_->composition.background.empty()) background(preset.background);
    return *this;
}

Pipeline& Pipeline::device(std::string_view device, StreamRef stream) {
    from_outside(impl_->mailbox, "device");
    impl_->let_gpu_finish();  // in the stream it has so far
    impl_->place.wish(device, stream);
    impl_->configured = false;
    return *this;
}

Pipeline& Pipeline::mask_sync(MaskSync sync) noexcept {
    impl_->sync = sync;
    return *this;
}

Pipeline& Pipeline::on_failure(OnFailure policy) noexcept {
    impl_->policy = policy;
    return *this;
}

Pipeline& Pipeline::show(Show what) noexcept {
    impl_->show = what;
    return *this;
}

Pipeline& Pipeline::card(std::string_view effect_spec) {
    impl_->composition.card = {"card", make_card(effect_spec)};
    impl_->configured = false;
    return *this;
}

Pipeline& Pipeline::live(const LiveOptions& options) {
    const auto refuse = [](std::string_view what) {
        throw Error(Errc::invalid_argument,
                    fmt::format("pipeline: live options: {} must not be negative", what));
    };
    if (!(options.fps >= 0)) refuse("fps");
    if (!(options.max_cpu >= 0)) refuse("max_cpu");
    if (options.idle_after.count() < 0) refuse("idle_after");
    if (options.stall.count() <= 0) {
        throw Error(Errc::invalid_argument, "pipeline: live options: stall must be more than 0 ms");
    }
    const bool was_governed = impl_->governed();
    impl_->live = options;
    if (impl_->governed() != was_governed) impl_->configured = false;  // stages are prepared accordingly
    return *this;
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): as run() takes it
void Pipeline::open(std::stop_token stop) {
    from_outside(impl_->mailbox, "open");
    const Mailbox::Driving driving(impl_->mailbox);
    impl_->outputs.rearm();
    const std::stop_callback hurry(stop, [this] { impl_->outputs.interrupt(); });
    impl_->open();
}

void Pipeline::close() {
    from_outside(impl_->mailbox, "close");
    const Mailbox::Driving driving(impl_->mailbox);
    impl_->close();
}

ReadResult Pipeline::step(std::chrono::milliseconds timeout) {
    from_outside(impl_->mailbox, "step");
    const Mailbox::Driving driving(impl_->mailbox);
    if (!impl_->opened) {
        impl_->outputs.rearm();
        impl_->open();
    }
    if (!impl_->configured) impl_->configure(impl_->working);
    return impl_->step_exact(timeout);
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): by value, as std::jthread hands it on
void Pipeline::run(std::stop_token stop, std::uint64_t frames,
                   const std::function<void(const Pipeline&)>& progress) {
    from_outside(impl_->mailbox, "run");
    impl_->run(stop, frames, progress ? [this, &progress] { progress(*this); } : std::function<void()>());
}

void Pipeline::process(const ConstFrameView& frame, const FrameView& out, const MaskView& matte) {
    from_outside(impl_->mailbox, "process");
    const Mailbox::Driving driving(impl_->mailbox);
    check_view(frame, "pipeline: frame");
    check_view(out, "pipeline: out");
    if (frame.format != PixelFormat::bgr8 && frame.format != PixelFormat::rgb8) {
        throw Error(Errc::unsupported_format,
                    fmt::format("pipeline: frame is {}; wanted bgr8 or rgb8: convert() it first",
                                to_string(frame.format)));
    }
    if (out.width != frame.width || out.height != frame.height || out.format != frame.format) {
        throw Error(Errc::invalid_argument,
                    fmt::format("pipeline: out is {}x{} {}, but frame is {}x{} {}: they must be equal",
                                out.width, out.height, to_string(out.format), frame.width, frame.height,
                                to_string(frame.format)));
    }
    impl_->process(frame, out, matte);
}

void Pipeline::reset() noexcept {
    try {
        impl_->mailbox.call([this] {
            if (impl_->matte_thread != nullptr) {
                impl_->matte_thread->reset();
            } else {
                impl_->maker->reset();
            }
            impl_->composition.reset();
        });
    } catch (const std::exception& e) {
        log(LogLevel::error, fmt::format("pipeline: not reset: {}", e.what()));
    }
}

void Pipeline::set(std::string_view part, std::string_view spec) { impl_->set(part, spec); }

void Pipeline::pause() noexcept {
    impl_->wish = Machine::Wish::pause;
    impl_->bell.ring();
}

void Pipeline::freeze() noexcept {
    impl_->wish = Machine::Wish::freeze;
    impl_->bell.ring();
}

void Pipeline::resume() noexcept {
    impl_->wish = Machine::Wish::run;
    impl_->bell.ring();
}

Frame Pipeline::last_frame() const {
    Frame copy;
    impl_->mailbox.call([&] { copy = impl_->outputs.copy_last(); });
    return copy;
}

FrameSpec Pipeline::output_spec() const { return impl_->facts().output; }
FrameSpec Pipeline::input_spec() const { return impl_->facts().input; }
std::uint64_t Pipeline::source_length() const { return impl_->facts().length; }

Stats Pipeline::stats() const {
    Stats stats = impl_->meter.read();
    stats.sinks_reopened += impl_->outputs.reopened();
    return stats;
}

std::string_view to_string(RunState state) noexcept {
    switch (state) {
        case RunState::stopped: return "stopped";
        case RunState::starting: return "starting";
        case RunState::running: return "running";
        case RunState::paused: return "paused";
        case RunState::frozen: return "frozen";
        case RunState::asleep: return "asleep";
        case RunState::waiting: return "waiting";
    }
    return "unknown";
}

}  // namespace vbg::inline v0
