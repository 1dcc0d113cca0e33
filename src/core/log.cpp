#include <mutex>
#include <utility>
#include <vbg/log.hpp>

namespace vbg::inline v0 {

namespace {

struct State {
    std::mutex mutex;
    LogHandler handler;
    LogLevel least = LogLevel::info;
};

State& state() {
    static State instance;
    return instance;
}

}  // namespace

void set_log_handler(LogHandler handler, LogLevel least) {
    const std::lock_guard lock(state().mutex);
    state().handler = std::move(handler);
    state().least = least;
}

void log(LogLevel level, std::string_view text) noexcept {
    try {
        const std::lock_guard lock(state().mutex);
        if (state().handler && level >= state().least) state().handler(level, text);
    } catch (...) {  // what a user's handler throws must not change what the library does
        return;
    }
}

}  // namespace vbg::inline v0
