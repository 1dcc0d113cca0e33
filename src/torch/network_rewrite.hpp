#pragma once
/// @file network_rewrite.hpp  Changes to a frozen graph that save time and memory, not results.

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>
#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <vector>

#include "torch/network_onednn.hpp"

namespace vbg::net {

/// How far to go. The steps are kept apart so that one that proves wrong on a network can be left out.
enum class Effort {
    plain,      ///< frozen, nothing rewritten
    rewritten,  ///< with LibTorch's operators
    fused,      ///< also with oneDNN's
};

/// Rewrites `graph` (frozen, used for inference only):
/// - what leads to no output goes, also where an in-place activation hid that from freezing;
/// - fused, on the CPU: a convolution with constant weights and the clamp behind it become one Convolution;
/// - a convolution with constant weights that is left on the CPU goes to oneDNN whatever the thread count
///   (LibTorch's own choice for 1x1 kernels on one thread is a matrix product in BLAS, whose threads are not
///   ours to count);
/// - an activation that is the only reader of a fresh tensor works in place: a whole tensor less to touch;
/// - in bf16, clamping to [0, c] is done on the same bits as 16-bit integers (see the .cpp).
/// Returns the convolutions made; they must live as long as the graph is run.
[[nodiscard]] std::vector<std::unique_ptr<Convolution>> rewrite(torch::jit::Graph& graph, c10::Device device,
                                                                c10::ScalarType type, Effort effort);

}  // namespace vbg::net
