#pragma once
/// @file segmenter.hpp  Frame -> matte of the person.

#include <memory>
#include <optional>

#include <vbg/stage.hpp>

namespace vbg::inline v0 {

/// Finds the person. Implement do_segment(); see examples/my_effect for a stage of one's own.
class VBG_API Segmenter : public Stage {
public:
    ~Segmenter() override;

    /// @param frame       the picture, as configured.
    /// @param alpha       out: the matte, of the frame's size, u8 or f32, written in full;
    ///                    255 / 1.0f = person. Soft unless a threshold was asked for.
    /// @param context     threads and device to work with.
    /// @param foreground  out, optional: the person's own colours with the room's taken out of mixed pixels
    ///                    (matting networks estimate them), of the frame's size and format.
    /// @return whether `foreground` was written. False if none was asked for or the method has none.
    /// Throws Error{model, device} when no valid matte can be made; `alpha` is then unspecified and must not
    /// be used: Pipeline fails closed.
    bool segment(const ConstFrameView& frame, const MaskView& alpha, Context& context,
                 std::optional<FrameView> foreground = std::nullopt);

    /// Whether segment() can fill `foreground`.
    [[nodiscard]] virtual bool gives_foreground() const noexcept;
    /// Frames needed before the first useful matte (frame_difference: 1). The matte is all background until
    /// then.
    [[nodiscard]] virtual int warm_up_frames() const noexcept;

protected:
    Segmenter();

private:
    virtual bool do_segment(const ConstFrameView& frame, const MaskView& alpha, Context& context,
                            const std::optional<FrameView>& foreground) = 0;
};

}  // namespace vbg::inline v0
