#pragma once
/// @file signals.hpp  Ctrl-C and SIGTERM as a stop request.

#include <atomic>
#include <stop_token>
#include <thread>

namespace cam {

/// At most one at a time. The first signal asks for a stop (files are finished), the second ends the program
/// at once.
class Signals {
public:
    Signals();
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;
    [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }
    [[nodiscard]] bool stopped() const { return signalled_; }
    /// Asks for a stop without a signal. Thread-safe.
    void stop() { stop_.request_stop(); }

private:
    std::stop_source stop_;
    std::atomic<bool> signalled_{false};
    std::thread thread_;
};

}  // namespace cam
