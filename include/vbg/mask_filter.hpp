#pragma once
/// @file mask_filter.hpp  Matte -> better matte.

#include <vbg/stage.hpp>

namespace vbg::inline v0 {

/// Refines a matte: feather, dilate, guided filter, temporal smoothing and so on.
class VBG_API MaskFilter : public Stage {
public:
    ~MaskFilter() override;

    /// @param guide    the frame the matte belongs to, as configured.
    /// @param in       the matte, u8, of the frame's size.
    /// @param out      the result, u8, of the frame's size. May be exactly `in` (same address and stride)
    ///                 for every filter; any other overlap is refused.
    /// @param context  threads to work with.
    /// Throws Error{invalid_argument, wrong_state}.
    void apply(const ConstFrameView& guide, const ConstMaskView& in, const MaskView& out, Context& context);

    /// False where the result does not depend on `guide`'s pixels at all (dilate, levels): any frame of the
    /// right size will do. Default: true.
    [[nodiscard]] virtual bool uses_guide() const noexcept;

protected:
    MaskFilter();

private:
    /// `in` and `out` are the same memory or do not overlap at all; implementations take both.
    virtual void do_apply(const ConstFrameView& guide, const ConstMaskView& in, const MaskView& out,
                          Context& context) = 0;
};

}  // namespace vbg::inline v0
