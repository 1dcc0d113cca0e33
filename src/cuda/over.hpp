#pragma once
/// @file over.hpp  Person over background, on the GPU.

#include <vbg/types.hpp>

namespace vbg::cuda {

/// Compositor::compose() for pictures that lie on out.device, in the stream's turn; the caller has checked
/// them. Throws Error{device, not_built}.
void over(const ConstFrameView& foreground, const ConstMaskView& alpha, const ConstFrameView& background,
          const FrameView& out, StreamRef stream);

}  // namespace vbg::cuda
