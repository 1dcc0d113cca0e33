#include "guard.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <set>
#include <unordered_set>
#include <utility>

namespace vbg::capi {

namespace {

// The statuses of C are those of C++.
static_assert(VBG_OK == static_cast<int>(Errc::ok));
static_assert(VBG_ERROR_INVALID_ARGUMENT == static_cast<int>(Errc::invalid_argument));
static_assert(VBG_ERROR_UNSUPPORTED_FORMAT == static_cast<int>(Errc::unsupported_format));
static_assert(VBG_ERROR_WRONG_STATE == static_cast<int>(Errc::wrong_state));
static_assert(VBG_ERROR_NOT_FOUND == static_cast<int>(Errc::not_found));
static_assert(VBG_ERROR_IO == static_cast<int>(Errc::io));
static_assert(VBG_ERROR_DEVICE == static_cast<int>(Errc::device));
static_assert(VBG_ERROR_MODEL == static_cast<int>(Errc::model));
static_assert(VBG_ERROR_OUT_OF_MEMORY == static_cast<int>(Errc::out_of_memory));
static_assert(VBG_ERROR_NOT_BUILT == static_cast<int>(Errc::not_built));
static_assert(VBG_ERROR_INTERNAL == static_cast<int>(Errc::internal));

thread_local Failure failure_of_thread;
thread_local const char* entry_of_thread = "libvbg";
thread_local int log_handlers_of_thread = 0;

/// Texts that callers own. Never destroyed, so that it outlives every thread.
struct Texts {
    std::mutex mutex;
    std::unordered_set<char*> lent;
    std::set<std::string, std::less<>> kept;
};
Texts& texts() {
    static Texts& all = *new Texts;
    return all;
}

}  // namespace

Entry::Entry(const char* function) noexcept : outer_(std::exchange(entry_of_thread, function)) {}
Entry::~Entry() { entry_of_thread = outer_; }
const char* Entry::name() noexcept { return entry_of_thread; }

vbg_status fail(Errc code, std::string_view text, int sys_errno) noexcept {
    Failure& failure = failure_of_thread;
    failure.code = code;
    failure.sys_errno = sys_errno;
    try {
        failure.text.assign(text);
    } catch (...) {
        failure.text.clear();  // the code alone, where there is no memory for a text
    }
    return static_cast<vbg_status>(code);
}

vbg_status fail_with_current_exception() noexcept {
    try {
        throw;
    } catch (const Error& e) {
        return fail(e.code(), e.what(), e.sys_errno());
    } catch (const std::bad_alloc&) {
        return fail(Errc::out_of_memory, "out of memory");
    } catch (const std::exception& e) {
        return fail(Errc::internal, e.what());
    } catch (...) {
        return fail(Errc::internal, "something was thrown that is not an exception");
    }
}

Failure take_failure() noexcept { return std::exchange(failure_of_thread, Failure{}); }
void put_failure(Failure failure) noexcept { failure_of_thread = std::move(failure); }

void refuse(const std::string& text) {
    throw Error(Errc::invalid_argument, std::string(Entry::name()) + ": " + text);
}

std::string_view need_text(const char* text, const char* what) { return need(text, what); }

InLogHandler::InLogHandler() noexcept { ++log_handlers_of_thread; }
InLogHandler::~InLogHandler() { --log_handlers_of_thread; }

void check_not_in_log_handler() {
    if (log_handlers_of_thread == 0) return;
    throw Error(Errc::wrong_state, std::string(Entry::name()) +
                                       ": called from inside a log handler, which must not use the library; "
                                       "note what is to be done and do it later");
}

char* make_text(std::string_view text) {
    auto copy = std::make_unique<char[]>(text.size() + 1);  // ends with a NUL
    text.copy(copy.get(), text.size());
    const std::lock_guard lock(texts().mutex);
    texts().lent.insert(copy.get());
    return copy.release();
}

const char* keep_text(std::string_view text) {
    const std::lock_guard lock(texts().mutex);
    auto found = texts().kept.find(text);
    if (found == texts().kept.end()) found = texts().kept.emplace(text).first;
    return found->c_str();  // nodes of a set stay where they are
}

}  // namespace vbg::capi

using namespace vbg::capi;

extern "C" {

size_t vbg_error_message(char* buffer, size_t size) {
    const std::string& text = failure_of_thread.text;
    if (buffer != nullptr && size > 0) {
        const std::size_t copied = std::min(size - 1, text.size());
        std::memcpy(buffer, text.data(), copied);
        buffer[copied] = '\0';
    }
    return text.size();
}

vbg_status vbg_error_status(void) { return static_cast<vbg_status>(failure_of_thread.code); }
int32_t vbg_error_errno(void) { return failure_of_thread.sys_errno; }

vbg_status vbg_error_set(vbg_status status, const char* text) {
    return fail(static_cast<vbg::Errc>(status), text == nullptr ? "" : text);
}

void vbg_text_destroy(char* text) {
    if (text == nullptr) return;
    try {
        const std::lock_guard lock(texts().mutex);
        if (texts().lent.erase(text) == 0) return;
    } catch (...) {
        return;
    }
    delete[] text;
}

const char* vbg_status_name(vbg_status status) { return vbg::to_string(static_cast<vbg::Errc>(status)); }

}  // extern "C"
