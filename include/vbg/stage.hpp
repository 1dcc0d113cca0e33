#pragma once
/// @file stage.hpp  What segmenters, mask filters, effects and compositors have in common.

#include <string_view>

#include <vbg/context.hpp>
#include <vbg/error.hpp>
#include <vbg/types.hpp>

namespace vbg::inline v0 {

/// A step of the picture's way. Made once, configured for a stream, then called for each frame.
///
/// The public functions check what they are given and then call the private do_...() that implementers
/// override; so an implementation never sees a wrong size, a null plane or a forbidden overlap.
///
/// Reentrant: one thread at a time per object. After configure() a frame costs no heap allocation.
class VBG_API Stage {
public:
    virtual ~Stage();
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    /// Registry name in snake_case, e.g. "guided_filter". Lives as long as the object.
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    /// Whether frames of this format are taken. Default: rgb8 and bgr8.
    [[nodiscard]] virtual bool accepts(PixelFormat format) const noexcept;
    /// Whether pictures in memory of this kind are worked on where they lie: cpu (cuda_host is asked as cpu)
    /// or cuda. Default: cpu only. A stage that says cuda looks at FrameSpec::device in do_configure(), takes
    /// pictures on that GPU, and queues its work in Context::stream().
    [[nodiscard]] virtual bool runs_on(DeviceType type) const noexcept;

    /// Prepares for frames of this size, format and device; everything is allocated here. May be called
    /// again. Also forgets what earlier frames left behind, as reset() does. Throws Error{invalid_argument,
    /// unsupported_format}, Error{device, not_built} where it cannot work on that device, and whatever the
    /// stage needs (model, io, ...).
    void configure(const FrameSpec& spec, Context& context);
    /// Forgets temporal state (scene cut, another source), keeps allocations.
    void reset() noexcept;
    [[nodiscard]] bool configured() const noexcept { return configured_; }
    /// The spec of the last configure().
    [[nodiscard]] const FrameSpec& spec() const noexcept { return spec_; }

protected:
    Stage();
    /// Throws unless configured and `frame` is what configure() was told, and lies where it was told.
    void check_frame(const ConstFrameView& frame, std::string_view what) const;
    /// Throws unless the matte has the frame's size and lies where the frames do.
    void check_mask(const ConstMaskView& mask, std::string_view what) const;

private:
    virtual void do_configure(const FrameSpec& spec, Context& context) = 0;
    virtual void do_reset() noexcept;
    FrameSpec spec_{};
    bool configured_ = false;
};

}  // namespace vbg::inline v0
