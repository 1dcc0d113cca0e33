#pragma once
/// @file allocation_counter.hpp  Counts heap allocations, for tests that demand none.
///
///     AllocationCounter counter;
///     stage.apply(...);
///     CHECK(counter.count() == 0);
///
/// Every malloc, calloc, realloc, memalign and operator new of the whole process counts, whatever thread or
/// library makes it: the test program's own malloc stands before the C library's. With the sanitizers, which
/// bring a malloc of their own, their hook counts instead.

#include <cstdint>

class AllocationCounter {
public:
    /// Starts counting at zero.
    AllocationCounter() noexcept;
    /// Allocations by any thread since construction.
    [[nodiscard]] std::int64_t count() const noexcept;
    /// Bytes those asked for.
    [[nodiscard]] std::int64_t bytes() const noexcept;
    /// Whether counting works in this build (a test that needs it says SKIP otherwise).
    [[nodiscard]] static bool works();

private:
    std::int64_t first_count_, first_bytes_;
};
