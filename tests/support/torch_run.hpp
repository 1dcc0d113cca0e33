#pragma once
/// @file torch_run.hpp  Runs a .pt plainly, as LibTorch loads it (not frozen, float32). No torch header.

#include <string>
#include <vector>

namespace vbg::test {

/// One output, NHWC with batch 1.
struct Map {
    int height = 0, width = 0, channels = 0;
    std::vector<float> data;
};

enum class Number { fp32, fp16, bf16 };

/// `picture`: height x width x 3 floats. `channels_last`: how the input lies in memory.
std::vector<Map> run_module(const std::string& path, const std::vector<float>& picture, int height, int width,
                            bool channels_last = true, Number number = Number::fp32);

/// Convolutions left after freezing a module that returns only output `index` of the network's.
int frozen_convolutions(const std::string& path, int index);

/// Saves a TorchScript file as another program would make it: no description inside.
void save_plain_module(const std::string& path);

}  // namespace vbg::test
