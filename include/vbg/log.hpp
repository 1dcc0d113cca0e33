#pragma once
/// @file log.hpp  What the library has to say. It never prints: it calls you.

#include <cstdint>
#include <functional>
#include <string_view>

#include <vbg/export.hpp>

namespace vbg::inline v0 {

enum class LogLevel : std::int32_t { debug = 0, info = 1, warning = 2, error = 3 };

/// Called with one line of text without a newline, on whichever thread has something to say, one call at a
/// time. It must not call set_log_handler() itself; what it throws is swallowed.
using LogHandler = std::function<void(LogLevel level, std::string_view text)>;

/// Sets the handler for the process; an empty one (the default) silences the library. Thread-safe.
VBG_API void set_log_handler(LogHandler handler, LogLevel least = LogLevel::info);

/// Says something through the handler. For stages, also those written outside the library. Thread-safe.
VBG_API void log(LogLevel level, std::string_view text) noexcept;

}  // namespace vbg::inline v0
