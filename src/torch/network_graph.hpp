#pragma once
/// @file network_graph.hpp  A TorchScript module made into the leanest graph that still gives its results.

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include <memory>
#include <string>
#include <vector>

#include "torch/network_rewrite.hpp"

namespace vbg::net {

struct GraphOptions {
    c10::Device device{c10::kCPU};
    c10::ScalarType type = c10::kFloat;
    Effort effort = Effort::fused;
};

/// A frozen forward() that returns a tuple of the wanted outputs only.
///
/// It is run by the interpreter directly, not through LibTorch's graph executor: that one would profile the
/// first runs and compile for every new input size (seconds), steered by switches which are global to the
/// process and therefore not this library's to turn.
class Graph {
public:
    /// `positions`: the wanted elements of the tuple forward() returns; {0} for a lone tensor. `module` is
    /// left in the wanted type and on the wanted device. Throws what LibTorch throws, and Error{model}.
    Graph(torch::jit::Module module, const std::vector<int>& positions, const GraphOptions& options);

    /// `input`: [1, 3, H, W], best in channels-last order, in the graph's type and on its device.
    /// Thread-safe.
    [[nodiscard]] std::vector<at::Tensor> run(const at::Tensor& input) const;

    /// Convolutions that oneDNN does in one step with their activation, for the log.
    [[nodiscard]] std::size_t fused() const noexcept { return convolutions_.size(); }

private:
    c10::IValue self_;  ///< None where the graph does not read it
    /// The functions that were inlined into the graph, without weights: where it fails, LibTorch names them.
    std::vector<std::shared_ptr<torch::jit::CompilationUnit>> functions_;
    std::shared_ptr<torch::jit::Graph> graph_;
    std::vector<std::unique_ptr<Convolution>> convolutions_;
    torch::jit::Code code_;
};

/// How many tensors forward() returns. Throws Error{model} where it returns anything else.
[[nodiscard]] int output_count(const torch::jit::Module& module, const std::string& name);

/// The plain way: the whole module as it was saved. For comparison, and where everything else fails.
[[nodiscard]] std::vector<at::Tensor> run_plainly(const torch::jit::Module& module, const at::Tensor& input,
                                                  const std::vector<int>& positions);

}  // namespace vbg::net
