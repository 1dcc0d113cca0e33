#include "pipeline/carried.hpp"

#include <fmt/format.h>

#include <utility>
#include <vbg/device.hpp>
#include <vbg/frame.hpp>
#include <vbg/log.hpp>

#include "core/device.hpp"
#include "cuda/runtime.hpp"

namespace vbg {

namespace {

FrameSpec on_cpu(FrameSpec spec) {
    spec.device = {};
    return spec;
}

Device pinned(const Device& gpu) { return {DeviceType::cuda_host, gpu.index}; }

/// The way of one stage's pictures. What the CPU writes for the GPU may be written again only when the GPU
/// has it.
class Way {
public:
    explicit Way(const Device& gpu) : gpu_(gpu), taken_(gpu) {}

    /// Both ends stay as they are until arrive().
    template <class From, class To>
    void down(const From& from, const To& to, Context& context) const {
        copy_pixels(from, to, context.stream());
    }
    /// Waits for all that goes down, and until what went up last has arrived.
    void arrive(Context& context) const {
        taken_.synchronize();
        cuda::synchronize(gpu_, context.stream());
    }
    /// The same where nothing goes down.
    void wait_for_last() const { taken_.synchronize(); }
    template <class From, class To>
    void up(const From& from, const To& to, Context& context) {
        copy_pixels(from, to, context.stream());
        taken_.record(context.stream());
    }

private:
    Device gpu_;
    cuda::Event taken_;
};

/// What the four kinds have in common: the stage itself, and whether it is carried at all.
template <class T>
class Carried : public T {
public:
    explicit Carried(std::unique_ptr<T> inner) : inner_(std::move(inner)) {}

    [[nodiscard]] std::string_view name() const noexcept override { return inner_->name(); }
    [[nodiscard]] bool accepts(PixelFormat format) const noexcept override { return inner_->accepts(format); }
    [[nodiscard]] bool runs_on(DeviceType) const noexcept override { return true; }

protected:
    T& inner() const noexcept { return *inner_; }
    [[nodiscard]] bool is_carried() const noexcept { return way_.has_value(); }
    Way& way() { return *way_; }
    void do_configure(const FrameSpec& spec, Context& context) override {
        way_.reset();
        inner_->configure(on_cpu(spec), context);
        if (on_host(spec.device)) return;
        FrameSpec here = spec;
        here.device = pinned(spec.device);
        make_room(here);
        way_.emplace(spec.device);
        log(LogLevel::info, fmt::format("{} works on the CPU: its pictures are carried from {} and back",
                                        name(), device_text(spec.device)));
    }

private:
    /// Buffers in host memory for frames of this spec.
    virtual void make_room(const FrameSpec& pinned) = 0;
    void do_reset() noexcept override { inner_->reset(); }

    std::unique_ptr<T> inner_;
    std::optional<Way> way_;
};

ConstFrameView seen(const Frame& frame, const ConstFrameView& like) {
    ConstFrameView view = frame.view();
    view.timestamp = like.timestamp;
    view.sequence = like.sequence;
    return view;
}

class CarriedSegmenter final : public Carried<Segmenter> {
public:
    using Carried::Carried;
    [[nodiscard]] bool gives_foreground() const noexcept override { return inner().gives_foreground(); }
    [[nodiscard]] int warm_up_frames() const noexcept override { return inner().warm_up_frames(); }
    [[nodiscard]] int coarsest() const noexcept override { return inner().coarsest(); }

private:
    void make_room(const FrameSpec& pinned) override {
        frame_ = Frame(pinned);
        alpha_ = Mask(pinned.width, pinned.height, MaskFormat::u8, pinned.device);
        foreground_ = inner().gives_foreground() ? Frame(pinned) : Frame();
    }
    void do_configure(const FrameSpec& spec, Context& context) override {
        inner().allow_coarser(coarser_allowed());
        Carried::do_configure(spec, context);
    }
    bool do_segment(const ConstFrameView& frame, const MaskView& alpha, Context& context,
                    const std::optional<FrameView>& foreground) override {
        inner().coarseness(coarseness());
        if (!is_carried()) return inner().segment(frame, alpha, context, foreground);
        way().down(frame, frame_.view(), context);
        way().arrive(context);
        if (alpha.format != alpha_.view().format)
            alpha_ = Mask(alpha.width, alpha.height, alpha.format, pinned(spec().device));
        std::optional<FrameView> own;
        if (foreground && !foreground_.empty()) own = foreground_.view();
        const bool has_own = inner().segment(seen(frame_, frame), alpha_.view(), context, own);
        if (has_own && foreground) way().up(std::as_const(foreground_).view(), *foreground, context);
        way().up(std::as_const(alpha_).view(), alpha, context);
        return has_own;
    }

    Frame frame_, foreground_;
    Mask alpha_;
};

class CarriedFilter final : public Carried<MaskFilter> {
public:
    using Carried::Carried;
    [[nodiscard]] bool uses_guide() const noexcept override { return inner().uses_guide(); }

private:
    void make_room(const FrameSpec& pinned) override {
        guide_ = Frame(pinned);
        matte_ = Mask(pinned.width, pinned.height, MaskFormat::u8, pinned.device);
    }
    void do_apply(const ConstFrameView& guide, const ConstMaskView& in, const MaskView& out,
                  Context& context) override {
        if (!is_carried()) return inner().apply(guide, in, out, context);
        if (inner().uses_guide()) way().down(guide, guide_.view(), context);
        way().down(in, matte_.view(), context);
        way().arrive(context);
        inner().apply(seen(guide_, guide), std::as_const(matte_).view(), matte_.view(), context);
        way().up(std::as_const(matte_).view(), out, context);
    }

    Frame guide_;
    Mask matte_;
};

class CarriedEffect final : public Carried<Effect> {
public:
    using Carried::Carried;
    [[nodiscard]] bool replaces_layer() const noexcept override { return inner().replaces_layer(); }
    [[nodiscard]] bool is_still() const noexcept override { return inner().is_still(); }
    [[nodiscard]] bool uses_alpha() const noexcept override { return inner().uses_alpha(); }

private:
    void make_room(const FrameSpec& pinned) override {
        layer_ = Frame(pinned);
        alpha_ = Mask(pinned.width, pinned.height, MaskFormat::u8, pinned.device);
    }
    void do_apply(const ConstFrameView& layer, const ConstMaskView& alpha, const FrameView& out,
                  Context& context) override {
        if (!is_carried()) return inner().apply(layer, alpha, out, context);
        const bool needs_layer = !inner().replaces_layer();
        if (needs_layer) way().down(layer, layer_.view(), context);
        if (inner().uses_alpha()) way().down(alpha, alpha_.view(), context);
        if (needs_layer || inner().uses_alpha()) {
            way().arrive(context);
        } else {
            way().wait_for_last();
        }
        FrameView to = layer_.view();
        to.timestamp = out.timestamp;
        to.sequence = out.sequence;
        inner().apply(seen(layer_, layer), std::as_const(alpha_).view(), to, context);
        way().up(std::as_const(layer_).view(), out, context);
    }

    Frame layer_;
    Mask alpha_;
};

class CarriedCompositor final : public Carried<Compositor> {
public:
    using Carried::Carried;

private:
    void make_room(const FrameSpec& pinned) override {
        foreground_ = Frame(pinned);
        background_ = Frame(pinned);
        alpha_ = Mask(pinned.width, pinned.height, MaskFormat::u8, pinned.device);
    }
    void do_compose(const ConstFrameView& foreground, const ConstMaskView& alpha,
                    const ConstFrameView& background, const FrameView& out, Context& context) override {
        if (!is_carried()) return inner().compose(foreground, alpha, background, out, context);
        way().down(foreground, foreground_.view(), context);
        way().down(background, background_.view(), context);
        way().down(alpha, alpha_.view(), context);
        way().arrive(context);
        inner().compose(seen(foreground_, foreground), std::as_const(alpha_).view(),
                        seen(background_, background), background_.view(), context);
        way().up(std::as_const(background_).view(), out, context);
    }

    Frame foreground_, background_;
    Mask alpha_;
};

template <class Made, class T>
void wrap(Timed<T>& timed) {
    if (timed.stage && !timed->runs_on(DeviceType::cuda))
        timed.stage = std::make_unique<Made>(std::move(timed.stage));
}

}  // namespace

void carry(Timed<Segmenter>& segmenter) { wrap<CarriedSegmenter>(segmenter); }
void carry(Timed<MaskFilter>& filter) { wrap<CarriedFilter>(filter); }
void carry(Timed<Effect>& effect) { wrap<CarriedEffect>(effect); }
void carry(Timed<Compositor>& compositor) { wrap<CarriedCompositor>(compositor); }

}  // namespace vbg
