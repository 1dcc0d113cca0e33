// Handlers rather than a blocked set and sigwait(): libraries start threads of their own before main(), and a
// thread that does not block the signal would take it by its default action.
#include "signals.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <vbg/error.hpp>

namespace cam {

namespace {

constexpr std::uint64_t kSignal = 1, kDone = 1U << 16;
int event = -1;
volatile std::sig_atomic_t seen = 0;

void tell(std::uint64_t what) { [[maybe_unused]] const auto written = write(event, &what, sizeof what); }

extern "C" void on_signal(int) {
    if (seen != 0) _exit(130);
    seen = 1;
    tell(kSignal);
}

void handle(int signal, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigaction(signal, &action, nullptr);
}

}  // namespace

Signals::Signals() {
    event = eventfd(0, EFD_CLOEXEC);
    if (event < 0)
        throw vbg::Error(vbg::Errc::io, "no event descriptor for signals: too many files are open");
    handle(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of the sink, with a text
    handle(SIGINT, on_signal);
    handle(SIGTERM, on_signal);
    thread_ = std::thread([this] {
        for (std::uint64_t value = 0; read(event, &value, sizeof value) == sizeof value && value < kDone;) {
            signalled_ = true;
            stop_.request_stop();
        }
    });
}

Signals::~Signals() {
    tell(kDone);
    thread_.join();
    handle(SIGINT, SIG_DFL);
    handle(SIGTERM, SIG_DFL);
    close(event);
}

}  // namespace cam
