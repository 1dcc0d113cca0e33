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

    /// Whether the next configure() also prepares ways to work more coarsely, which costs time and memory
    /// there. Default: no.
    void allow_coarser(bool allowed) noexcept { allow_coarser_ = allowed; }
    /// The coarsest way to work that configure() prepared: networks give up resolution, step by step; each
    /// step costs about half as much as the one before. 0, the default: there is only one way.
    [[nodiscard]] virtual int coarsest() const noexcept;
    /// How coarsely the next mattes are made: 0 (the default, as asked for) to coarsest(). Costs nothing by
    /// itself. Throws Error{invalid_argument} beyond that.
    void coarseness(int steps);
    [[nodiscard]] int coarseness() const noexcept {
        return coarseness_ < coarsest() ? coarseness_ : coarsest();
    }

protected:
    Segmenter();
    /// For do_configure(): what allow_coarser() said.
    [[nodiscard]] bool coarser_allowed() const noexcept { return allow_coarser_; }

private:
    virtual bool do_segment(const ConstFrameView& frame, const MaskView& alpha, Context& context,
                            const std::optional<FrameView>& foreground) = 0;
    bool allow_coarser_ = false;
    int coarseness_ = 0;
};

}  // namespace vbg::inline v0
