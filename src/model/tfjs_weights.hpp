#pragma once
/// @file tfjs_weights.hpp  The weights of a TensorFlow.js model: bytes to named float tensors.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <unordered_map>
#include <vector>

namespace vbg::model {

struct TfjsTensor {
    std::vector<std::int64_t> shape;  ///< empty for a scalar
    std::vector<float> data;          ///< row-major; integers as floats
};

using TfjsTensors = std::unordered_map<std::string, TfjsTensor>;

/// How many bytes the tensors of one weight group take, and the tensors themselves. `bytes` are the group's
/// files joined, `from` where the group begins; returns where it ends. Throws Error{model} naming the tensor.
std::size_t decode_group(const nlohmann::json& group, const std::string& bytes, std::size_t from,
                         const std::string& origin, TfjsTensors& tensors);

}  // namespace vbg::model
