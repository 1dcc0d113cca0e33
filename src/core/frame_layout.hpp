#pragma once
/// @file frame_layout.hpp  Where the planes of a picture lie in one block of memory.

#include <array>
#include <cstddef>
#include <string_view>

#include <vbg/types.hpp>

namespace vbg {

struct FrameLayout {
    FrameView view;  ///< strides, size and format; the planes are null
    std::array<std::size_t, 3> offset{};
    std::size_t bytes = 0;

    /// The view of a picture that begins at `memory`.
    [[nodiscard]] FrameView at(std::byte* memory) const;
};

/// Planes one behind the other, rows at multiples of `align` bytes. Throws Error{invalid_argument} for a size
/// or format that makes no picture; `who` names the caller.
[[nodiscard]] FrameLayout lay_out(const FrameSpec& spec, std::size_t align, std::string_view who);

}  // namespace vbg
