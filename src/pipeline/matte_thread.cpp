#include "pipeline/matte_thread.hpp"

#include <algorithm>
#include <utility>

#include "pipeline/error_text.hpp"

namespace vbg {

MatteThread::MatteThread(std::shared_ptr<MatteMaker> maker, Meter& meter, Bell& bell, const FrameSpec& spec,
                         const Place& place, int threads)
    : maker_(std::move(maker)),
      meter_(meter),
      bell_(bell),
      place_(place),
      context_(threads, place.device(), place.stream()),
      working_(spec.width, spec.height, MaskFormat::u8, spec.device),
      finished_(spec.width, spec.height, MaskFormat::u8, spec.device),
      spec_(spec) {
    make_room();
    if (place.is_gpu()) {
        late_.emplace(place.device());
        made_.emplace(place.device());
    }
    thread_ = std::thread([this] { serve(); });
}

MatteThread::~MatteThread() {
    {
        const std::lock_guard lock(mutex_);
        quit_ = true;
    }
    wake_.notify_one();
    thread_.join();
    let_gpu_finish();  // it may still work for the last matte, whose memory goes now
    maker_->segmenter->coarseness(0);
    // What waited to replace a stage is the maker's all the same.
    if (next_segmenter_) maker_->segmenter = std::move(*next_segmenter_);
    if (next_filters_) maker_->filters = std::move(*next_filters_);
}

void MatteThread::make_room() {
    if (!maker_->segmenter->gives_foreground() || !working_own_.empty()) return;
    working_own_ = Frame(spec_);
    finished_own_ = Frame(spec_);
}

void MatteThread::let_gpu_finish() const noexcept {
    try {
        place_.finish();
    } catch (const std::exception&) {
        // A GPU that has failed works no more.
    }
}

std::optional<std::uint64_t> MatteThread::offer(const FrameSlots::Ref& frame, int coarseness) {
    std::uint64_t ticket = 0;
    {
        const std::lock_guard lock(mutex_);
        if (has_work_ || retired_) return std::nullopt;
        input_ = frame;
        coarseness_ = coarseness;
        has_work_ = true;
        offered_ = Clock::now();
        ticket = latest_.answers + 1;
    }
    wake_.notify_one();
    return ticket;
}

void MatteThread::fetch(Mask& matte, Frame& own, Latest& latest) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(fresh_, false)) {
        std::swap(matte, finished_);
        if (latest_.has_own) {
            if (own.empty()) own = Frame(spec_);
            std::swap(own, finished_own_);
        }
    }
    latest = latest_;
    latest_.failure.clear();
}

std::uint64_t MatteThread::answers() const {
    const std::lock_guard lock(mutex_);
    return latest_.answers;
}

std::optional<Clock::duration> MatteThread::busy_for() const {
    const std::lock_guard lock(mutex_);
    if (!has_work_) return std::nullopt;
    return Clock::now() - offered_;
}

void MatteThread::replace(Timed<Segmenter>& segmenter) {
    const std::lock_guard lock(mutex_);
    // One that waits already is about to be put in by the thread: the newer one must come after it.
    if (!has_work_ && !next_segmenter_) {
        std::swap(maker_->segmenter, segmenter);
        make_room();
    } else {
        next_segmenter_ = std::move(segmenter);
    }
}

void MatteThread::replace(TimedChain<MaskFilter>& filters) {
    const std::lock_guard lock(mutex_);
    if (!has_work_ && !next_filters_) {
        maker_->filters.swap(filters);
    } else {
        next_filters_ = std::move(filters);
    }
}

void MatteThread::reset() {
    const std::lock_guard lock(mutex_);
    reset_wanted_ = true;
}

std::shared_ptr<MatteMaker> MatteThread::retire() {
    const std::lock_guard lock(mutex_);
    if (!in_segmenter_ || !next_segmenter_) return nullptr;
    auto maker = std::make_shared<MatteMaker>();
    maker->segmenter = std::move(*next_segmenter_);
    maker->filters = next_filters_ ? std::move(*next_filters_) : std::move(maker_->filters);
    maker_->filters.clear();
    next_segmenter_.reset();
    next_filters_.reset();
    retired_ = true;
    return maker;
}

bool MatteThread::ended() const {
    const std::lock_guard lock(mutex_);
    return ended_;
}

void MatteThread::serve() {
    std::unique_lock lock(mutex_);
    while (!retired_) {
        take_replacements(lock);
        wake_.wait(lock, [this] { return quit_ || has_work_; });
        if (quit_) break;
        const FrameSlots::Ref input = std::exchange(input_, {});
        const bool other = input->epoch != std::exchange(last_epoch_, input->epoch);
        const bool reset = std::exchange(reset_wanted_, false) || other;
        const int coarseness = coarseness_;
        lock.unlock();
        if (reset) maker_->reset();
        work(input, coarseness);
        lock.lock();
    }
    ended_ = true;
}

void MatteThread::take_replacements(std::unique_lock<std::mutex>& lock) {
    if (!next_segmenter_ && !next_filters_) return;
    // The old stages go without the lock: freeing a network takes its time.
    auto segmenter = std::exchange(next_segmenter_, std::nullopt);
    auto filters = std::exchange(next_filters_, std::nullopt);
    if (segmenter) {
        std::swap(maker_->segmenter, *segmenter);
        make_room();
    }
    if (filters) maker_->filters.swap(*filters);
    lock.unlock();
    let_gpu_finish();
    segmenter.reset();
    filters.reset();
    lock.lock();
}

void MatteThread::finish_late(std::uint64_t ticket) {
    made_->record(place_.stream());
    made_->synchronize();
    try {
        late_->check(ticket);
    } catch (...) {
        maker_->reset();  // the filters have seen what was made of it
        throw;
    }
}

void MatteThread::work(const FrameSlots::Ref& input, int coarseness) {
    std::string failure;
    bool has_own = false, gpu_failed = false;
    const auto guarded = [&](const auto& body) {
        try {
            place_.watch(body);
        } catch (...) {
            failure = text_of(std::current_exception());
            gpu_failed = is_gpu_failure(std::current_exception());
        }
    };
    {
        const std::lock_guard lock(mutex_);
        in_segmenter_ = true;
    }
    const cuda::Gathering gathering(commands_, place_.device(), place_.stream());
    std::optional<LateOffer> offer;
    if (late_) offer.emplace(context_, *late_);
    guarded([&] {
        Segmenter& segmenter = *maker_->segmenter.stage;
        segmenter.coarseness(std::min(coarseness, segmenter.coarsest()));
        const FrameView own = working_own_.view();
        has_own =
            maker_->segment(input.view(), working_.view(), working_own_.empty() ? nullptr : &own, context_);
    });
    {
        const std::lock_guard lock(mutex_);
        in_segmenter_ = false;
        if (retired_) return;  // the filters are somebody else's by now
    }
    if (failure.empty()) {
        guarded([&] {
            maker_->refine(input.view(), working_.view(), context_, meter_);
            cuda::flush(place_.device(), place_.stream());
            if (offer && late_->expects(offer->ticket())) finish_late(offer->ticket());
        });
    }
    {
        const std::lock_guard lock(mutex_);
        has_work_ = false;
        ++latest_.answers;
        latest_.valid = failure.empty();
        if (latest_.valid) {
            std::swap(working_, finished_);
            if (has_own) std::swap(working_own_, finished_own_);
            fresh_ = true;
            latest_.has_own = has_own;
            latest_.sequence = input.view().sequence;
            latest_.epoch = input->epoch;
            latest_.made = offered_;
        } else {
            latest_.failure = std::move(failure);
            latest_.gpu_failed = gpu_failed;
        }
    }
    bell_.ring();
}

}  // namespace vbg
