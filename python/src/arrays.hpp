#pragma once
/// @file arrays.hpp  Pictures and mattes as arrays: which shape means what, views of arrays, new arrays.
///
/// | format       | array of uint8                                                           |
/// | bgr8, rgb8   | (height, width, 3)                                                       |
/// | bgra8, rgba8 | (height, width, 4)                                                       |
/// | gray8        | (height, width) or (height, width, 1)                                    |
/// | yuyv, uyvy   | (height, width, 2), even width                                           |
/// | nv12, i420   | (height * 3 / 2, width) without gaps, even sides: OpenCV's way           |
/// | a matte      | (height, width) or (height, width, 1); also float32 where it is said     |
///
/// Rows may have any distance, also a negative one (a[::-1], a crop); the pixels of a row are packed.
/// The same on a GPU, where results are vbg.DeviceArray instead of numpy's.

#include <optional>
#include <string_view>

#include "memory.hpp"
#include "pch.hpp"

namespace vbg::python {

/// Throws Refused (value): unknown name, with those that exist.
[[nodiscard]] PixelFormat format_named(std::string_view name);

/// A view of exported memory. Throws Refused: wrong dtype, shape, or gaps between pixels.
[[nodiscard]] FrameView frame_view(const Memory& memory, PixelFormat format);
[[nodiscard]] MaskView mask_view(const Memory& memory);

/// A new array for such a frame or matte, not filled.
[[nodiscard]] py::array new_frame(const FrameSpec& spec);
[[nodiscard]] py::array new_mask(int width, int height, MaskFormat format = MaskFormat::u8);
/// Views of an array made by the above.
[[nodiscard]] FrameView view_of_new_frame(py::array& array, const FrameSpec& spec);
[[nodiscard]] MaskView view_of_new_mask(py::array& array);

/// An array over a view's memory, kept alive by `base`. Only for what an array can say: packed formats.
[[nodiscard]] py::array array_over(const ConstFrameView& view, py::handle base, bool writable);
[[nodiscard]] py::array array_over(const ConstMaskView& view, py::handle base, bool writable);

/// Where a result goes: the caller's `out`, or a new array, on spec.device (a packed format if that is a
/// GPU).
struct FrameOut {
    FrameOut(const py::object& out, const FrameSpec& spec, const Reach& reach = {});
    FrameView view;
    py::object object;  ///< what the call returns

private:
    std::optional<Memory> memory_;
};
struct MaskOut {
    MaskOut(const py::object& out, int width, int height, const Device& device = {}, const Reach& reach = {},
            const char* what = "out");
    MaskView view;
    py::object object;

private:
    std::optional<Memory> memory_;
};

void bind_arrays(py::module_& module);

}  // namespace vbg::python
