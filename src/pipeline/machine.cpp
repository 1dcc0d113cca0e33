#include "pipeline/machine.hpp"

#include <fmt/format.h>

#include <utility>
#include <vbg/log.hpp>

#include "pipeline/carried.hpp"
#include "pipeline/error_text.hpp"

namespace vbg {

Machine::Facts Machine::facts() const {
    const std::lock_guard lock(facts_mutex);
    return facts_;
}

void Machine::state_facts(const Facts& facts) {
    const std::lock_guard lock(facts_mutex);
    facts_ = facts;
}

void Machine::need_parts(bool with_source) const {
    if (with_source && source == nullptr) {
        throw Error(Errc::wrong_state,
                    "pipeline: no source; set one, e.g. pipeline.source(\"image:path=me.jpg\")");
    }
    if (!maker->segmenter) {
        throw Error(Errc::wrong_state, "pipeline: no segmenter; set one, e.g. pipeline.segmenter(\"auto\")");
    }
}

void Machine::configure(const FrameSpec& spec) {
    configured = false;
    let_gpu_finish();
    commands.forget();
    again.clear();
    outputs.forget_all();
    place.choose(maker->segmenter->runs_on(DeviceType::cuda));
    try {
        configure_here(spec);
    } catch (const Error& e) {
        const bool gpus_fault = e.code() == Errc::device || e.code() == Errc::out_of_memory;
        if (!place.is_gpu() || !place.may_leave_gpu() || !gpus_fault) throw;
        log(LogLevel::warning, fmt::format("the pipeline works on the CPU, since {}", e.what()));
        place.leave_gpu();
        configure_here(spec);
    }
}

void Machine::configure_here(FrameSpec spec) {
    spec.device = place.device();
    context.use(place.device(), place.stream());
    late.reset();
    if (place.is_gpu()) late.emplace(place.device());
    if (!composition.compositor) composition.compositor = {"compose", make_compositor("over")};
    if (place.is_gpu()) {
        carry(maker->segmenter);
        carry(maker->filters);
        composition.carry_stages();
    }
    maker->segmenter->allow_coarser(governed());
    maker->configure(spec, context);
    coarsest = maker->segmenter->coarsest();
    composition.configure(spec, context);
    matte = Mask(spec.width, spec.height, MaskFormat::u8, spec.device);
    own_foreground = maker->segmenter->gives_foreground() ? Frame(spec) : Frame();
    handed = {};
    maker_timers = {maker->segmenter.timer};
    append_timers(maker_timers, maker->filters);
    parts_changed();
    working = spec;
    if (opened) follow(facts().input);
    configured = true;
}

void Machine::follow(const FrameSpec& input) {
    outputs.keep_raw();
    intake.configure(input, working);
    brought = intake.is_idle() ? Frame() : Frame(working);
}

void Machine::let_gpu_finish() noexcept {
    try {
        outputs.finish();
        place.finish();
    } catch (const std::exception& e) {
        log(LogLevel::debug, fmt::format("the GPU's work has failed: {}", e.what()));
    }
}

void Machine::leave_gpu(const GpuFailed& failure) {
    meter.told(failure.what());
    if (!place.may_leave_gpu()) throw Error(failure.code(), failure.what(), failure.sys_errno());
    log(LogLevel::error,
        fmt::format("the GPU has failed; from here on the CPU does its work: {}", failure.what()));
    place.leave_gpu();
    configure(working);
}

void Machine::parts_changed() {
    std::vector<Meter::TimerRef> timers{read_timer};
    const bool live_now = capture != nullptr || (source != nullptr && source->is_live());
    if (live_now) timers.push_back(convert_timer);
    timers.insert(timers.end(), maker_timers.begin(), maker_timers.end());
    append_timers(timers, composition.background);
    append_timers(timers, composition.foreground);
    timers.push_back(composition.compositor.timer);
    timers.push_back(write_timer);
    meter.show_timers(std::move(timers));
}

void Machine::open() {
    need_parts(true);
    opened = false;
    source_closed = false;
    damage.begin(*source);
    const FrameSpec input = source->open();
    FrameSpec spec = input;
    spec.format = PixelFormat::bgr8;
    spec.color = {};
    try {
        configure(spec);
        follow(input);
        spec = working;
        if (source->is_live() && live.fps > 0) spec.fps = live.fps;
        outputs.open(spec, show);
    } catch (...) {
        outputs.abandon();
        source->close();
        throw;
    }
    state_facts({input, outputs.spec(), source->length()});
    last_sequence.reset();
    opened = true;
}

void Machine::reopen_source() {
    Facts now = facts();
    now.input = source->open();
    now.length = source->length();
    follow(now.input);
    state_facts(now);
    source_closed = false;
}

void Machine::close() {
    if (!opened) return;
    opened = false;
    source->close();
    outputs.close();
}

ReadResult Machine::read(ConstFrameView& frame, std::chrono::milliseconds timeout) {
    const Meter::Span span(*read_timer);
    const ReadResult result = source->read(frame, timeout);
    damage.add(*source, meter);
    if (result != ReadResult::frame) return result;
    meter.frames_in.fetch_add(1, std::memory_order_relaxed);
    if (last_sequence && frame.sequence > *last_sequence + 1) {
        meter.frames_dropped.fetch_add(frame.sequence - *last_sequence - 1, std::memory_order_relaxed);
    }
    last_sequence = frame.sequence;
    return result;
}

ConstFrameView Machine::bring(const ConstFrameView& frame) {
    if (brought.empty()) return frame;
    intake.bring(frame, brought.view(), place.stream());
    brought.stamp(frame.timestamp, frame.sequence);
    return std::as_const(brought).view();
}

void Machine::compose_exact(const ConstFrameView& frame) {
    const FrameView estimated = own_foreground.view();
    const bool has_own =
        maker->make(frame, matte.view(), own_foreground.empty() ? nullptr : &estimated, context, meter);
    const ConstFrameView own = estimated;
    composition.compose(frame, std::as_const(matte).view(), has_own ? &own : nullptr, context);
}

bool Machine::compose_latest(const ConstFrameView& frame, std::uint64_t epoch,
                             const MatteThread::Latest& newest, BackgroundUse background,
                             std::exception_ptr& error) {
    const auto now = Clock::now();
    if (now - std::exchange(tried_at, now) > live.stall) flowing_since = now;
    if (newest.gpu_failed) throw GpuFailed(Error(Errc::device, newest.failure));
    if (!newest.failure.empty()) {
        error = std::make_exception_ptr(Error(Errc::model, newest.failure));
        return false;
    }
    if (!newest.valid || newest.epoch != epoch) return false;
    if (now - newest.made > live.stall) {
        // Frozen, paused or a silent source: it grew old while nothing was composed. The network gets its
        // time.
        if (now - flowing_since <= live.stall) return false;
        error = std::make_exception_ptr(Error(
            Errc::model, fmt::format("the newest matte is older than {} ms; the segmenter cannot keep up",
                                     live.stall.count())));
        return false;
    }
    try {
        const ConstFrameView own = std::as_const(own_foreground).view();
        // Colours of another frame would show the person twice.
        const bool has_own = newest.has_own && !own_foreground.empty() && newest.sequence == frame.sequence;
        place.watch([&] {
            cuda::Gathering gathering(commands, place.device(), place.stream());
            composition.compose(frame, std::as_const(matte).view(), has_own ? &own : nullptr, context,
                                background);
            gathering.hand_over();
        });
        return true;
    } catch (const GpuFailed&) {
        throw;
    } catch (...) {
        error = std::current_exception();
        return false;
    }
}

ConstFrameView Machine::instead(const ConstFrameView& frame, const std::exception_ptr& error) {
    if (error) {
        const std::string text = text_of(error);
        meter.failed(text);
        // A failure that lasts is said now and then, not with every frame.
        const auto now = Clock::now();
        if (text != logged || now - logged_at > std::chrono::seconds(10)) {
            log(LogLevel::error, fmt::format("frame {}: no valid matte: {}", frame.sequence, text));
            logged = text;
            logged_at = now;
        }
        if (policy == OnFailure::stop) std::rethrow_exception(error);
    }
    switch (policy) {
        case OnFailure::passthrough: return frame;
        case OnFailure::blank: return composition.show_card(context);
        case OnFailure::hold:
            if (composition.has_last()) return composition.last();
            break;
        case OnFailure::background:
        case OnFailure::stop: break;
    }
    return composition.without_person(context);
}

void Machine::write(const ConstFrameView& composed, const ConstFrameView* input_shown, bool with_matte,
                    Meter* revive) {
    {
        const Meter::Span span(*write_timer);
        const ConstMaskView shown = std::as_const(matte).view();
        outputs.write(composed, input_shown, with_matte ? &shown : nullptr, revive);
    }
    meter.wrote_frame();
}

void Machine::write_instead(const ConstFrameView& frame, const std::exception_ptr& error, Meter* revive) {
    ConstFrameView safe = instead(frame, error);
    safe.timestamp = frame.timestamp;
    safe.sequence = frame.sequence;
    write(safe, nullptr, false, revive);
}

}  // namespace vbg
