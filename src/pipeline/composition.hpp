#pragma once
/// @file composition.hpp  Frame + matte -> composed frame: the two chains of effects and the compositor.

#include <vbg/frame.hpp>

#include "effect/gpu_effect.hpp"
#include "pipeline/timed.hpp"

namespace vbg {

/// A frame's background: made for this frame alone; made, and kept for some that follow; or the one that was
/// made last (made now, and kept, where there is none).
enum class BackgroundUse : std::uint8_t { once, keep, again };

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
    /// them, or null. Throws what a stage throws; last() is then what it was before.
    ///
    /// On a GPU the compositor `over` is the last pass of an effect where that saves memory traffic
    /// (effect/gpu_effect.hpp says how much): of the foreground's last effect, or else, where nobody needs
    /// the background a second time, of the background's. Such a pass is counted with the effect's time; the
    /// compositor then counts the frame with no time.
    void compose(const ConstFrameView& frame, const ConstMaskView& matte,
                 const ConstFrameView* own_foreground, Context& context,
                 BackgroundUse use = BackgroundUse::once);

    [[nodiscard]] bool has_last() const noexcept { return whole_ > 0; }
    /// On a GPU its pixels stay until two more were composed.
    [[nodiscard]] ConstFrameView last() const noexcept { return composed_.view(); }
    /// On a GPU: forgets the newest one or two that were composed; last() is the one before.
    void take_back(int frames) noexcept;
    /// What may be shown while there is no matte: the background where it owes nothing to the camera, else
    /// black. Never throws.
    [[nodiscard]] ConstFrameView without_person(Context& context) noexcept;
    /// The card, made anew where it moves; black where it cannot be made. Never throws.
    [[nodiscard]] ConstFrameView show_card(Context& context) noexcept;

private:
    /// The chain's result, but for its last effect where `composing` is that one.
    ConstFrameView make_background(const ConstFrameView& frame, const ConstMaskView& matte, Context& context,
                                   bool timed, const GpuEffect* composing = nullptr);
    ConstFrameView make_foreground(const ConstFrameView& frame, const ConstMaskView& matte, Context& context,
                                   const GpuEffect* composing);
    /// The chain's last effect, where it can do what the compositor does; else null.
    [[nodiscard]] GpuEffect* last_pass(const TimedChain<Effect>& chain) const noexcept;

    Frame composed_, next_;                 // swapped when a frame is whole
    Frame older_;                           // on a GPU: the one before composed_, still on its way down
    Frame background_, foreground_;         // results of the chains
    Frame still_;                           // what the still beginning of the background chain made, once
    Frame black_, card_;                    // owners of pixels begin black
    Mask nobody_;                           // a matte of nothing but background
    ConstFrameView last_layer_{};           // the newest background made, for frames that do not renew it
    std::size_t first_effect_ = 0;          // background effects before it are painted over
    GpuEffect* foreground_pass_ = nullptr;  // effects that can compose: the last ones of the chains
    GpuEffect* background_pass_ = nullptr;
    bool starts_still_ = false, still_made_ = false, card_made_ = false;
    int whole_ = 0;  // frames composed and not taken back; counted up to three
};

}  // namespace vbg
