#pragma once
/// @file effect.hpp  One layer -> one layer: makes or changes the background, or treats the person.

#include <vbg/stage.hpp>

namespace vbg::inline v0 {

/// Changes a layer's pixels, or makes a layer of its own (image, video, color).
class VBG_API Effect : public Stage {
public:
    ~Effect() override;

    /// @param layer    the layer so far, as configured.
    /// @param alpha    the person's matte for this frame, u8, of the frame's size. Effects on the background
    ///                 use it to keep the person's colours out (blur); most effects ignore it.
    /// @param out      the result, same size and format. May be exactly `layer` (same addresses and
    ///                 strides); any other overlap is refused.
    /// @param context  threads to work with.
    /// Throws Error{invalid_argument, wrong_state, io}.
    void apply(const ConstFrameView& layer, const ConstMaskView& alpha, const FrameView& out,
               Context& context);

    /// True where the result does not depend on `layer` at all (image, video, color): then nothing of the
    /// camera can show through. The pipeline skips what comes before it.
    [[nodiscard]] virtual bool replaces_layer() const noexcept;
    /// True where, moreover, every frame is the same picture (image, color): it is made once and kept.
    [[nodiscard]] virtual bool is_still() const noexcept;
    /// True where the result depends on the matte, so that it cannot be made before the network has answered.
    [[nodiscard]] virtual bool uses_alpha() const noexcept;

protected:
    Effect();

private:
    /// `layer` and `out` are the same memory or do not overlap at all; implementations take both.
    virtual void do_apply(const ConstFrameView& layer, const ConstMaskView& alpha, const FrameView& out,
                          Context& context) = 0;
};

}  // namespace vbg::inline v0
