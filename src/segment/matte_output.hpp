#pragma once
/// @file matte_output.hpp  What a network says, at its own small size -> matte of the frame's size.

#include <vbg/context.hpp>
#include <vbg/types.hpp>
#include <vector>

#include "cuda/matte.hpp"
#include "cuda/runtime.hpp"
#include "model/description.hpp"
#include "segment/kernels.hpp"
#include "segment/network_input.hpp"
#include "segment/resample.hpp"
#include "segment/slots.hpp"

namespace vbg::segment {

/// Enlarges probabilities (or logits) to a matte, one row after the other. Reentrant. After configure()
/// nothing is allocated.
class MatteOutput {
public:
    /// For mattes of spec's size from planes of width x height values. Probabilities of the whole frame,
    /// bilinear with half-pixel centres, until told otherwise.
    void configure(const FrameSpec& spec, int width, int height, const Context& context);

    /// The plane holds probabilities of `part` of the frame; outside it the matte is 0.
    void cover(const Rect& part);
    /// As TensorFlow.js does for BodyPix: logits, enlarged with aligned corners to the network's input size,
    /// sigmoid, then the frame cut out of the padded picture.
    void cover_padded(const Padding& padding, int input_width, int input_height);

    /// Soft: levels, black and white points 0..1, black < white. Hard: 1 above the threshold, else 0.
    void set_soft(double black, double white);
    void set_hard(double threshold);

    /// Writes every value of `alpha` (u8 or f32), on a GPU in the turn of the context's stream. `plane` is in
    /// host memory, and may go at once.
    void write(const float* plane, const MaskView& alpha, Context& context);
    /// The same for a plane that lies on the GPU, as alpha does, and is there in the stream's turn. Where it
    /// is no number, the matte is background.
    void write_there(const float* plane, const MaskView& alpha, Context& context);
    /// What a GPU does.
    [[nodiscard]] cuda::MattePlan plan() const;

private:
    struct Scratch {
        std::vector<float> low, middle, wide[2];
        int held[2] = {-1, -1};  ///< which row each of `wide` holds
    };
    void prepare(int threads);
    [[nodiscard]] std::size_t plane_bytes() const noexcept {
        return static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_) * sizeof(float);
    }
    void write_rows(const float* plane, const MaskView& alpha, int first, int last);
    const float* wide_row(const float* plane, Scratch& scratch, int y) const;

    FrameSpec spec_{};
    int width_ = 0, height_ = 0;                ///< of the plane
    int middle_width_ = 0, middle_height_ = 0;  ///< after the first step; the plane's where there is none
    bool two_steps_ = false;
    Axis to_middle_x_, to_middle_y_, to_x_, to_y_;
    Lerp middle_x_, middle_y_, x_, y_;
    Rect part_{};
    kernels::ToMatte finish_;
    Slots<Scratch> scratch_;
    cuda::DeviceBuffer device_scratch_, device_plane_;  // on a GPU
};

/// Takes the person's plane out of an output: width * height floats, 1 = person. Logits of classes become
/// their softmax, or 1 / 0 where `hard_class` asks for the winner (ties: the lowest class).
/// Meaning::other is not a matte and gives Error{internal}.
void extract_person(const float* values, int count, const model::OutputDescription& output, bool hard_class,
                    float* plane);

}  // namespace vbg::segment
