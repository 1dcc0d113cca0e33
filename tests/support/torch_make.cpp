#include "support/torch_make.hpp"

#include <torch/script.h>

namespace vbg::test {

void make_module(const std::string& path, const std::string& forward, const std::string& description,
                 float weight) {
    torch::jit::Module module("made_for_a_test");
    module.register_parameter("weight", torch::full({1, 3, 1, 1}, weight), false);
    module.define(forward);
    module.eval();
    if (description.empty())
        module.save(path);
    else
        module.save(path, {{"vbg.json", description}});
}

}  // namespace vbg::test
