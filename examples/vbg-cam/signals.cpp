#include "signals.hpp"

#include <unistd.h>

#include <ctime>

namespace cam {

Signals::Signals() {
    std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of the sink, with a text
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    thread_ = std::thread([this] {
        const timespec pause{0, 100'000'000};
        while (!done_) {
            if (sigtimedwait(&set_, nullptr, &pause) < 0) continue;
            if (stop_.stop_requested()) _exit(130);
            stop_.request_stop();
        }
    });
}

Signals::~Signals() {
    done_ = true;
    thread_.join();
}

}  // namespace cam
