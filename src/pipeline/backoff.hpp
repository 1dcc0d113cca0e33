#pragma once
/// @file backoff.hpp  How long to wait before the next try.

#include <algorithm>
#include <chrono>

namespace vbg {

/// 0.1 s, then twice as long each time, at most 2 s.
class Backoff {
public:
    [[nodiscard]] std::chrono::milliseconds next() noexcept {
        const auto now = wait_;
        wait_ = std::min(2 * wait_, std::chrono::milliseconds(2000));
        return now;
    }
    void reset() noexcept { wait_ = std::chrono::milliseconds(100); }

private:
    std::chrono::milliseconds wait_{100};
};

}  // namespace vbg
