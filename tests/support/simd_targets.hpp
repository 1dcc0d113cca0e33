#pragma once
// Runs a check on every instruction set that run-time dispatch could choose on some machine and that works
// on this one, the plain fallback included.
#include <doctest/doctest.h>

#include <hwy/highway.h>
#include <cstdint>
#include <string>

namespace vbg_test {

template <class Body>
void for_each_simd_target(Body&& body) {
    struct Restore {
        ~Restore() { hwy::GetChosenTarget().Update(hwy::SupportedTargets()); }
    } restore;
    constexpr std::int64_t kFallback = HWY_BASELINE_SCALAR;
    for (std::int64_t left = (hwy::SupportedTargets() & HWY_TARGETS) | kFallback; left != 0;
         left &= left - 1) {
        const std::int64_t target = left & -left;
        hwy::GetChosenTarget().Update(target);
        INFO("SIMD target ", std::string(hwy::TargetName(target)));
        body();
    }
}

}  // namespace vbg_test
