#pragma once
/// @file pixel_memory.hpp  Memory for pictures and mattes, wherever they lie. PixelFree gives it back.

#include <cstddef>

#include <vbg/types.hpp>

namespace vbg {

/// What rows of pictures there begin at multiples of, bytes: a line of the CPU's cache; on a GPU what threads
/// side by side read at once.
[[nodiscard]] constexpr std::size_t row_alignment(const Device& device) noexcept {
    return device.type == DeviceType::cpu ? 64 : 256;
}

/// All zero. Throws Error{invalid_argument} for a device that is none, Error{out_of_memory, device,
/// not_built}; `width` and `height` are for the text.
[[nodiscard]] std::byte* allocate_pixels(std::size_t bytes, const Device& device, int width, int height);

}  // namespace vbg
