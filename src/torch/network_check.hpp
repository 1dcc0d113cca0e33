#pragma once
/// @file network_check.hpp  Is an optimised network still the network? Compared on one small input at load.

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

#include "model/description.hpp"

namespace vbg::net {

/// Height and width of a small input that the description allows (pixels).
[[nodiscard]] std::pair<int, int> check_size(const model::InputDescription& input);

/// A made-up picture of that size, normalised as the description says: [1, 3, H, W] float, channels last.
[[nodiscard]] at::Tensor check_picture(const model::InputDescription& input);

/// How far an optimised network is off, over all of its outputs.
struct Difference {
    double largest = 0;   ///< largest absolute difference
    double relative = 0;  ///< worst output's root-mean-square difference / its reference's standard deviation
    bool usable = true;   ///< shapes agree and everything is finite
};

[[nodiscard]] Difference compare(const std::vector<at::Tensor>& reference,
                                 const std::vector<at::Tensor>& result);

/// Whether that is rounding: 1e-3 where fp32 is exact (other summing order), else 0.15 (0.002 to 0.05 seen on
/// BodyPix and the selfie models in 16-bit formats). A wrong layout or a lost activation gives about 1 and
/// more.
[[nodiscard]] bool is_rounding(const Difference& difference, bool exact) noexcept;

}  // namespace vbg::net
