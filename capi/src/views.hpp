#pragma once
/// @file views.hpp  Views and specs between C and C++.

#include <vbg/types.hpp>

#include "structs.hpp"

namespace vbg::capi {

/// What the caller gave as a view. Strides of 0 become those of rows without a gap. Pinned host memory counts
/// as host memory. Throws Error{invalid_argument}; sizes and planes are checked by whoever works with the
/// view.
FrameView frame_view(const vbg_frame_view* in, const char* what);
MaskView mask_view(const vbg_mask_view* in, const char* what);
/// The same for what works in host memory alone: throws Error{unsupported_format} for memory of a GPU.
FrameView host_frame_view(const vbg_frame_view* in, const char* what);
/// Pinned host memory is kept apart here: memory may be wanted there.
FrameSpec frame_spec(const vbg_frame_spec* in, const char* what);
FrameSpec host_frame_spec(const vbg_frame_spec* in, const char* what);

/// The other way, for outputs and callbacks; struct_size is the library's own.
vbg_frame_view to_c(const ConstFrameView& view);
vbg_mask_view to_c(const ConstMaskView& view);
vbg_frame_spec to_c(const FrameSpec& spec);

}  // namespace vbg::capi
