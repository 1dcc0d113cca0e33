// The checking halves of Stage, Segmenter, MaskFilter, Effect and Compositor: every contract is checked here,
// once.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vbg/compositor.hpp>
#include <vbg/effect.hpp>
#include <vbg/mask_filter.hpp>
#include <vbg/segmenter.hpp>

#include "core/device.hpp"
#include "core/stage_checks.hpp"
#include "cuda/runtime.hpp"

namespace vbg::inline v0 {

namespace {

struct Extent {
    std::uintptr_t first, last;  // [first, last)
};

Extent extent(const std::byte* data, std::ptrdiff_t stride, std::size_t row, int rows) {
    const auto base = reinterpret_cast<std::uintptr_t>(data);
    const auto far = base + static_cast<std::uintptr_t>(stride * (rows - 1));
    return {std::min(base, far), std::max(base, far) + row};
}

/// Same memory throughout, or no common byte; everything else would be read after it was overwritten.
void check_overlap(const std::byte* a, std::ptrdiff_t a_stride, const std::byte* b, std::ptrdiff_t b_stride,
                   std::size_t row, int rows, std::string_view who, std::string_view what) {
    if (a == b && (a_stride == b_stride || rows == 1)) return;
    const Extent x = extent(a, a_stride, row, rows);
    const Extent y = extent(b, b_stride, row, rows);
    if (x.last <= y.first || y.last <= x.first) return;
    throw Error(
        Errc::invalid_argument,
        fmt::format("{}: {} and the output overlap partly; pass exactly the same memory or memory of its own",
                    who, what));
}

/// "dilate: output matte", without touching the heap: it is made for each check of each frame.
class Who {
public:
    Who(std::string_view stage, std::string_view what) {
        const auto end = fmt::format_to_n(text_.data(), text_.size(), "{}: {}", stage, what);
        length_ = std::min(end.size, text_.size());
    }
    // NOLINTNEXTLINE(google-explicit-constructor): stands for a text wherever one is wanted
    operator std::string_view() const { return {text_.data(), length_}; }

private:
    std::array<char, 128> text_{};
    std::size_t length_ = 0;
};

/// Nothing is begun on a device that the stage has no code for, or that is not there.
void check_device(const Stage& stage, const Device& device) {
    const DeviceType type = on_host(device) ? DeviceType::cpu : device.type;
    if (stage.runs_on(type)) {
        if (type == DeviceType::cuda && cuda::built()) cuda::need_device(device, stage.name());
        return;
    }
    const bool lacks = type == DeviceType::cuda && !cuda::built();
    throw Error(lacks ? Errc::not_built : Errc::device,
                fmt::format("{} does not work on {}: {}; give it pictures in host memory", stage.name(),
                            device_text(device),
                            lacks ? "this libvbg was built without CUDA (configure with -DVBG_CUDA=ON)"
                                  : "it has no code for it"));
}

void check_place(const Stage& stage, const Device& device, std::string_view what) {
    if (same_place(device, stage.spec().device)) return;
    throw Error(
        Errc::invalid_argument,
        fmt::format(
            "{}: {} lies on {}, but configure() was told {}; copy it there, or configure() for the other",
            stage.name(), what, device_text(device), device_text(stage.spec().device)));
}

}  // namespace

Stage::Stage() = default;
Stage::~Stage() = default;
Segmenter::Segmenter() = default;
Segmenter::~Segmenter() = default;
MaskFilter::MaskFilter() = default;
MaskFilter::~MaskFilter() = default;
Effect::Effect() = default;
Effect::~Effect() = default;
Compositor::Compositor() = default;
Compositor::~Compositor() = default;

bool Stage::accepts(PixelFormat format) const noexcept {
    return format == PixelFormat::bgr8 || format == PixelFormat::rgb8;
}

bool Stage::runs_on(DeviceType type) const noexcept { return type == DeviceType::cpu; }

void Stage::configure(const FrameSpec& spec, Context& context) {
    if (spec.width < 1 || spec.height < 1 || spec.width > kMaxSide || spec.height > kMaxSide) {
        throw Error(Errc::invalid_argument,
                    fmt::format("{}: frame size {}x{}: each side must be 1 to {} pixels", name(), spec.width,
                                spec.height, kMaxSide));
    }
    if (!accepts(spec.format)) {
        throw Error(
            Errc::unsupported_format,
            fmt::format("{} does not take {}; convert() the frame to bgr8 first (Pipeline does it by itself)",
                        name(), to_string(spec.format)));
    }
    check_device(*this, spec.device);
    configured_ = false;  // stays so if the next line throws
    do_configure(spec, context);
    spec_ = spec;
    configured_ = true;
    do_reset();
}

void Stage::reset() noexcept {
    if (configured_) do_reset();
}

void Stage::do_reset() noexcept {}

void Stage::check_frame(const ConstFrameView& frame, std::string_view what) const {
    if (!configured_) {
        throw Error(Errc::wrong_state,
                    fmt::format("{}: used before configure(); call configure() once first", name()));
    }
    if (frame.width != spec_.width || frame.height != spec_.height || frame.format != spec_.format) {
        throw Error(
            Errc::invalid_argument,
            fmt::format(
                "{}: {} is {}x{} {}, but configure() was told {}x{} {}; call configure() again when the "
                "stream changes",
                name(), what, frame.width, frame.height, to_string(frame.format), spec_.width, spec_.height,
                to_string(spec_.format)));
    }
    check_place(*this, frame.device, what);
    check_view(frame, Who(name(), what));
}

void Stage::check_mask(const ConstMaskView& mask, std::string_view what) const {
    if (mask.width != spec_.width || mask.height != spec_.height) {
        throw Error(Errc::invalid_argument,
                    fmt::format("{}: {} is {}x{}, but the frame is {}x{}", name(), what, mask.width,
                                mask.height, spec_.width, spec_.height));
    }
    check_place(*this, mask.device, what);
    check_view(mask, Who(name(), what));
}

bool Segmenter::segment(const ConstFrameView& frame, const MaskView& alpha, Context& context,
                        std::optional<FrameView> foreground) {
    check_frame(frame, "frame");
    check_mask(alpha, "matte");
    if (foreground) check_frame(*foreground, "foreground");
    return do_segment(frame, alpha, context, foreground);
}

bool Segmenter::gives_foreground() const noexcept { return false; }
int Segmenter::warm_up_frames() const noexcept { return 0; }
int Segmenter::coarsest() const noexcept { return 0; }

void Segmenter::coarseness(int steps) {
    if (steps >= 0 && steps <= coarsest()) {
        coarseness_ = steps;
        return;
    }
    throw Error(Errc::invalid_argument,
                fmt::format("{}: coarseness {}; wanted 0 to {}: call allow_coarser(true) before configure(), "
                            "where it has several ways to work",
                            name(), steps, coarsest()));
}

bool MaskFilter::uses_guide() const noexcept { return true; }

void MaskFilter::apply(const ConstFrameView& guide, const ConstMaskView& in, const MaskView& out,
                       Context& context) {
    check_frame(guide, "guide");
    check_mask(in, "matte");
    check_mask(out, "output matte");
    need_u8(*this, in, "matte");
    need_u8(*this, out, "output matte");
    check_overlap(in.data, in.stride, out.data, out.stride, static_cast<std::size_t>(in.width), in.height,
                  name(), "the matte");
    do_apply(guide, in, out, context);
}

void Effect::apply(const ConstFrameView& layer, const ConstMaskView& alpha, const FrameView& out,
                   Context& context) {
    check_frame(layer, "layer");
    check_frame(out, "output");
    check_mask(alpha, "matte");
    need_u8(*this, alpha, "matte");
    check_overlap(layer, out, name(), "the layer");
    do_apply(layer, alpha, out, context);
}

bool Effect::replaces_layer() const noexcept { return false; }
bool Effect::is_still() const noexcept { return false; }
bool Effect::uses_alpha() const noexcept { return false; }

void Compositor::compose(const ConstFrameView& foreground, const ConstMaskView& alpha,
                         const ConstFrameView& background, const FrameView& out, Context& context) {
    check_frame(foreground, "foreground");
    check_frame(background, "background");
    check_frame(out, "output");
    check_mask(alpha, "matte");
    need_u8(*this, alpha, "matte");
    check_overlap(foreground, out, name(), "the foreground");
    check_overlap(background, out, name(), "the background");
    do_compose(foreground, alpha, background, out, context);
}

}  // namespace vbg::inline v0

namespace vbg {

void need_u8(const Stage& stage, const ConstMaskView& mask, std::string_view what) {
    if (mask.format == MaskFormat::u8) return;
    throw Error(Errc::unsupported_format,
                fmt::format("{}: {} is an f32 matte; wanted u8 (0..255)", stage.name(), what));
}

void check_overlap(const ConstFrameView& in, const ConstFrameView& out, std::string_view who,
                   std::string_view what) {
    check_overlap(in.planes[0].data, in.planes[0].stride, out.planes[0].data, out.planes[0].stride,
                  row_bytes(in.format, 0, in.width), in.height, who, what);
}

}  // namespace vbg
