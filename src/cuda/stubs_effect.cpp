// What stands for the effects' kernels where libvbg is built without CUDA.
#include "cuda/background_blur.hpp"
#include "cuda/flip.hpp"
#include "cuda/hologram.hpp"
#include "cuda/status.hpp"
#include "cuda/tint.hpp"

namespace vbg::cuda {

namespace {
[[noreturn]] void refuse_effect(std::string_view kernel) { throw error_of(kNotBuilt, kernel, {}); }
}  // namespace

void tint(const ColorTable& /*table*/, const ConstFrameView& /*in*/, const Target& /*out*/,
          StreamRef /*stream*/) {
    refuse_effect("tint");
}

void fill(const Color3& /*color*/, const FrameView& /*out*/, StreamRef /*stream*/) { refuse_effect("fill"); }

void flip(bool /*sideways*/, bool /*upside_down*/, const ConstFrameView& /*in*/, const Target& /*out*/,
          StreamRef /*stream*/) {
    refuse_effect("flip");
}

void scanlines(const RowDim* /*dims*/, const ConstFrameView& /*in*/, const Target& /*out*/,
               StreamRef /*stream*/) {
    refuse_effect("scanlines");
}

void ghost(const GhostPlan& /*plan*/, std::byte* /*scratch*/, const ConstFrameView& /*in*/,
           const Target& /*out*/, StreamRef /*stream*/) {
    refuse_effect("ghost");
}

void hologram(const HologramPlan& /*plan*/, std::byte* /*scratch*/, const RowDim* /*dims*/,
              const ConstFrameView& /*in*/, const Target& /*out*/, StreamRef /*stream*/) {
    refuse_effect("hologram");
}

void background_blur(const BackgroundBlurPlan& /*plan*/, std::byte* /*scratch*/, bool /*exclude*/,
                     const ConstFrameView& /*layer*/, const ConstMaskView& /*alpha*/, const Target& /*out*/,
                     StreamRef /*stream*/) {
    refuse_effect("blur");
}

}  // namespace vbg::cuda
