#include <vbg/device.hpp>
#include <vbg/frame.hpp>

#include "core/device.hpp"
#include "cuda/runtime.hpp"

namespace vbg::inline v0 {

void copy_pixels(const ConstFrameView& from, const FrameView& to, StreamRef stream) {
    if (on_host(from.device) && on_host(to.device)) return copy_pixels(from, to);
    cuda::copy(from, to, stream);
}

void copy_pixels(const ConstMaskView& from, const MaskView& to, StreamRef stream) {
    if (on_host(from.device) && on_host(to.device)) return copy_pixels(from, to);
    cuda::copy(from, to, stream);
}

}  // namespace vbg::inline v0
