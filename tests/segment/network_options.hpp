#pragma once
/// @file network_options.hpp  How the tests of networks load them.

#include <string>
#include <utility>
#include <vector>

#include "model/network.hpp"
#include "torch/network_cpu.hpp"

namespace vbg::test {

inline net::NetworkOptions options(net::Precision precision, std::vector<std::string> outputs = {},
                                   int threads = 2) {
    net::NetworkOptions chosen;
    chosen.device = "cpu";
    chosen.precision = precision;
    chosen.threads = threads;
    chosen.outputs = std::move(outputs);
    return chosen;
}

inline bool fast_bf16() { return net::cpu_features().amx_bf16 || net::cpu_features().avx512_bf16; }

}  // namespace vbg::test
