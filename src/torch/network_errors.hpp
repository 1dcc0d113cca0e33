#pragma once
/// @file network_errors.hpp  What LibTorch throws, in libvbg's words.

#include <c10/core/Device.h>

#include <exception>
#include <string>

namespace vbg::net {

/// What happened, in one line: LibTorch's texts end in a C++ stack trace, and those of its interpreter begin
/// with one of the script and give the reason after "RuntimeError:".
[[nodiscard]] std::string reason(const std::exception& error);

/// Throws Error{out_of_memory, device, model} for what a network threw that ran at this size.
[[noreturn]] void rethrow(const std::exception& error, const std::string& name, c10::Device device,
                          int height, int width);

}  // namespace vbg::net
