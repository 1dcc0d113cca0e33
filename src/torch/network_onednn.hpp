#pragma once
/// @file network_onednn.hpp  A convolution with its clamp as one oneDNN primitive, weights laid out
/// beforehand.
///
/// LibTorch computes convolutions with oneDNN too, but lays the weights out anew in every call and knows no
/// clamp as part of one: three trips to its threads a layer where one does. Where those threads sleep while
/// they wait (as they must beside a video call) each trip costs some 50 microseconds, and a MobileNet has 27
/// such layers.

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

namespace vbg::net {

/// An activation as the interval it clamps to; `upper` is absent for relu.
struct Clamp {
    double lower = 0;
    std::optional<double> upper;
};

struct ConvolutionParts {
    at::Tensor weight;  ///< [out, in / groups, rows, columns], float or bfloat16: the type it computes in
    at::Tensor bias;    ///< [out] or undefined
    std::array<std::int64_t, 2> stride{1, 1}, padding{0, 0}, dilation{1, 1};
    std::int64_t groups = 1;
    std::optional<Clamp> clamp;
    bool float_result = false;  ///< the result in float even where the rest is bfloat16: a network's output
};

class Convolution {
public:
    virtual ~Convolution();
    Convolution(const Convolution&) = delete;
    Convolution& operator=(const Convolution&) = delete;

    /// x: [N, in, H, W]; the result lies channels last. Thread-safe. Throws what oneDNN and LibTorch throw.
    [[nodiscard]] virtual at::Tensor run(const at::Tensor& x) = 0;

    /// nullptr where this build cannot (oneDNN's headers were not there, or LibTorch brings one of its own),
    /// or these parts are not for it.
    [[nodiscard]] static std::unique_ptr<Convolution> make(const ConvolutionParts& parts);

protected:
    Convolution();
};

}  // namespace vbg::net
