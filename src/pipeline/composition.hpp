#pragma once
/// @file composition.hpp  Frame + matte -> composed frame: the two chains of effects and the compositor.

#include <vbg/frame.hpp>

#include "pipeline/timed.hpp"

namespace vbg {

/// Keeps the last frame that was composed whole, so that a failure never shows half a frame.
class Composition {
public:
    TimedChain<Effect> background, foreground;
    Timed<Compositor> compositor;
    Timed<Effect> card;  ///< empty: black

    /// Before configure() for a GPU: stages that have no code for it get carried there.
    void carry_stages();
    void configure(const FrameSpec& spec, Context& context);
    void reset() noexcept;
    /// To be called after one of the parts was replaced by configured stages.
    void parts_changed() noexcept;

    /// Composes; the result is last(). `own_foreground`: the person's colours as the segmenter estimated
    /// them, or null. Without `renew_background` the background of the frame before is used where there is
    /// one. Throws what a stage throws; last() is then what it was before.
    void compose(const ConstFrameView& frame, const ConstMaskView& matte,
                 const ConstFrameView* own_foreground, Context& context, bool renew_background = true);

    [[nodiscard]] bool has_last() const noexcept { return has_last_; }
    /// On a GPU its pixels stay until two more were composed.
    [[nodiscard]] ConstFrameView last() const noexcept { return composed_.view(); }
    /// What may be shown while there is no matte: the background where it owes nothing to the camera, else
    /// black. Never throws.
    [[nodiscard]] ConstFrameView without_person(Context& context) noexcept;
    /// The card, made anew where it moves; black where it cannot be made. Never throws.
    [[nodiscard]] ConstFrameView show_card(Context& context) noexcept;

private:
    ConstFrameView make_background(const ConstFrameView& frame, const ConstMaskView& matte, Context& context,
                                   bool timed);
    ConstFrameView make_foreground(const ConstFrameView& frame, const ConstMaskView& matte, Context& context);

    Frame composed_, next_;          // swapped when a frame is whole
    Frame older_;                    // on a GPU: the one before composed_, still on its way down
    Frame background_, foreground_;  // results of the chains
    Frame still_;                    // what the still beginning of the background chain made, once
    Frame black_, card_;             // owners of pixels begin black
    Mask nobody_;                    // a matte of nothing but background
    ConstFrameView last_layer_{};    // the newest background made, for frames that do not renew it
    std::size_t first_effect_ = 0;   // background effects before it are painted over
    bool starts_still_ = false, still_made_ = false, card_made_ = false, has_last_ = false;
};

}  // namespace vbg
