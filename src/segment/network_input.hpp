#pragma once
/// @file network_input.hpp  Frame -> input of a network: resized, channels in order, normalised, in one pass
/// from bytes to floats.

#include <cstdint>
#include <vbg/context.hpp>
#include <vbg/types.hpp>
#include <vector>

#include "cuda/network_input.hpp"
#include "cuda/runtime.hpp"
#include "model/description.hpp"
#include "segment/kernels.hpp"
#include "segment/resample.hpp"
#include "segment/slots.hpp"

namespace vbg::segment {

/// A part of a frame, whole pixels: [x, x + width) by [y, y + height).
struct Rect {
    int x = 0, y = 0, width = 0, height = 0;
    friend bool operator==(const Rect&, const Rect&) = default;
};

/// Zeros around a frame, in pixels of the frame.
struct Padding {
    int left = 0, top = 0, right = 0, bottom = 0;
};

/// Fills the input of one network for one stream. Reentrant. After configure() nothing is allocated.
class NetworkInput {
public:
    /// For frames of `spec` (bgr8 or rgb8; host memory or a GPU) and an input of width x height pixels,
    /// normalised as `input` says. Samples the whole frame by area until told otherwise.
    void configure(const FrameSpec& spec, const model::InputDescription& input, int width, int height,
                   const Context& context);

    /// Pixel centres aligned, averaged over the area (bilinear where it enlarges); `part` lies in the frame.
    void sample_area(const Rect& part);
    /// As TensorFlow.js does for BodyPix: zeros around the frame, then bilinear without half-pixel centres.
    void sample_padded(const Padding& padding);

    /// height() x width() x 3 floats, valid until the next call: where the frame lies. On a GPU they are
    /// there in the turn of the context's stream.
    const float* fill(const ConstFrameView& frame, Context& context);

    /// On a GPU: puts these values, height() x width() x 3 of them, where fill() writes, and waits until they
    /// are there.
    void put(const std::vector<float>& values, const Context& context);

    /// Where fill() writes. After configure() all zeros, on a GPU in the turn of the context's stream.
    [[nodiscard]] const float* values() const noexcept {
        return device_data_.data() != nullptr ? reinterpret_cast<const float*>(device_data_.data())
                                              : data_.data();
    }
    [[nodiscard]] int width() const noexcept { return width_; }
    [[nodiscard]] int height() const noexcept { return height_; }

private:
    struct Scratch {
        std::vector<const std::uint8_t*> rows;  ///< the frame's rows that make up one of the input
        std::vector<float> row;                 ///< their weighted sum, and one value more
    };
    void fill_rows(const ConstFrameView& frame, int first, int last);
    const float* fill_on_gpu(const ConstFrameView& frame, Context& context);

    FrameSpec spec_{};
    int width_ = 0, height_ = 0;
    Taps x_, y_;
    kernels::Normalise normalise_;
    Slots<Scratch> scratch_;
    std::vector<float> data_;
    // On a GPU.
    cuda::DeviceTaps device_x_, device_y_;
    cuda::DeviceBuffer device_data_;
    bool taps_changed_ = false;  // since they were sent there
};

}  // namespace vbg::segment
