#include "pipeline/place.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <vbg/log.hpp>

#include "core/device.hpp"

namespace vbg {

namespace {

/// The word where it stands for the whole environment: VBG_DEVICE in place of auto.
std::string in_environment(const std::string& word) {
    const char* forced = std::getenv("VBG_DEVICE");
    if (word != "auto" || forced == nullptr || *forced == 0) return word;
    if (!parse_device(forced)) {
        throw Error(Errc::invalid_argument,
                    fmt::format("VBG_DEVICE='{}': wanted auto, cpu, cuda or cuda:N", forced));
    }
    return forced;
}

}  // namespace

bool is_gpu_failure(const std::exception_ptr& error) noexcept {
    try {
        if (error) std::rethrow_exception(error);
    } catch (const GpuFailed&) {
        return true;
    } catch (...) {
        // something else
    }
    return false;
}

void Place::wish(std::string_view word, StreamRef stream) {
    const auto parsed = parse_device(word);
    if (!parsed) {
        throw Error(Errc::invalid_argument,
                    fmt::format("pipeline: device='{}': wanted auto, cpu, cuda or cuda:N", word));
    }
    if (stream.native != nullptr && parsed->type != DeviceType::cuda) {
        throw Error(
            Errc::invalid_argument,
            fmt::format("pipeline: device='{}' with a stream: say on which GPU it is, e.g. cuda:0", word));
    }
    word_ = word;
    given_ = stream;
    left_ = false;
}

void Place::choose(bool on_gpu) {
    const std::string word = in_environment(word_);
    automatic_ = word == "auto";
    Device chosen = *parse_device(word);
    if (automatic_ && on_gpu && !left_ && cuda::why_not(0).empty()) chosen = {DeviceType::cuda, 0};
    if (chosen.type == DeviceType::cuda) cuda::need_device(chosen, "pipeline");
    const bool wants_own = chosen.type == DeviceType::cuda && given_.native == nullptr;
    if (chosen == device_ && own_.has_value() == wants_own) return;
    turn_.reset();
    own_.reset();
    device_ = {};
    if (wants_own) {
        own_.emplace(chosen);
        turn_.emplace(chosen);
    }
    device_ = chosen;
    if (is_gpu())
        log(LogLevel::info, fmt::format("the pipeline works on {} ({})", device_text(device_),
                                        cuda::device_name(device_.index)));
}

void Place::leave_gpu() noexcept {
    left_ = true;
    device_ = {};
    turn_.reset();
    own_.reset();
}

StreamRef Place::stream() const noexcept {
    if (!is_gpu()) return {};
    return own_ ? own_->ref() : given_;
}

StreamRef Place::callers_stream(const Device& device) const noexcept {
    const auto wished = parse_device(word_);
    return wished && same_place(*wished, device) ? given_ : StreamRef{};
}

bool Place::still_works() const noexcept {
    try {
        finish();
        return true;
    } catch (...) {
        return false;
    }
}

void Place::begin_turn() {
    if (!turn_) return;
    turn_->record({});
    own_->wait(*turn_);
}

void Place::end_turn() {
    if (!turn_) return;
    turn_->record(own_->ref());
    cuda::wait_in(device_, {}, *turn_);
}

void Place::finish() const {
    if (is_gpu()) cuda::synchronize(device_, stream());
}

}  // namespace vbg
