#pragma once
/// @file handle.hpp  Handles: numbers in the disguise of pointers. Every live object is in one table, so that
/// a handle is checked before anything is touched.

#include <atomic>
#include <cstdint>
#include <memory>

#include "guard.hpp"

namespace vbg::capi {

/// What a handle may stand for. Objects say `static constexpr const char* kName = "vbg_frame"` and `using
/// Handle = vbg_frame`.
class Object {
public:
    explicit Object(const char* name) noexcept : name_(name) {}
    virtual ~Object();
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;
    [[nodiscard]] const char* name() const noexcept { return name_; }
    /// The handle was destroyed. A call in another thread may hold the object still, and may not have begun.
    virtual void abandoned() noexcept {}

    /// The thread inside a call, 0 = none.
    std::atomic<std::uintptr_t> user{0};

private:
    const char* name_;
};

/// Who may come in.
enum class Access {
    alone,       ///< nobody else at the same time, nor a callback of the object itself
    own_thread,  ///< nobody else at the same time, but callbacks of the object may
    anybody,     ///< thread-safe
};

namespace detail {
/// Puts an object into the table; its handle.
std::uintptr_t add(std::shared_ptr<Object> object);
/// Throws Error{invalid_argument} for a null, dead or foreign handle. `what` names the argument.
std::shared_ptr<Object> find(std::uintptr_t handle, const char* kind, const char* what);
void remove(std::uintptr_t handle) noexcept;
/// Takes the handle's object out of the table: null for a null, dead or foreign handle, which is then noted
/// as the thread's failure.
std::shared_ptr<Object> take(std::uintptr_t handle, const char* kind) noexcept;
/// Marks the object as used by this thread. Whether leave() is due. Throws Error{wrong_state}.
bool enter(Object& object, Access access, const char* what);
void leave(Object& object) noexcept;
}  // namespace detail

/// A new object as a handle of the caller's.
template <class T>
typename T::Handle* publish(std::shared_ptr<T> object) {
    return reinterpret_cast<typename T::Handle*>(detail::add(std::move(object)));
}

/// An object in use by one call.
template <class T>
class Use {
public:
    Use(typename T::Handle* handle, const char* what, Access access = Access::alone)
        : object_(std::static_pointer_cast<T>(
              detail::find(reinterpret_cast<std::uintptr_t>(handle), T::kName, what))),
          handle_(handle),
          entered_(detail::enter(*object_, access, what)) {}
    ~Use() {
        if (entered_) detail::leave(*object_);
    }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    T* operator->() const noexcept { return object_.get(); }
    T& operator*() const noexcept { return *object_; }
    /// The handle is dead from now on.
    void consume() noexcept { detail::remove(reinterpret_cast<std::uintptr_t>(handle_)); }

private:
    std::shared_ptr<T> object_;
    typename T::Handle* handle_;
    bool entered_;
};

/// The body of every vbg_..._destroy().
template <class T>
void destroy(const char* function, typename T::Handle* handle) noexcept {
    if (handle == nullptr) return;
    guard(function, [&] {
        const auto object = detail::take(reinterpret_cast<std::uintptr_t>(handle), T::kName);
        if (object != nullptr) object->abandoned();
    });
}

}  // namespace vbg::capi
