#include "io/interrupt.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vbg/error.hpp>

namespace vbg {

namespace {

std::int64_t now() noexcept {
    return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Interrupt::Interrupt() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (event_ < 0)
        throw Error(Errc::io, "no event descriptor: too many files are open; close some, or raise ulimit -n",
                    errno);
}

Interrupt::~Interrupt() { ::close(event_); }

void Interrupt::raise() noexcept {
    std::int64_t none = 0;
    since_.compare_exchange_strong(none, std::max<std::int64_t>(now(), 1));
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(event_, &one, sizeof one);
}

void Interrupt::clear() noexcept {
    since_ = 0;
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(event_, &count, sizeof count);
}

bool Interrupt::wait_writable(int fd) const noexcept {
    for (;;) {
        const std::int64_t since = since_;
        int timeout = -1;
        if (since != 0) {
            const auto left = std::chrono::nanoseconds(since - now()) + kGrace;
            timeout = static_cast<int>(
                std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::milliseconds>(left).count()));
        }
        // Once raised only the descriptor counts: the event stays.
        std::array<pollfd, 2> waits{pollfd{fd, POLLOUT, 0}, pollfd{event_, POLLIN, 0}};
        const int ready = ::poll(waits.data(), since != 0 ? 1 : 2, timeout);
        if (waits[0].revents != 0) return true;
        if (ready == 0 && since != 0) return false;
    }
}

bool Interrupt::pause(std::chrono::milliseconds time) const noexcept {
    pollfd wait{event_, POLLIN, 0};
    return ::poll(&wait, 1, static_cast<int>(time.count())) >= 0 || errno != EINTR;
}

}  // namespace vbg
