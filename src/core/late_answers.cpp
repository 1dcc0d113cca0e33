#include "core/late_answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vbg/error.hpp>

#include "core/bad_answer.hpp"

namespace vbg {

namespace {
constexpr int kNotThere = -1;                 ///< what a slot holds until the GPU has written it
constexpr std::size_t kLongestUsually = 256;  ///< of the names of who answers
}  // namespace

LateAnswers::LateAnswers(const Device& gpu) : gpu_(gpu), slots_(sizeof(int) * kFrames * kMost, gpu) {
    std::fill_n(slots(0), kFrames * kMost, kNotThere);
    for (Frame& frame : frames_)
        for (Answer& answer : frame.answers) answer.who.reserve(kLongestUsually);
}

int* LateAnswers::slots(std::size_t place) const noexcept {
    return reinterpret_cast<int*>(slots_.data()) + place * kMost;
}

std::uint64_t LateAnswers::begin() {
    const std::size_t place = place_of(++last_);
    frames_[place].ticket = last_;
    frames_[place].count = 0;
    std::fill_n(slots(place), kMost, kNotThere);
    return last_;
}

void LateAnswers::expect(const int* bad, std::string_view who, StreamRef stream,
                         std::shared_ptr<std::atomic<bool>> was_bad) {
    const std::size_t place = place_of(last_);
    Frame& frame = frames_[place];
    if (last_ == 0 || frame.count == kMost) {
        throw Error(Errc::internal,
                    fmt::format("{}: its answer cannot be checked late: {}", who,
                                last_ == 0 ? "no frame has begun" : "the frame has too many others"));
    }
    const int number = frame.count++;
    Answer& answer = frame.answers[static_cast<std::size_t>(number)];
    answer.who.assign(who);
    answer.was_bad = std::move(was_bad);
    cuda::copy_bytes(bad, slots(place) + number, sizeof(int), gpu_, stream, cuda::HostBytes::pinned);
}

bool LateAnswers::expects(std::uint64_t ticket) const noexcept {
    const Frame& frame = frames_[place_of(ticket)];
    return ticket != 0 && (frame.ticket != ticket || frame.count != 0);
}

void LateAnswers::check(std::uint64_t ticket) const {
    const std::size_t place = place_of(ticket);
    const Frame& frame = frames_[place];
    if (ticket == 0 || frame.ticket != ticket)
        throw Error(Errc::internal, fmt::format("the answers of frame {} are not known any more", ticket));
    const Answer* first = nullptr;
    for (int i = 0; i < frame.count; ++i) {
        if (slots(place)[i] == 0) continue;
        const Answer& answer = frame.answers[static_cast<std::size_t>(i)];
        if (answer.was_bad) answer.was_bad->store(true);
        if (first == nullptr) first = &answer;
    }
    if (first != nullptr)
        throw Error(Errc::model, fmt::format("{}: the network's answer{}", first->who, kBadAnswer));
}

bool LateAnswers::is_good(std::uint64_t ticket) const {
    try {
        check(ticket);
        return true;
    } catch (const Error& error) {
        if (error.code() != Errc::model) throw;
        return false;
    }
}

LateOffer::LateOffer(Context& context, LateAnswers& answers) : context_(context), ticket_(answers.begin()) {
    offer(context_, &answers);
}

LateOffer::~LateOffer() { offer(context_, nullptr); }

}  // namespace vbg
