#pragma once
/// @file morphology.hpp  dilate, erode, open, close: flat structuring elements on a grey matte.

#include <string_view>
#include <vbg/registry.hpp>
#include <vector>

#include "cuda/morphology.hpp"
#include "cuda/runtime.hpp"
#include "mask/morphology_kernels.hpp"
#include "mask/plane.hpp"

namespace vbg::mask {

enum class Shape { rect, ellipse };

/// One dilation or erosion, for frames of one size. The element's centre is at size / 2, so an even size
/// reaches one pixel further left and up than right and down. Outside the frame there is nothing: it neither
/// grows into the picture nor eats it.
class Morphology {
public:
    /// `size` 1 to kMaxElement pixels.
    Morphology(int size, Shape shape);
    void configure(int width, int height, const Device& device = {});
    /// out may be in. No allocation.
    void run(Extremum what, const ConstMaskView& in, const MaskView& out, Context& context);
    /// What a GPU does for frames of this size.
    [[nodiscard]] cuda::MorphologyPlan plan(int width, int height) const;

private:
    void run_in_bands(Extremum what, const ConstMaskView& in, const MaskView& out);
    void take_rows(Extremum what, const ConstMaskView& in, int first, int last);
    void columns(Extremum what, const MaskView& out, int first, int last);
    void ellipse(Extremum what, const MaskView& out, int first, int last);
    [[nodiscard]] const std::uint8_t* row_or_nothing(Extremum what, int y) const noexcept;

    int size_, anchor_;
    Shape shape_;
    std::vector<Chord> chords_;  // of the ellipse, shortest first
    int height_ = 0;
    int ring_ = 1;                 // rows kept: row y is at y % ring
    Plane<std::uint8_t> rows_;     // the matte, for rect already slid along its rows
    Plane<std::uint8_t> scratch_;  // a piece that begins at row y owns rows y to y + size
    Plane<std::uint8_t> nothing_;  // a row of 0 and a row of 255

    cuda::MorphologyPlan plan_;  // on a GPU, with `device_scratch_` instead of the planes
    cuda::DeviceBuffer device_scratch_;
};

}  // namespace vbg::mask

namespace vbg {

StageEntry dilate_entry();
StageEntry erode_entry();
StageEntry open_entry();
StageEntry close_entry();

}  // namespace vbg
