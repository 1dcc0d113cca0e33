#pragma once
/// @file over.hpp  The compositor `over`: the person over the background, mixed by the matte.

#include <vbg/registry.hpp>

namespace vbg {

StageEntry over_entry();

/// Whether the compositor is this one, and not another that calls itself so or has one inside.
[[nodiscard]] bool is_over(const Compositor& compositor) noexcept;

}  // namespace vbg
