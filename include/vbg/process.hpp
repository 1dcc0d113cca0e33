#pragma once
/// @file process.hpp  Settings that only a whole program can make. The library itself never makes them.

#include <vbg/export.hpp>

namespace vbg::inline v0 {

/// For the first line of main() of a program that runs beside a video call. Does what a library must not do
/// by itself:
/// - OpenMP threads (LibTorch's) that wait spin for a fraction of a millisecond, then sleep, instead of
///   spinning on. Their runtime reads that from the environment before main(), so where neither
///   GOMP_SPINCOUNT nor OMP_WAIT_POLICY is set the program sets the first and executes itself anew, once.
/// - freed blocks of a few megabytes (activations) stay with the process instead of going back to the system
///   each frame. Returns normally in every case. Set VBG_PREPARED=1 in the environment to skip the restart.
VBG_API void prepare_process(int argc, char** argv) noexcept;

}  // namespace vbg::inline v0
