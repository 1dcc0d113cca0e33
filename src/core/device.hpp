#pragma once
/// @file device.hpp  Where a picture lies, and who may touch it there.

#include <optional>
#include <string>
#include <string_view>

#include <vbg/types.hpp>

namespace vbg {

/// Memory that the CPU reads and writes: ordinary, or pinned for a GPU.
[[nodiscard]] constexpr bool on_host(const Device& device) noexcept {
    return device.type != DeviceType::cuda;
}

/// Whether code that may touch the one may touch the other.
[[nodiscard]] constexpr bool same_place(const Device& a, const Device& b) noexcept {
    return on_host(a) ? on_host(b) : !on_host(b) && a.index == b.index;
}

/// "host memory", "cuda:1".
[[nodiscard]] std::string device_text(const Device& device);

/// "auto" and "cpu" (both the CPU), "cuda" (the first GPU), "cuda:N"; none for another word.
[[nodiscard]] std::optional<Device> parse_device(std::string_view word);

/// Throws Error{invalid_argument} unless the picture or matte is in host memory. `who` names the caller.
void need_host(const Device& device, std::string_view who);

}  // namespace vbg
