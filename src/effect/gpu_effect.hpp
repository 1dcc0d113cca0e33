#pragma once
/// @file gpu_effect.hpp  Effects that have code for GPUs. The last pass of one there can be the compositor
/// `over`, too: it computes a pixel of its layer and mixes it with the other layer at once, and the layer's
/// picture is neither written nor read again.
///
/// Bytes for a frame of 1280x720: 2,764,800 a picture (bgr8), 921,600 a matte. The last pass and `over` write
/// the layer, and read it, the other layer and the matte, and write the frame: 11,980,800; in one pass it is
/// the other layer, the matte and the frame: 6,451,200. With what is before the last pass (pictures and
/// mattes; the blur's cells, 0.9 MB with the default sigma, and a hologram's neighbours come from the cache):
///
///     preset     last effect                                       two passes    one
///     default    blur (layer and matte into cells: 3,686,400)      15,667,200    10,137,600
///     fakecam    hologram (layer twice, light out and in:          21,196,800    15,667,200
///                9,216,000)
///     others     grayscale, colormap, flip, scanlines, ghost:      14,745,600    9,216,000
///                the layer once

#include <vbg/effect.hpp>

#include "cuda/runtime.hpp"
#include "cuda/target.hpp"

namespace vbg {

class GpuEffect : public Effect {
public:
    [[nodiscard]] bool runs_on(DeviceType type) const noexcept override { return cuda::runs_on(type); }

    /// On a GPU: apply() and then compose() of the compositor `over`, with the result as `out` says and
    /// `out.alpha` as the matte of both; out.picture has their bytes. It may be exactly `layer` or exactly
    /// out.other. Throws what the two throw, and Error{wrong_state} where configure() was told host memory.
    void apply_and_compose(const ConstFrameView& layer, const cuda::Target& out, Context& context);

private:
    void do_apply(const ConstFrameView& layer, const ConstMaskView& alpha, const FrameView& out,
                  Context& context) final;
    /// Effect::do_apply() in host memory, and on a GPU in the context's stream, where `out` may have another
    /// layer that the result is mixed with.
    virtual void apply_on_cpu(const ConstFrameView& layer, const ConstMaskView& alpha, const FrameView& out,
                              Context& context) = 0;
    virtual void apply_on_gpu(const ConstFrameView& layer, const ConstMaskView& alpha,
                              const cuda::Target& out, Context& context) = 0;
};

}  // namespace vbg
