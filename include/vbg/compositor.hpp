#pragma once
/// @file compositor.hpp  Person over background.

#include <vbg/stage.hpp>

namespace vbg::inline v0 {

class VBG_API Compositor : public Stage {
public:
    ~Compositor() override;

    /// out = foreground where alpha is 255, background where it is 0 (both bit-exact), mixed in between.
    /// All three pictures have the configured size and format; alpha is u8 of that size. `out` may be exactly
    /// `foreground` or exactly `background`; any other overlap is refused.
    /// Throws Error{invalid_argument, wrong_state}.
    void compose(const ConstFrameView& foreground, const ConstMaskView& alpha,
                 const ConstFrameView& background, const FrameView& out, Context& context);

protected:
    Compositor();

private:
    virtual void do_compose(const ConstFrameView& foreground, const ConstMaskView& alpha,
                            const ConstFrameView& background, const FrameView& out, Context& context) = 0;
};

}  // namespace vbg::inline v0
