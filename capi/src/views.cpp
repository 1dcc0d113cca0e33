#include "views.hpp"

namespace vbg::capi {

namespace {

static_assert(VBG_FORMAT_RGB8 == static_cast<int>(PixelFormat::rgb8));
static_assert(VBG_FORMAT_BGR8 == static_cast<int>(PixelFormat::bgr8));
static_assert(VBG_FORMAT_RGBA8 == static_cast<int>(PixelFormat::rgba8));
static_assert(VBG_FORMAT_BGRA8 == static_cast<int>(PixelFormat::bgra8));
static_assert(VBG_FORMAT_GRAY8 == static_cast<int>(PixelFormat::gray8));
static_assert(VBG_FORMAT_YUYV == static_cast<int>(PixelFormat::yuyv));
static_assert(VBG_FORMAT_UYVY == static_cast<int>(PixelFormat::uyvy));
static_assert(VBG_FORMAT_NV12 == static_cast<int>(PixelFormat::nv12));
static_assert(VBG_FORMAT_I420 == static_cast<int>(PixelFormat::i420));
static_assert(VBG_MASK_U8 == static_cast<int>(MaskFormat::u8));
static_assert(VBG_MASK_F32 == static_cast<int>(MaskFormat::f32));
static_assert(VBG_MATRIX_BT601 == static_cast<int>(Matrix::bt601));
static_assert(VBG_MATRIX_BT709 == static_cast<int>(Matrix::bt709));
static_assert(VBG_RANGE_LIMITED == static_cast<int>(Range::limited));
static_assert(VBG_RANGE_FULL == static_cast<int>(Range::full));
static_assert(VBG_DEVICE_CPU == static_cast<int>(DeviceType::cpu));
static_assert(VBG_DEVICE_CUDA == static_cast<int>(DeviceType::cuda));
static_assert(VBG_DEVICE_CUDA_HOST == static_cast<int>(DeviceType::cuda_host));
static_assert(VBG_MAX_SIDE == kMaxSide);
static_assert(sizeof(std::ptrdiff_t) == sizeof(std::int64_t), "strides are 64 bits wide");

/// Far more than any row, and small enough that a picture's rows never overflow.
constexpr std::int64_t kMaxStride = std::int64_t{1} << 40;

std::ptrdiff_t stride(std::int64_t given, std::size_t row, const char* what) {
    if (given > kMaxStride || given < -kMaxStride) {
        refuse(std::string(what) + " has a stride of " + std::to_string(given) + " bytes");
    }
    return given != 0 ? static_cast<std::ptrdiff_t>(given) : static_cast<std::ptrdiff_t>(row);
}

Device device(std::int32_t type, std::int32_t index, const char* what) {
    if (type == 0 || type == VBG_DEVICE_CPU) return {};
    if ((type == VBG_DEVICE_CUDA || type == VBG_DEVICE_CUDA_HOST) && index >= 0)
        return {static_cast<DeviceType>(type), index};
    refuse(std::string(what) + " lies on device " + std::to_string(type) + ":" + std::to_string(index) +
           "; wanted host memory (VBG_DEVICE_CPU or 0), pinned (VBG_DEVICE_CUDA_HOST), or a GPU: "
           "VBG_DEVICE_CUDA and its number");
}

/// Where the pixels of a view lie, as stages tell places apart.
Device place(std::int32_t type, std::int32_t index, const char* what) {
    const Device given = device(type, index, what);
    return given.type == DeviceType::cuda ? given : Device{};
}

void need_host(const Device& where, const char* what) {
    if (where.type != DeviceType::cuda) return;
    throw Error(Errc::unsupported_format,
                std::string(Entry::name()) + ": " + what + " lies on cuda:" + std::to_string(where.index) +
                    "; wanted host memory (VBG_DEVICE_CPU or 0): copy it there first, with "
                    "vbg_view_copy_in_stream() and vbg_stream_wait()");
}

ColorSpec color(std::int32_t matrix, std::int32_t range, const char* what) {
    if (matrix < VBG_MATRIX_UNKNOWN || matrix > VBG_MATRIX_BT709 || range < VBG_RANGE_UNKNOWN ||
        range > VBG_RANGE_FULL) {
        refuse(std::string(what) + " has colour matrix " + std::to_string(matrix) + " and range " +
               std::to_string(range) + "; wanted VBG_MATRIX_... and VBG_RANGE_...");
    }
    return {static_cast<Matrix>(matrix), static_cast<Range>(range)};
}

}  // namespace

FrameView frame_view(const vbg_frame_view* in, const char* what) {
    const vbg_frame_view c = read_struct(in, what);
    FrameView view;
    view.width = c.width;
    view.height = c.height;
    view.format = static_cast<PixelFormat>(c.format);
    view.color = color(c.matrix, c.range, what);
    view.device = place(c.device_type, c.device_index, what);
    view.timestamp = std::chrono::nanoseconds(c.timestamp_ns);
    view.sequence = c.sequence;
    for (std::size_t p = 0; p < view.planes.size(); ++p) {
        const std::size_t row = row_bytes(view.format, static_cast<int>(p), view.width);
        view.planes[p] = {static_cast<std::byte*>(c.planes[p]), stride(c.strides[p], row, what)};
    }
    return view;
}

MaskView mask_view(const vbg_mask_view* in, const char* what) {
    const vbg_mask_view c = read_struct(in, what);
    MaskView view;
    view.width = c.width;
    view.height = c.height;
    view.format = c.format == 0 ? MaskFormat::u8 : static_cast<MaskFormat>(c.format);
    view.device = place(c.device_type, c.device_index, what);
    view.data = static_cast<std::byte*>(c.data);
    const std::size_t row = c.width < 0 ? 0 : static_cast<std::size_t>(c.width);
    view.stride = stride(c.stride, row * (view.format == MaskFormat::f32 ? sizeof(float) : 1), what);
    return view;
}

FrameSpec frame_spec(const vbg_frame_spec* in, const char* what) {
    const vbg_frame_spec c = read_struct(in, what);
    FrameSpec spec;
    spec.width = c.width;
    spec.height = c.height;
    spec.format = static_cast<PixelFormat>(c.format);
    spec.color = color(c.matrix, c.range, what);
    spec.device = device(c.device_type, c.device_index, what);
    if (!(c.fps >= 0 && c.fps < 1e6)) {
        refuse(std::string(what) + " has " + std::to_string(c.fps) +
               " frames a second; wanted 0 (unknown) or more");
    }
    spec.fps = c.fps;
    return spec;
}

FrameView host_frame_view(const vbg_frame_view* in, const char* what) {
    const FrameView view = frame_view(in, what);
    need_host(view.device, what);
    return view;
}

FrameSpec host_frame_spec(const vbg_frame_spec* in, const char* what) {
    FrameSpec spec = frame_spec(in, what);
    need_host(spec.device, what);
    spec.device = {};
    return spec;
}

vbg_frame_view to_c(const ConstFrameView& view) {
    auto c = own_struct<vbg_frame_view>();
    c.format = static_cast<std::int32_t>(view.format);
    c.width = view.width;
    c.height = view.height;
    for (std::size_t p = 0; p < view.planes.size(); ++p) {
        c.planes[p] = const_cast<std::byte*>(view.planes[p].data);
        c.strides[p] = view.planes[p].stride;
    }
    c.matrix = static_cast<std::int32_t>(view.color.matrix);
    c.range = static_cast<std::int32_t>(view.color.range);
    c.device_type = static_cast<std::int32_t>(view.device.type);
    c.device_index = view.device.index;
    c.timestamp_ns = view.timestamp.count();
    c.sequence = view.sequence;
    return c;
}

vbg_mask_view to_c(const ConstMaskView& view) {
    auto c = own_struct<vbg_mask_view>();
    c.format = static_cast<std::int32_t>(view.format);
    c.width = view.width;
    c.height = view.height;
    c.data = const_cast<std::byte*>(view.data);
    c.stride = view.stride;
    c.device_type = static_cast<std::int32_t>(view.device.type);
    c.device_index = view.device.index;
    return c;
}

vbg_frame_spec to_c(const FrameSpec& spec) {
    auto c = own_struct<vbg_frame_spec>();
    c.format = static_cast<std::int32_t>(spec.format);
    c.width = spec.width;
    c.height = spec.height;
    c.matrix = static_cast<std::int32_t>(spec.color.matrix);
    c.range = static_cast<std::int32_t>(spec.color.range);
    c.device_type = static_cast<std::int32_t>(spec.device.type);
    c.device_index = spec.device.index;
    c.fps = spec.fps;
    return c;
}

}  // namespace vbg::capi
