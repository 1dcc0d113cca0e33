#pragma once
/// @file network_rewrite.hpp  Changes to a frozen graph that save time and memory, not results.

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>
#include <torch/csrc/jit/ir/ir.h>

namespace vbg::net {

/// Rewrites `graph` (frozen, used for inference only) and returns how many convolutions it prepared:
/// - an activation that is the only reader of a fresh tensor works in place: a whole tensor less to touch;
/// - in bf16, clamping to [0, c] is done on the same bits as 16-bit integers (see the .cpp);
/// - on the CPU a convolution with constant weights goes to oneDNN whatever the thread count (LibTorch's own
///   choice for 1x1 kernels on one thread is a matrix product in BLAS, whose threads are not ours to count),
///   and its weights are laid out once.
int rewrite(torch::jit::Graph& graph, c10::Device device, c10::ScalarType type);

}  // namespace vbg::net
