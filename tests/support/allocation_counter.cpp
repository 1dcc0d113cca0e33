#include "support/allocation_counter.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#    define VBG_TEST_SANITIZED 1
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#        define VBG_TEST_SANITIZED 1
#    endif
#endif

namespace {

// Constant-initialised: malloc runs before any constructor of this program does.
constinit std::atomic<std::int64_t> g_count{0};
constinit std::atomic<std::int64_t> g_bytes{0};

void note(std::size_t bytes) noexcept {
    g_count.fetch_add(1, std::memory_order_relaxed);
    g_bytes.fetch_add(static_cast<std::int64_t>(bytes), std::memory_order_relaxed);
}

}  // namespace

#if defined(VBG_TEST_SANITIZED)

extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void*, std::size_t),
                                                         void (*)(const volatile void*));
namespace {
void ignore_free(const volatile void*) {}
void note_malloc(const volatile void*, std::size_t bytes) { note(bytes); }
[[maybe_unused]] const int g_installed = __sanitizer_install_malloc_and_free_hooks(note_malloc, ignore_free);
}  // namespace

#elif defined(__GLIBC__)

// The C library's own names for its allocator; a program may define the public names over them.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

#    define VBG_TEST_PUBLIC __attribute__((visibility("default")))
VBG_TEST_PUBLIC void* malloc(std::size_t bytes) noexcept {
    note(bytes);
    return __libc_malloc(bytes);
}
VBG_TEST_PUBLIC void* calloc(std::size_t count, std::size_t bytes) noexcept {
    note(count * bytes);
    return __libc_calloc(count, bytes);
}
VBG_TEST_PUBLIC void* realloc(void* old, std::size_t bytes) noexcept {
    note(bytes);
    return __libc_realloc(old, bytes);
}
VBG_TEST_PUBLIC void* memalign(std::size_t alignment, std::size_t bytes) noexcept {
    note(bytes);
    return __libc_memalign(alignment, bytes);
}
VBG_TEST_PUBLIC void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
    note(bytes);
    return __libc_memalign(alignment, bytes);
}
VBG_TEST_PUBLIC int posix_memalign(void** out, std::size_t alignment, std::size_t bytes) noexcept {
    if (alignment < sizeof(void*) || (alignment & (alignment - 1)) != 0) return EINVAL;
    note(bytes);
    void* const made = __libc_memalign(alignment, bytes);
    if (made == nullptr) return ENOMEM;
    *out = made;
    return 0;
}
}

#endif

AllocationCounter::AllocationCounter() noexcept
    : first_count_(g_count.load(std::memory_order_relaxed)),
      first_bytes_(g_bytes.load(std::memory_order_relaxed)) {}

std::int64_t AllocationCounter::count() const noexcept {
    return g_count.load(std::memory_order_relaxed) - first_count_;
}

std::int64_t AllocationCounter::bytes() const noexcept {
    return g_bytes.load(std::memory_order_relaxed) - first_bytes_;
}

bool AllocationCounter::works() {
    const AllocationCounter counter;
    void* volatile probe = std::malloc(123);
    const bool seen = counter.count() > 0 && counter.bytes() >= 123;
    std::free(probe);
    return seen;
}
