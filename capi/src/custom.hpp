#pragma once
/// @file custom.hpp  What stages, sources and sinks made of callbacks share.

#include <string>

#include "views.hpp"

namespace vbg::capi {

/// Calls a function of the caller's that says a status, and throws what it says as Error{that status} with
/// the text that vbg_error_set() left. The thread's own last failure is as before when all went well.
template <class Call>
void call_back(const std::string& name, const char* what, Call&& call);

/// Throws for a status that is not VBG_OK. `before`: the thread's failure from before the call.
void check_callback(const std::string& name, const char* what, vbg_status status, Failure before);

template <class Call>
void call_back(const std::string& name, const char* what, Call&& call) {
    Failure before = take_failure();
    const vbg_status status = call();
    check_callback(name, what, status, std::move(before));
}

/// A name for messages and statistics: snake_case. Throws Error{invalid_argument}.
std::string custom_name(const char* name);

/// The caller's object behind the callbacks; destroyed with this, once it is owned.
class User {
public:
    User(void* user, void (*destroy)(void*)) noexcept : user_(user), destroy_(destroy) {}
    ~User() {
        if (owned_ && destroy_ != nullptr) destroy_(user_);
    }
    User(const User&) = delete;
    User& operator=(const User&) = delete;
    /// From now on: creating it has succeeded.
    void own() noexcept { owned_ = true; }
    [[nodiscard]] void* get() const noexcept { return user_; }

private:
    void* user_;
    void (*destroy_)(void*);
    bool owned_ = false;
};

}  // namespace vbg::capi
