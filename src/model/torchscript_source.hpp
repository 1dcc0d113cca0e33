#pragma once
/// @file torchscript_source.hpp  A Graph as TorchScript text and the tensors it names. C++17-clean, no torch.

#include <cstdint>
#include <string>
#include <vector>

#include "model/graph.hpp"

namespace vbg::model {

/// One tensor of the module: attribute name, sides, values (row-major), in LibTorch's layouts: convolution
/// weights [out, in, row, column].
struct TorchTensor {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

struct TorchSource {
    std::string code;  ///< "def forward(self, x): ...", for torch::jit::Module::define
    std::vector<TorchTensor> tensors;
};

/// forward() takes float [1, 3, H, W] and returns a tuple of [1, C, h, w], one for each of graph.outputs in
/// order. Straight-line code; an activation works in place wherever nothing reads its input afterwards.
/// Padding is an argument of the convolution wherever it is symmetric for every size the input's rule allows;
/// else it is computed from the size as the code runs. No constant forces a precision, so module.to(dtype) is
/// enough. Throws Error{model}. Needs infer().
[[nodiscard]] TorchSource torchscript_source(const Graph& graph);

}  // namespace vbg::model
