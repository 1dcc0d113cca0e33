// The public face of the machine; its inside is in pipeline_impl.cpp.
#include <vbg/pipeline.hpp>

#include <fmt/format.h>

#include <utility>
#include <vbg/preset.hpp>

#include "pipeline/pipeline_impl.hpp"

namespace vbg::inline v0 {

namespace {

template <class T>
std::unique_ptr<T> not_null(std::unique_ptr<T> part, std::string_view what) {
    if (part == nullptr) throw Error(Errc::invalid_argument, fmt::format("pipeline: the {} is null", what));
    return part;
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
    impl_->close();
    impl_->source = not_null(std::move(source), "source");
    return *this;
}

Pipeline& Pipeline::segmenter(std::unique_ptr<Segmenter> segmenter) {
    impl_->maker.segmenter = not_null(std::move(segmenter), "segmenter");
    impl_->configured = false;
    return *this;
}

Pipeline& Pipeline::filter(std::unique_ptr<MaskFilter> filter) {
    impl_->maker.filters.push_back(not_null(std::move(filter), "mask filter"));
    impl_->configured = false;
    return *this;
}

Pipeline& Pipeline::background(std::unique_ptr<Effect> effect) {
    impl_->composition.background.push_back(not_null(std::move(effect), "background effect"));
    impl_->configured = false;
    return *this;
}

Pipeline& Pipeline::foreground(std::unique_ptr<Effect> effect) {
    impl_->composition.foreground.push_back(not_null(std::move(effect), "foreground effect"));
    impl_->configured = false;
    return *this;
}

Pipeline& Pipeline::compositor(std::unique_ptr<Compositor> compositor) {
    impl_->composition.compositor = not_null(std::move(compositor), "compositor");
    impl_->configured = false;
    return *this;
}

Pipeline& Pipeline::sink(std::unique_ptr<Sink> sink) {
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
    if (impl_->maker.segmenter == nullptr) segmenter(preset.segmenter);
    if (impl_->maker.filters.empty()) filter(preset.filters);
    if (impl_->composition.foreground.empty()) foreground(preset.foreground);
    if (impl_->composition.background.empty()) background(preset.background);
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

void Pipeline::open() { impl_->open(); }
void Pipeline::close() { impl_->close(); }

ReadResult Pipeline::step(std::chrono::milliseconds timeout) {
    if (!impl_->opened) impl_->open();
    if (!impl_->configured) impl_->configure(impl_->working);
    return impl_->step_exact(timeout);
}

void Pipeline::run(std::stop_token stop, std::uint64_t frames,
                   const std::function<void(const Pipeline&)>& progress) {
    if (!impl_->opened) impl_->open();
    if (!impl_->configured) impl_->configure(impl_->working);
    constexpr std::chrono::milliseconds kPoll{200};  // how late a stop request may be noticed
    {
        std::unique_ptr<MatteThread> thread;
        MatteThread::Latest newest;
        if (impl_->sync == MaskSync::latest) {
            thread = std::make_unique<MatteThread>(impl_->maker, impl_->meter, impl_->working,
                                                   impl_->context.threads(), impl_->first_maker_timer);
        }
        for (std::uint64_t written = 0; !stop.stop_requested() && (frames == 0 || written < frames);) {
            const ReadResult result =
                thread ? impl_->step_latest(kPoll, *thread, newest) : impl_->step_exact(kPoll);
            if (result == ReadResult::end) break;
            if (result == ReadResult::timed_out) continue;
            ++written;
            if (progress) progress(*this);
        }
    }
    close();
}

void Pipeline::process(const ConstFrameView& frame, const FrameView& out, const MaskView& matte) {
    impl_->need_parts(false);
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
    const FrameSpec& now = impl_->working;
    if (!impl_->configured || now.width != frame.width || now.height != frame.height ||
        now.format != frame.format) {
        impl_->configure({frame.width, frame.height, frame.format, {}, {}, 0});
    }
    try {
        impl_->compose_exact(frame);
    } catch (...) {
        fill(out, 0, 0, 0);
        throw;
    }
    copy_pixels(impl_->composition.last(), out);
    if (matte.data != nullptr) copy_pixels(std::as_const(impl_->matte).view(), matte);
}

FrameSpec Pipeline::output_spec() const { return impl_->outputs.spec(); }
FrameSpec Pipeline::input_spec() const { return impl_->input; }
std::uint64_t Pipeline::source_length() const { return impl_->source ? impl_->source->length() : 0; }

void Pipeline::reset() noexcept {
    impl_->maker.reset();
    impl_->composition.reset();
}

Stats Pipeline::stats() const { return impl_->meter.read(); }

}  // namespace vbg::inline v0
