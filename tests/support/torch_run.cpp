#include "support/torch_run.hpp"

#include <torch/script.h>

namespace vbg::test {
namespace {

at::ScalarType scalar(Number number) {
    return number == Number::fp32 ? at::kFloat : number == Number::fp16 ? at::kHalf : at::kBFloat16;
}

}  // namespace

std::vector<Map> run_module(const std::string& path, const std::vector<float>& picture, int height, int width,
                            bool channels_last, Number number) {
    torch::jit::Module module = torch::jit::load(path);
    module.to(scalar(number));
    at::Tensor input =
        torch::from_blob(const_cast<float*>(picture.data()), {1, height, width, 3}).permute({0, 3, 1, 2});
    if (!channels_last) input = input.contiguous();
    const at::Tensor before = input.clone();
    c10::InferenceMode guard;
    const auto results = module.forward({input.to(scalar(number))}).toTuple();
    if (!input.equal(before)) throw std::runtime_error("the network wrote into its input");
    std::vector<Map> maps;
    for (const auto& element : results->elements()) {
        const at::Tensor result = element.toTensor().to(at::kFloat).permute({0, 2, 3, 1}).contiguous();
        Map map{static_cast<int>(result.size(1)),
                static_cast<int>(result.size(2)),
                static_cast<int>(result.size(3)),
                {}};
        map.data.assign(result.data_ptr<float>(), result.data_ptr<float>() + result.numel());
        maps.push_back(std::move(map));
    }
    return maps;
}

int frozen_convolutions(const std::string& path, int index) {
    torch::jit::Module wrapper("wrapper");
    wrapper.register_module("net", torch::jit::load(path));
    wrapper.define("def forward(self, x):\n    return self.net.forward(x)[" + std::to_string(index) + "]\n");
    wrapper.eval();
    const torch::jit::Module frozen = torch::jit::freeze(wrapper);
    int count = 0;
    for (const auto* node : frozen.get_method("forward").graph()->nodes())
        count += node->kind() == c10::Symbol::fromQualString("aten::conv2d") ? 1 : 0;
    return count;
}

void save_plain_module(const std::string& path) {
    torch::jit::Module module("plain");
    module.register_parameter("w", torch::ones({1, 3, 1, 1}), false);
    module.define("def forward(self, x):\n    return torch.sigmoid(torch.conv2d(x, self.w))\n");
    module.save(path);
}

}  // namespace vbg::test
