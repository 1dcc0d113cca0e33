#pragma once
/// @file guard.hpp  What every entry of the C API goes through: nothing is thrown past it, failures become a
/// status and a text of the calling thread, outputs are cleared.

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vbg/error.hpp>

#include "vbg/c/base.h"

namespace vbg::capi {

/// The entry that the thread is in, for the texts of failures. Entries nest where callbacks call back.
class Entry {
public:
    explicit Entry(const char* function) noexcept;
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    [[nodiscard]] static const char* name() noexcept;

private:
    const char* outer_;
};

/// Sets the thread's failure; returns `code` as a status.
vbg_status fail(Errc code, std::string_view text, int sys_errno = 0) noexcept;
/// The same for the exception being handled.
vbg_status fail_with_current_exception() noexcept;
/// The thread's failure as it is now, and forgetting it: around callbacks, which may set it.
struct Failure {
    Errc code = Errc::ok;
    int sys_errno = 0;
    std::string text;
};
[[nodiscard]] Failure take_failure() noexcept;
void put_failure(Failure failure) noexcept;

/// Error{invalid_argument} with "vbg_frame_create: " in front.
[[noreturn]] void refuse(const std::string& text);
/// The pointer, which must not be null. `what` names the argument.
template <class T>
T* need(T* pointer, const char* what) {
    if (pointer == nullptr) refuse(std::string(what) + " is NULL");
    return pointer;
}
std::string_view need_text(const char* text, const char* what);

/// While one lives, the thread is inside a log handler, where the library must not be used.
class InLogHandler {
public:
    InLogHandler() noexcept;
    ~InLogHandler();
    InLogHandler(const InLogHandler&) = delete;
    InLogHandler& operator=(const InLogHandler&) = delete;
};
/// Throws Error{wrong_state} inside a log handler.
void check_not_in_log_handler();

/// Clears what a function gives: numbers and pointers, and structs as far as the caller knows them.
template <class T>
void clear_output(T* out) noexcept {
    if (out == nullptr) return;
    if constexpr (std::is_class_v<T>) {
        std::uint32_t size = 0;
        std::memcpy(&size, out, sizeof size);
        if (size <= sizeof size || size > 4096) return;  // the body will refuse it
        std::memset(reinterpret_cast<char*>(out) + sizeof size, 0,
                    std::min<std::size_t>(size, sizeof(T)) - sizeof size);
    } else {
        *out = T{};
    }
}

/// Runs the body of an entry. `outputs` are cleared first.
template <class Body, class... Outputs>
vbg_status guard(const char* function, Body&& body, Outputs*... outputs) noexcept {
    const Entry entry(function);
    (clear_output(outputs), ...);
    try {
        check_not_in_log_handler();
        body();
        return VBG_OK;
    } catch (...) {
        const vbg_status status = fail_with_current_exception();
        (clear_output(outputs), ...);
        return status;
    }
}

/// A copy of `text` that the caller frees with vbg_text_destroy().
char* make_text(std::string_view text);
/// A copy that lives as long as the program. Equal texts share one.
const char* keep_text(std::string_view text);

}  // namespace vbg::capi
