#pragma once
/// @file stage_checks.hpp  Checks of what a stage is given, for the public halves of stages (stages.cpp) and
/// of effects that are composed at once (effect/gpu_effect.cpp).

#include <string_view>

#include <vbg/stage.hpp>

namespace vbg {

/// Throws Error{unsupported_format} for a matte that is not u8; `what` is the matte.
void need_u8(const Stage& stage, const ConstMaskView& mask, std::string_view what);
/// Throws Error{invalid_argument} unless `in` and `out` are the same memory throughout or have no byte in
/// common. `who` is the stage's name, `what` the picture `in`.
void check_overlap(const ConstFrameView& in, const ConstFrameView& out, std::string_view who,
                   std::string_view what);

}  // namespace vbg
