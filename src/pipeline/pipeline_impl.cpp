#include "pipeline/pipeline_impl.hpp"

#include <fmt/format.h>

#include <utility>
#include <vbg/log.hpp>

namespace vbg::inline v0 {

namespace {

/// A matte older than this says nothing about where the person is now; with MaskSync::latest it is then a
/// failure.
constexpr std::chrono::milliseconds kStale{1000};

std::string text_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "a stage threw something that is not an exception";
    }
}

}  // namespace

void Pipeline::Impl::need_parts(bool with_source) const {
    if (with_source && source == nullptr) {
        throw Error(Errc::wrong_state,
                    "pipeline: no source; set one, e.g. pipeline.source(\"image:path=me.jpg\")");
    }
    if (maker.segmenter == nullptr) {
        throw Error(Errc::wrong_state, "pipeline: no segmenter; set one, e.g. pipeline.segmenter(\"auto\")");
    }
}

void Pipeline::Impl::configure(const FrameSpec& spec) {
    configured = false;
    if (composition.compositor == nullptr) composition.compositor = make_compositor("over");
    maker.configure(spec, context);
    composition.configure(spec, context);
    matte = Mask(spec.width, spec.height);
    own_foreground = maker.segmenter->gives_foreground() ? Frame(spec) : Frame();

    std::vector<std::string> names{"read"};
    const auto append = [&names](const std::vector<std::string>& more) {
        const std::size_t first = names.size();
        names.insert(names.end(), more.begin(), more.end());
        return first;
    };
    first_maker_timer = append(maker.timer_names());
    first_composition_timer = append(composition.timer_names());
    names.emplace_back("write");
    meter.set_timers(names);
    working = spec;
    configured = true;
}

void Pipeline::Impl::open() {
    need_parts(true);
    opened = false;
    input = source->open();
    FrameSpec spec = input;
    spec.format = PixelFormat::bgr8;
    spec.color = {};
    converted = input.format == PixelFormat::bgr8 ? Frame() : Frame(spec);
    try {
        configure(spec);
        outputs.open(spec, show);
    } catch (...) {
        outputs.abandon();
        source->close();
        throw;
    }
    last_sequence.reset();
    opened = true;
}

void Pipeline::Impl::close() {
    if (!opened) return;
    opened = false;
    source->close();
    outputs.close();
}

ReadResult Pipeline::Impl::read(ConstFrameView& frame, std::chrono::milliseconds timeout) {
    const Meter::Span span(meter.timer(0));
    const ReadResult result = source->read(frame, timeout);
    if (result != ReadResult::frame) return result;
    meter.frames_in.fetch_add(1, std::memory_order_relaxed);
    if (last_sequence && frame.sequence > *last_sequence + 1) {
        meter.frames_dropped.fetch_add(frame.sequence - *last_sequence - 1, std::memory_order_relaxed);
    }
    last_sequence = frame.sequence;
    if (!converted.empty()) {
        convert(frame, converted.view());
        converted.stamp(frame.timestamp, frame.sequence);
        frame = std::as_const(converted).view();
    }
    return result;
}

void Pipeline::Impl::compose_exact(const ConstFrameView& frame) {
    FrameView estimated = own_foreground.view();
    const bool has_own = maker.make(frame, matte.view(), own_foreground.empty() ? nullptr : &estimated,
                                    context, meter, first_maker_timer);
    const ConstFrameView own = estimated;
    composition.compose(frame, std::as_const(matte).view(), has_own ? &own : nullptr, context, meter,
                        first_composition_timer);
}

ConstFrameView Pipeline::Impl::instead(const ConstFrameView& frame, const std::exception_ptr& error) {
    if (error) {
        const std::string text = text_of(error);
        meter.failed(text);
        log(LogLevel::error, fmt::format("frame {}: no valid matte: {}", frame.sequence, text));
        if (policy == OnFailure::stop) std::rethrow_exception(error);
    }
    switch (policy) {
        case OnFailure::passthrough: return frame;
        case OnFailure::blank: return composition.blank();
        case OnFailure::hold:
            if (composition.has_last()) return composition.last();
            break;
        case OnFailure::background:
        case OnFailure::stop: break;
    }
    return composition.without_person(frame, context);
}

void Pipeline::Impl::write(const ConstFrameView& composed, const ConstFrameView* input_shown,
                           bool with_matte) {
    {
        const Meter::Span span(meter.timer(first_composition_timer + composition.background.size() +
                                           composition.foreground.size() + 1));
        const ConstMaskView shown = std::as_const(matte).view();
        outputs.write(composed, input_shown, with_matte ? &shown : nullptr);
    }
    meter.wrote_frame();
}

ReadResult Pipeline::Impl::step_exact(std::chrono::milliseconds timeout) {
    ConstFrameView frame;
    const ReadResult result = read(frame, timeout);
    if (result != ReadResult::frame) return result;
    std::exception_ptr error;
    try {
        compose_exact(frame);
    } catch (...) {
        error = std::current_exception();
    }
    if (error) {
        ConstFrameView safe = instead(frame, error);
        safe.timestamp = frame.timestamp;
        safe.sequence = frame.sequence;
        write(safe, nullptr, false);
    } else {
        meter.lag(0);
        write(composition.last(), &frame, true);
    }
    source->release();
    return result;
}

ReadResult Pipeline::Impl::step_latest(std::chrono::milliseconds timeout, MatteThread& thread,
                                       MatteThread::Latest& newest) {
    ConstFrameView frame;
    const ReadResult result = read(frame, timeout);
    if (result != ReadResult::frame) return result;
    thread.offer(frame);
    newest = thread.fetch(matte);

    std::exception_ptr error;
    bool composed = false;
    if (!newest.failure.empty()) {
        error = std::make_exception_ptr(Error(Errc::model, newest.failure));
    } else if (newest.valid && Clock::now() - newest.made > kStale) {
        error = std::make_exception_ptr(Error(
            Errc::model, fmt::format("the newest matte is older than {} ms; the segmenter cannot keep up",
                                     kStale.count())));
    } else if (newest.valid) {
        try {
            composition.compose(frame, std::as_const(matte).view(), nullptr, context, meter,
                                first_composition_timer);
            composed = true;
        } catch (...) {
            error = std::current_exception();
        }
    }
    if (composed) {
        meter.lag(frame.sequence - newest.sequence);
        write(composition.last(), &frame, true);
    } else {
        // No matte yet is no failure to report, but it is handled like one.
        ConstFrameView safe = instead(frame, error);
        safe.timestamp = frame.timestamp;
        safe.sequence = frame.sequence;
        write(safe, nullptr, false);
    }
    source->release();
    return result;
}

}  // namespace vbg::inline v0
