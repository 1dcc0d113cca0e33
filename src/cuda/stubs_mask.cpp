// What stands for the matte's kernels where libvbg is built without CUDA.
#include "cuda/box_blur.hpp"
#include "cuda/feather.hpp"
#include "cuda/guided_filter.hpp"
#include "cuda/lookup.hpp"
#include "cuda/matte.hpp"
#include "cuda/morphology.hpp"
#include "cuda/stubs.hpp"
#include "cuda/temporal.hpp"

namespace vbg::cuda {

void look_up(const Curve& /*curve*/, const ConstMaskView& /*in*/, const MaskView& /*out*/,
             StreamRef /*stream*/) {
    refuse("look-up");
}

void temporal(const TemporalPlan& /*plan*/, std::byte* /*kept*/, int /*newest*/, bool /*first*/,
              const Gains& /*gains*/, const ConstFrameView& /*guide*/, const ConstMaskView& /*in*/,
              const MaskView& /*out*/, StreamRef /*stream*/) {
    refuse("temporal");
}

void morphology(const MorphologyPlan& /*plan*/, std::byte* /*scratch*/, bool /*largest*/,
                const ConstMaskView& /*in*/, const MaskView& /*out*/, StreamRef /*stream*/) {
    refuse("morphology");
}

void box_blur(const BoxBlurPlan& /*plan*/, std::byte* /*scratch*/, const ConstMaskView& /*in*/,
              const MaskView& /*out*/, StreamRef /*stream*/) {
    refuse("box_blur");
}

void feather(const FeatherPlan& /*plan*/, std::byte* /*scratch*/, const ConstMaskView& /*in*/,
             const MaskView& /*out*/, StreamRef /*stream*/) {
    refuse("feather");
}

void guided_filter(const GuidedFilterPlan& /*plan*/, std::byte* /*scratch*/, const ConstFrameView& /*guide*/,
                   const ConstMaskView& /*in*/, const MaskView& /*out*/, StreamRef /*stream*/) {
    refuse("guided_filter");
}

void write_matte(const MattePlan& /*plan*/, std::byte* /*scratch*/, const float* /*plane*/,
                 const MaskView& /*alpha*/, StreamRef /*stream*/) {
    refuse("matte");
}

}  // namespace vbg::cuda
