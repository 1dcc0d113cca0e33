#pragma once
/// @file devices.hpp  GPUs and their streams by the words and numbers that Python uses for them.

#include <cstdint>
#include <string>

#include "pch.hpp"

namespace vbg::python {

/// "cpu", "cuda" (the first GPU) or "cuda:N". Throws Refused (value) for another word, Error{device,
/// not_built} for a GPU that cannot be used.
[[nodiscard]] Device device_named(const std::string& word);
/// "cpu", "cuda:0".
[[nodiscard]] std::string device_text(const Device& device);
/// Why that GPU cannot be used; empty where it can. One that could be used once is not asked again: what
/// fails then says so itself. With the GIL.
[[nodiscard]] std::string gpu_why_not(int gpu);
/// A stream by its number: 0 and DLPack's 1 are the GPU's default stream, others a cudaStream_t.
[[nodiscard]] StreamRef stream_numbered(std::uintptr_t number) noexcept;
[[nodiscard]] std::uintptr_t number_of(StreamRef stream) noexcept;

void bind_devices(py::module_& module);

}  // namespace vbg::python
