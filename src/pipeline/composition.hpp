#pragma once
/// @file composition.hpp  Frame + matte -> composed frame: the two chains of effects and the compositor.

#include <memory>
#include <vbg/frame.hpp>
#include <vector>

#include "pipeline/meter.hpp"

namespace vbg {

/// Keeps the last frame that was composed whole, so that a failure never shows half a frame.
class Composition {
public:
    std::vector<std::unique_ptr<Effect>> background, foreground;
    std::unique_ptr<Compositor> compositor;

    [[nodiscard]] std::vector<std::string> timer_names() const;
    void configure(const FrameSpec& spec, Context& context);
    void reset() noexcept;

    /// Composes; the result is last(). `own_foreground`: the person's colours as the segmenter estimated
    /// them, or null. Throws what a stage throws; last() is then what it was before.
    void compose(const ConstFrameView& frame, const ConstMaskView& matte,
                 const ConstFrameView* own_foreground, Context& context, Meter& meter,
                 std::size_t first_timer);

    [[nodiscard]] bool has_last() const noexcept { return has_last_; }
    [[nodiscard]] ConstFrameView last() const noexcept { return composed_.view(); }
    /// What may be shown while there is no matte: the background where it owes nothing to the camera, else
    /// black. Never throws.
    [[nodiscard]] ConstFrameView without_person(const ConstFrameView& frame, Context& context) noexcept;
    [[nodiscard]] ConstFrameView blank() const noexcept { return blank_.view(); }

private:
    ConstFrameView make_background(const ConstFrameView& frame, const ConstMaskView& matte, Context& context,
                                   Meter* meter, std::size_t first_timer);
    ConstFrameView make_foreground(const ConstFrameView& frame, const ConstMaskView& matte, Context& context,
                                   Meter& meter, std::size_t first_timer);

    Frame composed_, next_;          // swapped when a frame is whole
    Frame background_, foreground_;  // results of the chains
    Frame still_;                    // what the still beginning of the background chain made, once
    Frame blank_;
    Mask nobody_;                   // a matte of nothing but background
    std::size_t first_effect_ = 0;  // background effects before it are painted over
    bool starts_still_ = false, still_made_ = false, has_last_ = false;
};

}  // namespace vbg
