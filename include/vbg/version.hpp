#pragma once
/// @file version.hpp  Which libvbg this is.

#include <string_view>

#include <vbg/export.hpp>

#define VBG_VERSION_MAJOR 0
#define VBG_VERSION_MINOR 1
#define VBG_VERSION_PATCH 0

namespace vbg::inline v0 {

/// Version of the library that was loaded, e.g. "0.1.0". Thread-safe.
[[nodiscard]] VBG_API std::string_view version() noexcept;

}  // namespace vbg::inline v0
