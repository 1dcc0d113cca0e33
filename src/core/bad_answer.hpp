#pragma once
/// @file bad_answer.hpp  What is said about a network's answer with NaN in it, wherever that is found out.
/// C++17-clean.

namespace vbg {

/// Follows the name of what was answered.
inline constexpr char kBadAnswer[] =
    " holds NaN or infinity: the weights are damaged, or the number format is too narrow for this network "
    "(try precision=fp32)";

}  // namespace vbg
