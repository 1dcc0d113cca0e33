#include "support/torch_laid_out.hpp"

#include <ATen/Functions.h>
#include <c10/core/InferenceMode.h>

#include <stdexcept>

#include "torch/network_values.hpp"

namespace vbg::test {

LaidOut laid_out(const std::vector<Result>& results) {
    const c10::InferenceMode inference;
    std::vector<model::OutputDescription> wanted;
    std::vector<at::Tensor> tensors;
    for (const Result& result : results) {
        at::Tensor tensor = at::tensor(result.values).reshape(result.sides);
        if (result.is_turned) tensor = tensor.transpose(2, 3).contiguous().transpose(2, 3);
        if (result.is_half) tensor = tensor.to(at::kHalf);
        if (!result.is_float) tensor = tensor.to(at::kInt);
        tensors.push_back(tensor);
        wanted.emplace_back().channels = result.channels;
    }
    std::vector<at::Tensor> got = net::laid_out(wanted, tensors);
    LaidOut all;
    if (got.empty()) return all;
    all.bad = *got.back().data_ptr<int>();
    got.pop_back();
    for (const at::Tensor& tensor : got) {
        if (!tensor.is_contiguous()) throw std::logic_error("not in one piece");
        const float* const data = tensor.data_ptr<float>();
        all.values.emplace_back(data, data + tensor.numel());
    }
    return all;
}

}  // namespace vbg::test
