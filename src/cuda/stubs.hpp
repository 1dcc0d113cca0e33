#pragma once
/// @file stubs.hpp  What the stubs of kernels answer.

#include <string_view>

#include "cuda/status.hpp"

namespace vbg::cuda {

[[noreturn]] inline void refuse(std::string_view kernel) { throw error_of(kNotBuilt, kernel, {}); }

}  // namespace vbg::cuda
