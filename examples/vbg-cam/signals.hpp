#pragma once
/// @file signals.hpp  Ctrl-C and SIGTERM as a stop request.

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
    [[nodiscard]] bool stopped() const { return stop_.stop_requested(); }

private:
    std::stop_source stop_;
    std::thread thread_;
};

}  // namespace cam
