#pragma once
/// @file torch_make.hpp  Small TorchScript files with a description, made for a test. No torch header.

#include <string>

namespace vbg::test {

/// Saves a module with this forward() under `path`. `weight`: the value of every element of its one
/// parameter, self.weight, [1, 3, 1, 1]. `description`: stored inside as "vbg.json"; none where empty.
void make_module(const std::string& path, const std::string& forward, const std::string& description,
                 float weight = 1.F);

}  // namespace vbg::test
