#include "handle.hpp"

#include <cstring>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace vbg::capi {

Object::~Object() = default;

namespace detail {

namespace {

/// Never destroyed: threads may outlive main().
struct Table {
    std::mutex mutex;
    std::unordered_map<std::uintptr_t, std::shared_ptr<Object>> live;
    // Odd, so that no pointer to anything is one; above the first pages, so that no small number is; never
    // used again, so that a destroyed handle never comes to mean another object.
    std::uintptr_t next = 0x10001;
};

Table& table() {
    static Table& all = *new Table;
    return all;
}

std::uintptr_t this_thread() noexcept {
    static thread_local char mark;
    return reinterpret_cast<std::uintptr_t>(&mark);
}

/// What is wrong with a handle that is not the wanted one.
std::string complaint(const Object* object, const char* kind, const char* what) {
    std::string text = std::string(Entry::name()) + ": " + what;
    if (object != nullptr) return text + " is a " + object->name() + "; wanted a " + kind;
    return text + " is no live " + kind + ": it was destroyed, taken by a pipeline, or never created";
}

}  // namespace

std::uintptr_t add(std::shared_ptr<Object> object) {
    const std::lock_guard lock(table().mutex);
    const std::uintptr_t handle = table().next;
    table().live.emplace(handle, std::move(object));
    table().next += 2;
    return handle;
}

std::shared_ptr<Object> find(std::uintptr_t handle, const char* kind, const char* what) {
    if (handle == 0) refuse(std::string(what) + " is NULL; wanted a " + kind);
    std::shared_ptr<Object> object;
    {
        const std::lock_guard lock(table().mutex);
        if (const auto found = table().live.find(handle); found != table().live.end()) object = found->second;
    }
    // By its letters: equal literals of two files need not be one object.
    if (object == nullptr || std::strcmp(object->name(), kind) != 0) {
        throw Error(Errc::invalid_argument, complaint(object.get(), kind, what));
    }
    return object;
}

void remove(std::uintptr_t handle) noexcept {
    std::shared_ptr<Object> object;  // dies after the lock is given back
    const std::lock_guard lock(table().mutex);
    if (const auto found = table().live.find(handle); found != table().live.end()) {
        object = std::move(found->second);
        table().live.erase(found);
    }
}

std::shared_ptr<Object> take(std::uintptr_t handle, const char* kind) noexcept {
    try {
        std::shared_ptr<Object> object = find(handle, kind, "the handle");
        remove(handle);
        return object;
    } catch (...) {
        fail_with_current_exception();
        return nullptr;
    }
}

bool enter(Object& object, Access access, const char* what) {
    if (access == Access::anybody) return false;
    std::uintptr_t user = 0;
    if (object.user.compare_exchange_strong(user, this_thread())) return true;
    const bool own = user == this_thread();
    if (own && access == Access::own_thread) return false;
    throw Error(
        Errc::wrong_state,
        std::string(Entry::name()) + ": " + what + " (a " + object.name() + ") is " +
            (own ? "inside a call already: this came from one of its own callbacks; do it after that call"
                 : "in use by another thread; one thread at a time, or an object for each"));
}

void leave(Object& object) noexcept { object.user.store(0); }

}  // namespace detail

}  // namespace vbg::capi
