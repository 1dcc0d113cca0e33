#pragma once
/// @file network_values.hpp  What goes into a network and what comes out, held against its description.

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstddef>
#include <string>
#include <vector>

#include "model/description.hpp"
#include "model/network.hpp"

namespace vbg::net {

/// The outputs of those names, as the description lists them; all where none is named. Throws
/// Error{invalid_argument} naming those there are.
[[nodiscard]] std::vector<model::OutputDescription> wanted_outputs(const model::Description& description,
                                                                   const std::vector<std::string>& names);

/// Throws Error{invalid_argument} for an input that the description does not allow.
void check_input(const model::Description& description, const float* input, int height, int width);

/// A caller's input, which lies on `device`, as a tensor, [1, 3, height, width].
[[nodiscard]] at::Tensor pixels(c10::Device device, const float* input, int height, int width);
/// Results in host memory; waits for them.
[[nodiscard]] std::vector<at::Tensor> fetch(std::vector<at::Tensor> results);

/// One picture's place among those that went through the network together.
struct PlaceInBatch {
    std::size_t index = 0, count = 1;
};

/// That picture's values of an output, `results` ([count, channels, height, width]) -> `output`. Throws
/// Error{model} for another shape or type, and for NaN and infinity among its values.
void take_output(const model::Description& description, const model::OutputDescription& wanted,
                 const at::Tensor& results, const PlaceInBatch& place, Output& output);

/// One picture's results as take_output() hands them on (float32, [1, height, width, channels], one piece of
/// memory), and behind them an int32: 0, or 1 where one of them holds NaN or infinity. All of it is done
/// where they lie, and nobody waits. Nothing where a shape or type is one that take_output() refuses.
[[nodiscard]] std::vector<at::Tensor> laid_out(const std::vector<model::OutputDescription>& wanted,
                                               const std::vector<at::Tensor>& results);

}  // namespace vbg::net
