#include "arrays.hpp"

#include <array>
#include <string>
#include <vector>

#include "device_array.hpp"
#include "errors.hpp"
#include "gil.hpp"

namespace vbg::python {

namespace {

constexpr std::array kFormats = {PixelFormat::rgb8,  PixelFormat::bgr8,  PixelFormat::rgba8,
                                 PixelFormat::bgra8, PixelFormat::gray8, PixelFormat::yuyv,
                                 PixelFormat::uyvy,  PixelFormat::nv12,  PixelFormat::i420};

/// Last axis of the array of a packed format.
int channels_of(PixelFormat format) {
    switch (format) {
        case PixelFormat::rgb8:
        case PixelFormat::bgr8: return 3;
        case PixelFormat::rgba8:
        case PixelFormat::bgra8: return 4;
        case PixelFormat::yuyv:
        case PixelFormat::uyvy: return 2;
        default: return 1;
    }
}

bool is_planar(PixelFormat format) { return plane_count(format) > 1; }

std::string wanted_shape(PixelFormat format) {
    if (is_planar(format)) return "(height * 3 // 2, width), sides even, without gaps";
    const int channels = channels_of(format);
    return channels == 1 ? "(height, width)" : "(height, width, " + std::to_string(channels) + ")";
}

[[noreturn]] void refuse(Refused::As as, const Memory& m, const std::string& rest) {
    throw Refused(as, m.what + ": " + rest);
}

void check_dtype(const Memory& m, bool floats_too) {
    if (m.is_u8() || (floats_too && m.is_f32())) return;
    std::string fix = "x.astype(np.uint8)";
    if (m.kind == 'f') fix = "(x * 255).astype(np.uint8) where 1.0 is the brightest";
    if (m.kind == 'b') fix = "x.astype(np.uint8) * 255";
    refuse(Refused::As::type, m,
           "dtype " + m.dtype() + "; wanted uint8" + (floats_too ? " or float32" : "") + ": " + fix);
}

void check_rows(const Memory& m, std::ptrdiff_t channels, int channel_axis) {
    bool packed = m.shape[1] == 1 || m.strides[1] == channels * m.item_bytes;
    if (channel_axis > 0) packed = packed && (channels == 1 || m.strides[2] == m.item_bytes);
    if (!packed) {
        refuse(Refused::As::value, m,
               "the pixels of a row do not lie one after the other (shape " + m.shape_text() + ", strides " +
                   std::to_string(m.strides[0]) + ", " + std::to_string(m.strides[1]) +
                   (m.dims > 2 ? ", " + std::to_string(m.strides[2]) : "") +
                   "): np.ascontiguousarray(x) mends that. Crops and flips of whole rows need no copy");
    }
    if (m.shape[0] > 1 && std::abs(m.strides[0]) < m.shape[1] * channels * m.item_bytes) {
        refuse(Refused::As::value, m, "its rows overlap (a broadcast array?): np.ascontiguousarray(x)");
    }
}

void check_sides(const Memory& m, std::ptrdiff_t width, std::ptrdiff_t height) {
    if (width >= 1 && height >= 1 && width <= kMaxSide && height <= kMaxSide) return;
    refuse(Refused::As::value, m,
           "shape " + m.shape_text() + ": each side of a picture must be 1 to " + std::to_string(kMaxSide) +
               " pixels; the axes are (height, width, channels)");
}

FrameView planar_view(const Memory& m, PixelFormat format) {
    const std::ptrdiff_t width = m.shape[1], rows = m.shape[0];
    if (m.dims != 2 || rows % 3 != 0 || width % 2 != 0 || rows / 3 * 2 % 2 != 0) {
        refuse(Refused::As::value, m,
               "shape " + m.shape_text() + "; wanted " + wanted_shape(format) + " for " +
                   std::string(to_string(format)));
    }
    check_sides(m, width, rows / 3 * 2);
    if (m.strides[1] != 1 || m.strides[0] != width) {
        refuse(Refused::As::value, m, "wanted memory without gaps: np.ascontiguousarray(x)");
    }
    FrameView view;
    view.width = static_cast<std::int32_t>(width);
    view.height = static_cast<std::int32_t>(rows / 3 * 2);
    view.format = format;
    view.device = m.device;
    std::byte* next = m.data;
    for (int p = 0; p < plane_count(format); ++p) {
        const auto bytes = static_cast<std::ptrdiff_t>(row_bytes(format, p, view.width));
        view.planes[static_cast<std::size_t>(p)] = {next, bytes};
        next += bytes * plane_rows(format, p, view.height);
    }
    return view;
}

/// What `work` gives, done while others may have the GIL: memory on a GPU is cleared first, which takes a
/// while.
template <class Work>
auto without_gil(Work&& work) {
    const WithoutGil free;
    return work();
}

std::vector<py::ssize_t> shape_of(const FrameSpec& spec) {
    if (is_planar(spec.format)) return {spec.height * 3 / 2, spec.width};
    const int channels = channels_of(spec.format);
    if (channels == 1) return {spec.height, spec.width};
    return {spec.height, spec.width, channels};
}

py::array read_only(py::array array) {
    array.attr("flags").attr("writeable") = false;
    return array;
}

}  // namespace

PixelFormat format_named(std::string_view name) {
    const PixelFormat format = pixel_format(name);
    if (format != PixelFormat::unknown) return format;
    std::string names;
    for (const PixelFormat known : kFormats) {
        names += (names.empty() ? "" : ", ") + std::string(to_string(known));
    }
    throw Refused(Refused::As::value, "no pixel format '" + std::string(name) + "'; there are " + names);
}

FrameView frame_view(const Memory& m, PixelFormat format) {
    check_dtype(m, false);
    if (is_planar(format)) return planar_view(m, format);
    const int channels = channels_of(format);
    if (m.dims < 2 || (m.dims == 2 && channels != 1) || (m.dims == 3 && m.shape[2] != channels)) {
        std::string fix;
        if (m.dims == 3 && m.shape[2] == 4 && channels == 3)
            fix = "; drop alpha: np.ascontiguousarray(x[:, :, :3])";
        if (m.dims == 2 && channels == 3) fix = "; np.repeat(x[:, :, None], 3, axis=2) makes three of one";
        if (m.dims == 3 && (m.shape[0] == 3 || m.shape[0] == 1))
            fix = "; channels come last: np.ascontiguousarray(np.moveaxis(x, 0, 2))";
        refuse(Refused::As::value, m,
               "shape " + m.shape_text() + "; wanted " + wanted_shape(format) + " for " +
                   std::string(to_string(format)) + fix);
    }
    check_sides(m, m.shape[1], m.shape[0]);
    check_rows(m, channels, m.dims == 3 ? 2 : 0);
    if (channels == 2 && m.shape[1] % 2 != 0) {
        refuse(Refused::As::value, m, "an odd width does not fit " + std::string(to_string(format)));
    }
    FrameView view;
    view.planes[0] = {m.data, m.shape[0] > 1 ? m.strides[0] : m.shape[1] * channels};
    view.width = static_cast<std::int32_t>(m.shape[1]);
    view.height = static_cast<std::int32_t>(m.shape[0]);
    view.format = format;
    view.device = m.device;
    return view;
}

MaskView mask_view(const Memory& m) {
    check_dtype(m, true);
    if (m.dims < 2 || (m.dims == 3 && m.shape[2] != 1)) {
        refuse(Refused::As::value, m, "shape " + m.shape_text() + "; a matte is (height, width)");
    }
    check_sides(m, m.shape[1], m.shape[0]);
    check_rows(m, 1, m.dims == 3 ? 2 : 0);
    return {m.data,
            m.shape[0] > 1 ? m.strides[0] : m.shape[1] * m.item_bytes,
            static_cast<std::int32_t>(m.shape[1]),
            static_cast<std::int32_t>(m.shape[0]),
            m.is_f32() ? MaskFormat::f32 : MaskFormat::u8,
            m.device};
}

py::array new_frame(const FrameSpec& spec) { return py::array_t<std::uint8_t>(shape_of(spec)); }

py::array new_mask(int width, int height, MaskFormat format) {
    const std::vector<py::ssize_t> shape = {height, width};
    if (format == MaskFormat::f32) return py::array_t<float>(shape);
    return py::array_t<std::uint8_t>(shape);
}

FrameView view_of_new_frame(py::array& array, const FrameSpec& spec) {
    FrameView view;
    view.width = spec.width;
    view.height = spec.height;
    view.format = spec.format;
    view.color = spec.color;
    auto* next = static_cast<std::byte*>(array.mutable_data());
    for (int p = 0; p < plane_count(spec.format); ++p) {
        const auto bytes = static_cast<std::ptrdiff_t>(row_bytes(spec.format, p, spec.width));
        view.planes[static_cast<std::size_t>(p)] = {next, bytes};
        next += bytes * plane_rows(spec.format, p, spec.height);
    }
    return view;
}

MaskView view_of_new_mask(py::array& array) {
    return {static_cast<std::byte*>(array.mutable_data()),
            array.strides(0),
            static_cast<std::int32_t>(array.shape(1)),
            static_cast<std::int32_t>(array.shape(0)),
            array.itemsize() == 4 ? MaskFormat::f32 : MaskFormat::u8,
            {}};
}

py::array array_over(const ConstFrameView& view, py::handle base, bool writable) {
    const FrameSpec spec{view.width, view.height, view.format, {}, {}, 0};
    const auto shape = shape_of(spec);
    std::vector<py::ssize_t> strides = {view.planes[0].stride, channels_of(view.format)};
    if (shape.size() == 3) strides.push_back(1);
    py::array array(py::dtype::of<std::uint8_t>(), shape, strides, view.planes[0].data, base);
    return writable ? array : read_only(std::move(array));
}

py::array array_over(const ConstMaskView& view, py::handle base, bool writable) {
    const bool floats = view.format == MaskFormat::f32;
    const std::vector<py::ssize_t> shape = {view.height, view.width};
    const std::vector<py::ssize_t> strides = {view.stride, floats ? 4 : 1};
    py::array array(floats ? py::dtype::of<float>() : py::dtype::of<std::uint8_t>(), shape, strides,
                    view.data, base);
    return writable ? array : read_only(std::move(array));
}

FrameOut::FrameOut(const py::object& out, const FrameSpec& spec, const Reach& reach) {
    if (out.is_none() && spec.device.type == DeviceType::cuda) {
        Frame frame = without_gil([&] { return Frame(spec); });
        view = frame.view();
        object = py::cast(DeviceArray(std::move(frame)));
        return;
    }
    if (out.is_none()) {
        py::array array = new_frame(spec);
        view = view_of_new_frame(array, spec);
        object = std::move(array);
        return;
    }
    memory_.emplace(out, "out", true, reach);
    view = frame_view(*memory_, spec.format);
    if (view.width != spec.width || view.height != spec.height) {
        refuse(Refused::As::value, *memory_,
               "shape " + memory_->shape_text() + ", but the result is " + std::to_string(spec.width) + "x" +
                   std::to_string(spec.height) +
                   " (width x height); give an array like the input, or leave "
                   "out= away for a new one");
    }
    object = out;
}

MaskOut::MaskOut(const py::object& out, int width, int height, const Device& device, const Reach& reach,
                 const char* what) {
    if (out.is_none() && device.type == DeviceType::cuda) {
        Mask mask = without_gil([&] { return Mask(width, height, MaskFormat::u8, device); });
        view = mask.view();
        object = py::cast(DeviceArray(std::move(mask)));
        return;
    }
    if (out.is_none()) {
        py::array array = new_mask(width, height);
        view = view_of_new_mask(array);
        object = std::move(array);
        return;
    }
    memory_.emplace(out, what, true, reach);
    view = mask_view(*memory_);
    if (view.width != width || view.height != height) {
        refuse(Refused::As::value, *memory_,
               "shape " + memory_->shape_text() + ", but the matte is (" + std::to_string(height) + ", " +
                   std::to_string(width) + ")");
    }
    object = out;
}

void bind_arrays(py::module_& module) {
    module.def(
        "convert",
        [](const py::object& frame, const std::string& from, const std::string& to, const py::object& out) {
            const Memory memory(frame, "frame", false);
            const ConstFrameView in = frame_view(memory, format_named(from));
            FrameOut result(out, {in.width, in.height, format_named(to), {}, {}, 0});
            {
                const WithoutGil free;
                convert(in, result.view);
            }
            return result.object;
        },
        "frame"_a, "from_format"_a, "to_format"_a, py::kw_only(), "out"_a = py::none(),
        R"(Convert a picture between pixel formats; returns the new array (or `out`).

frame : array of uint8, shaped as `from_format` says (see "Arrays" in help(vbg)); read in place
from_format, to_format : "bgr8", "rgb8", "bgra8", "rgba8", "gray8", "yuyv", "uyvy", "nv12", "i420"
out : array of the result's shape to write into; it must not overlap `frame`

>>> import numpy as np, vbg
>>> frame = np.full((4, 6, 3), (255, 0, 0), np.uint8)     # blue, in OpenCV's order
>>> vbg.convert(frame, "bgr8", "rgb8")[0, 0].tolist()
[0, 0, 255]
>>> vbg.convert(frame, "bgr8", "i420").shape
(6, 6)
)");
    module.def(
        "_pointer",
        [](const py::object& array, const std::string& format) {
            const Memory memory(array, "array", false, {true, {}, {}});
            const auto* data = format == "matte" ? mask_view(memory).data
                                                 : frame_view(memory, format_named(format)).planes[0].data;
            return reinterpret_cast<std::uintptr_t>(data);
        },
        "array"_a, "format"_a = "bgr8",
        "Address of the first byte that libvbg would read or write. Tests compare it with the array's own.");
    py::list formats;
    for (const PixelFormat format : kFormats) formats.append(std::string(to_string(format)));
    module.attr("pixel_formats") = py::tuple(formats);
}

}  // namespace vbg::python
