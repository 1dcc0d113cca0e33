#pragma once
/// @file network_choice.hpp  From NetworkOptions to a device, a number format and a thread count.
/// C++17-clean.

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <string>

#include "model/network.hpp"

namespace vbg::net {

/// What a network is to run on and in, and why.
struct Choice {
    c10::Device device{c10::kCPU};
    c10::ScalarType type = c10::kFloat;
    int threads = 1;            ///< intra-op threads, for the CPU
    bool asked = false;         ///< the precision was named, not chosen
    std::string type_reason;    ///< e.g. "the CPU has avx512_bf16"
    std::string device_reason;  ///< why auto took the CPU; empty where there is nothing to explain
};

/// Throws Error{device} where a device is named that is not there, Error{invalid_argument} for what makes no
/// sense.
[[nodiscard]] Choice choose(const NetworkOptions& options);

/// "fp32", "fp16" or "bf16".
[[nodiscard]] const char* to_text(c10::ScalarType type) noexcept;

}  // namespace vbg::net
