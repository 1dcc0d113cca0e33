#include "pipeline/live_loop.hpp"

#include <fmt/format.h>

#include <utility>
#include <vbg/log.hpp>

namespace vbg {

namespace {

/// The newest frame, the one being written, the one composed, the one in the network, and one to spare.
constexpr int kSlots = 5;
/// How often sinks are asked whether somebody looks, while nobody does.
constexpr std::chrono::milliseconds kWatch{20};
/// How long the loop sleeps at most.
constexpr std::chrono::milliseconds kPoll{200};
/// How often the card is written while the source is closed.
constexpr std::chrono::milliseconds kCard{500};
/// Over which the load is measured.
constexpr std::chrono::milliseconds kWindow{500};

}  // namespace

LiveLoop::LiveLoop(Machine& machine, const std::stop_token& stop, std::uint64_t frames,
                   const std::function<void()>& progress)
    : machine_(machine),
      stop_(stop),
      frames_(frames),
      progress_(progress),
      slots_(machine.working, kSlots),
      mattes_(std::make_unique<MatteThread>(machine.maker, machine.meter, machine.bell, machine.working,
                                            machine.place, machine.context.threads())),
      governor_({machine.live.max_cpu, machine.live.hold_rate}),
      window_{Clock::now(), process_cpu_time()} {
    governor_.coarsest(machine.coarsest);
    tell_given_up();
    const auto now = Clock::now();
    watched_ = now - machine.live.idle_after;  // where nobody looks at the start there is no need to wait
    due_ = last_frame_ = last_write_ = now;
    const LiveOptions& live = machine.live;
    capture_ =
        std::make_unique<Capture>(machine.source, machine.facts().input, machine.working, machine.place,
                                  3 * live.stall, live.reconnect && machine.policy != OnFailure::stop, slots_,
                                  machine.meter, machine.bell, *machine.read_timer, *machine.convert_timer);
    machine_.capture = capture_.get();
    machine_.matte_thread = mattes_.get();
}

LiveLoop::~LiveLoop() {
    machine_.capture = nullptr;
    machine_.matte_thread = nullptr;
    machine_.meter.gave_up({});
    if (machine_.policy == OnFailure::passthrough) machine_.outputs.forget_last();  // may be a slot's
    capture_.reset();
    mattes_.reset();
    stalled_.clear();
    machine_.let_gpu_finish();  // before the slots go
}

void LiveLoop::run() {
    const std::stop_callback wake(stop_, [this] { machine_.bell.ring(); });
    while (!stop_.stop_requested() && (frames_ == 0 || written_ < frames_)) {
        if (!turn()) break;
    }
}

bool LiveLoop::turn() {
    machine_.mailbox.serve();
    const auto now = Clock::now();
    const Mode mode = wished(now);
    if (mode != mode_) enter(mode, now);
    if (closed() || machine_.source_released) {
        capture_->sleep();
    } else {
        capture_->wake();
    }
    replace_stalled();
    govern(now);

    source_ = capture_->state();
    FrameSlots::Ref slot = capture_->take();
    if (source_ == Capture::State::failed) std::rethrow_exception(capture_->error());
    if (slot && !closed()) {
        take_frame(std::move(slot), now);
        return true;
    }
    if (slot) machine_.meter.frames_dropped.fetch_add(1, std::memory_order_relaxed);
    if (source_ == Capture::State::ended && !closed()) return false;
    show_state(now);
    idle(now);
    return true;
}

LiveLoop::Mode LiveLoop::wished(Clock::time_point now) {
    const Machine::Wish wish = machine_.wish;
    if (!machine_.live.on_demand || !machine_.outputs.unwatched()) watched_ = now;
    if (wish == Machine::Wish::pause) return Mode::paused;
    if (now - watched_ >= machine_.live.idle_after && machine_.live.on_demand) return Mode::asleep;
    return wish == Machine::Wish::freeze ? Mode::frozen : Mode::awake;
}

void LiveLoop::enter(Mode mode, Clock::time_point now) {
    static constexpr const char* kTexts[] = {"the camera is on", "the picture is frozen",
                                             "paused: the camera is closed, the card is shown",
                                             "nobody looks: the camera is closed, the card is shown"};
    log(LogLevel::info, kTexts[static_cast<std::size_t>(mode)]);
    const bool was_closed = closed();
    mode_ = mode;
    if (closed()) {
        covered_ = true;
        repeat();
    } else if (was_closed) {
        composed_ = false;
        last_frame_ = now;  // the source gets its time to start
    }
}

void LiveLoop::show_state(Clock::time_point now) {
    RunState state = RunState::running;
    if (mode_ == Mode::paused) {
        state = RunState::paused;
    } else if (mode_ == Mode::asleep) {
        state = RunState::asleep;
    } else if (source_ == Capture::State::lost || now - last_frame_ > machine_.live.stall) {
        state = RunState::waiting;
    } else if (mode_ == Mode::frozen) {
        state = RunState::frozen;
    } else if (!composed_) {
        state = RunState::starting;
    }
    machine_.meter.state.store(state, std::memory_order_relaxed);
}

Clock::duration LiveLoop::period() const {
    double fps = machine_.live.fps;
    if (fps <= 0) fps = machine_.outputs.spec().fps;
    if (fps <= 0) fps = 30;
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / fps));
}

void LiveLoop::take_frame(FrameSlots::Ref slot, Clock::time_point now) {
    last_frame_ = now;
    const auto drop = [this] { machine_.meter.frames_dropped.fetch_add(1, std::memory_order_relaxed); };
    if (machine_.live.fps > 0) {
        // A quarter of a frame early is on time: cameras are not exact.
        const auto step = period();
        if (now + step / 4 < due_) return drop();
        due_ = std::max(due_, now - step) + step;
    }
    if (++since_frame_ < governor_.choice().frame_every) return drop();
    since_frame_ = 0;
    if (slot->epoch != epoch_) {
        epoch_ = slot->epoch;
        composed_ = false;
        machine_.composition.reset();
        Machine::Facts facts = machine_.facts();
        facts.input = capture_->input();
        facts.length = capture_->length();
        machine_.state_facts(facts);
    }
    if (mode_ == Mode::frozen) {
        drop();
        show_state(now);
        if (now - last_write_ >= period()) repeat();
        return;
    }
    current_ = std::move(slot);
    compose();
    last_write_ = Clock::now();
    machine_.meter.latency.add(last_write_ - current_->arrived);
    window_.worked += last_write_ - now;
    show_state(last_write_);
    ++written_;
    if (progress_) progress_();
}

void LiveLoop::compose() {
    const ConstFrameView frame = current_.view();
    const Governor::Choice choice = governor_.choice();
    const bool has_matte = newest_.valid && newest_.epoch == epoch_;
    const bool due = ++since_matte_ >= choice.matte_every || !has_matte;
    const auto ticket = due ? mattes_->offer(current_, choice.coarseness) : std::nullopt;
    if (ticket) since_matte_ = 0;
    const bool exact = machine_.sync == MaskSync::exact && due;
    const bool answered = !exact || (ticket && wait_for_answer(*ticket));
    const bool renew_background = ++since_background_ >= choice.background_every || !composed_;
    if (renew_background) since_background_ = 0;
    const BackgroundUse background = !renew_background             ? BackgroundUse::again
                                     : choice.background_every > 1 ? BackgroundUse::keep
                                                                   : BackgroundUse::once;
    mattes_->fetch(machine_.matte, machine_.own_foreground, newest_);

    std::exception_ptr error;
    bool made = false;
    const auto busy = mattes_->busy_for();
    if (busy && *busy > machine_.live.stall) {
        error = std::make_exception_ptr(Error(
            Errc::model,
            fmt::format("the segmenter has not answered for more than {} ms", machine_.live.stall.count())));
    } else if (answered) {
        made = machine_.compose_latest(frame, epoch_, newest_, background, error);
    }
    if (made) {
        composed_ = true;
        covered_ = false;
        machine_.meter.lag(frame.sequence - newest_.sequence);
        machine_.write(machine_.composition.last(), &frame, true, revive());
    } else if (covered_ && machine_.policy != OnFailure::passthrough && !error) {
        ConstFrameView card = machine_.composition.show_card(machine_.context);
        card.timestamp = frame.timestamp;
        card.sequence = frame.sequence;
        machine_.write(card, nullptr, false, revive());
    } else {
        machine_.write_instead(frame, error, revive());
    }
}

bool LiveLoop::wait_for_answer(std::uint64_t ticket) {
    const auto limit = Clock::now() + machine_.live.stall + std::chrono::milliseconds(1);
    while (mattes_->answers() < ticket) {
        if (Clock::now() >= limit || stop_.stop_requested()) return false;
        machine_.bell.wait_until(limit);
    }
    return true;
}

void LiveLoop::govern(Clock::time_point now) {
    if (governor_.idle() || now - window_.start < kWindow) return;
    const double seconds = std::chrono::duration<double>(now - window_.start).count();
    const auto cpu = process_cpu_time();
    const Governor::Load load{std::chrono::duration<double>(cpu - window_.cpu).count() / seconds,
                              std::chrono::duration<double>(window_.worked).count() / seconds};
    window_ = {now, cpu, {}};
    const bool other_segmenter = governor_.coarsest() != machine_.coarsest;
    const int before = governor_.level();
    governor_.coarsest(machine_.coarsest);
    governor_.update(now, load);
    if (governor_.level() == before && !other_segmenter) return;
    tell_given_up();
    if (governor_.level() == before) return;
    const std::string text = governor_.text();
    log(LogLevel::info,
        fmt::format("level {}: {} ({:.2f} cores used, composing {:.0f} % of the time)", governor_.level(),
                    text.empty() ? "nothing is given up" : text, load.cpu, 100 * load.busy));
}

void LiveLoop::tell_given_up() {
    machine_.meter.gave_up(
        {governor_.level(), governor_.choice().coarseness, governor_.coarsest(), governor_.text()});
}

void LiveLoop::replace_stalled() {
    stalled_.remove_if([](const auto& thread) { return thread->ended(); });
    const auto busy = mattes_->busy_for();
    if (!busy || *busy <= machine_.live.stall) return;
    auto maker = mattes_->retire();
    if (!maker) return;
    log(LogLevel::warning, "the segmenter that does not answer is replaced");
    slots_.add();
    machine_.maker = std::move(maker);
    stalled_.push_back(std::move(mattes_));
    mattes_ = std::make_unique<MatteThread>(machine_.maker, machine_.meter, machine_.bell, machine_.working,
                                            machine_.place, machine_.context.threads());
    machine_.matte_thread = mattes_.get();
    newest_ = {};
}

void LiveLoop::idle(Clock::time_point now) {
    const auto step = closed() ? Clock::duration(kCard) : period();
    // A frame that is merely late is waited for a little longer.
    const bool fresh = last_write_ <= last_frame_ + step / 2 && !closed();
    const auto repeat_at = last_write_ + (fresh ? 2 * step : step);
    if (now >= repeat_at) {
        repeat();
        return;
    }
    const auto poll = mode_ == Mode::asleep ? kWatch : kPoll;
    machine_.bell.wait_until(std::min(repeat_at, now + poll));
}

void LiveLoop::repeat() {
    Composition& composition = machine_.composition;
    Outputs& outputs = machine_.outputs;
    const bool gone = source_ == Capture::State::lost || Clock::now() - last_frame_ > machine_.live.stall;
    const bool nothing_yet = !outputs.has_last();
    if (closed() || covered_) {
        outputs.write(composition.show_card(machine_.context), nullptr, nullptr, revive());
    } else if (mode_ == Mode::frozen && composition.has_last()) {
        outputs.write(composition.last(), nullptr, nullptr, revive());
    } else if (nothing_yet || (gone && machine_.policy != OnFailure::passthrough)) {
        // Not passthrough: there is no frame to let through.
        const OnFailure policy = std::exchange(
            machine_.policy, machine_.policy == OnFailure::hold || machine_.policy == OnFailure::blank
                                 ? machine_.policy
                                 : OnFailure::background);
        const ConstFrameView safe = machine_.instead({}, nullptr);
        machine_.policy = policy;
        outputs.write(safe, nullptr, nullptr, revive());
    } else {
        outputs.rewrite(revive());
    }
    last_write_ = Clock::now();
    machine_.meter.repeated_frame();
}

}  // namespace vbg
