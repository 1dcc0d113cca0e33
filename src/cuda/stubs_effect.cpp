// What stands for the effects' kernels where libvbg is built without CUDA.
#include "cuda/background_blur.hpp"
#include "cuda/flip.hpp"
#include "cuda/hologram.hpp"
#include "cuda/stubs.hpp"
#include "cuda/tint.hpp"

namespace vbg::cuda {

void tint(const ColorTable& /*table*/, const ConstFrameView& /*in*/, const Target& /*out*/,
          StreamRef /*stream*/) {
    refuse("tint");
}

void fill(const Color3& /*color*/, const FrameView& /*out*/, StreamRef /*stream*/) { refuse("fill"); }

void flip(bool /*sideways*/, bool /*upside_down*/, const ConstFrameView& /*in*/, const Target& /*out*/,
          StreamRef /*stream*/) {
    refuse("flip");
}

void scanlines(const RowDim* /*dims*/, const ConstFrameView& /*in*/, const Target& /*out*/,
               StreamRef /*stream*/) {
    refuse("scanlines");
}

void ghost(const GhostPlan& /*plan*/, std::byte* /*scratch*/, const ConstFrameView& /*in*/,
           const Target& /*out*/, StreamRef /*stream*/) {
    refuse("ghost");
}

void hologram(const HologramPlan& /*plan*/, std::byte* /*scratch*/, const RowDim* /*dims*/,
              const ConstFrameView& /*in*/, const Target& /*out*/, StreamRef /*stream*/) {
    refuse("hologram");
}

void background_blur(const BackgroundBlurPlan& /*plan*/, std::byte* /*scratch*/, bool /*exclude*/,
                     const ConstFrameView& /*layer*/, const ConstMaskView& /*alpha*/, const Target& /*out*/,
                     StreamRef /*stream*/) {
    refuse("blur");
}

}  // namespace vbg::cuda
