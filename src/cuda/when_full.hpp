#pragma once
/// @file when_full.hpp  What is done before a full GPU is an error. C++17-clean.

namespace vbg::cuda {

/// `give_back` is called where a GPU has no memory for a DeviceBuffer, which is then tried once more:
/// LibTorch keeps memory that it does not need. One for the process; null: none. Thread-safe.
void when_full(void (*give_back)()) noexcept;

}  // namespace vbg::cuda
