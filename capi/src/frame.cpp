// vbg/c/frame.h: formats, owners of pixels, and work on views.
#include <string>

#include "objects.hpp"
#include "views.hpp"

using namespace vbg::capi;

namespace {

/// The format of that number, which must be one.
vbg::PixelFormat known_format(int32_t format) {
    const auto known = static_cast<vbg::PixelFormat>(format);
    if (vbg::plane_count(known) == 0) {
        throw vbg::Error(vbg::Errc::unsupported_format, std::string(Entry::name()) + ": format " +
                                                            std::to_string(format) +
                                                            " is none; wanted VBG_FORMAT_...");
    }
    return known;
}

vbg::MaskFormat known_mask_format(int32_t format) {
    if (format == VBG_MASK_F32) return vbg::MaskFormat::f32;
    if (format == 0 || format == VBG_MASK_U8) return vbg::MaskFormat::u8;
    throw vbg::Error(vbg::Errc::unsupported_format, std::string(Entry::name()) + ": format " +
                                                        std::to_string(format) +
                                                        " is none; wanted VBG_MASK_U8 or VBG_MASK_F32");
}

vbg::Frame load(std::string_view path, vbg::PixelFormat format) {
    const auto source = vbg::make_source("image:path=" + vbg::quote_value(path));
    source->open();
    vbg::ConstFrameView picture;
    if (source->read(picture, std::chrono::seconds(60)) != vbg::ReadResult::frame) {
        throw vbg::Error(vbg::Errc::io, std::string(path) + ": gave no picture");
    }
    vbg::Frame frame(picture.width, picture.height, format);
    vbg::convert(picture, frame.view());
    return frame;
}

}  // namespace

extern "C" {

const char* vbg_format_name(int32_t format) {
    return vbg::to_string(static_cast<vbg::PixelFormat>(format)).data();
}

int32_t vbg_format_find(const char* name) {
    return name == nullptr ? VBG_FORMAT_UNKNOWN : static_cast<int32_t>(vbg::pixel_format(name));
}

int32_t vbg_format_plane_count(int32_t format) {
    return vbg::plane_count(static_cast<vbg::PixelFormat>(format));
}

size_t vbg_format_row_bytes(int32_t format, int32_t plane, int32_t width) {
    return vbg::row_bytes(static_cast<vbg::PixelFormat>(format), plane, width);
}

int32_t vbg_format_plane_rows(int32_t format, int32_t plane, int32_t height) {
    if (height < 0 || height > VBG_MAX_SIDE) return 0;
    return vbg::plane_rows(static_cast<vbg::PixelFormat>(format), plane, height);
}

vbg_status vbg_frame_create(int32_t width, int32_t height, int32_t format, vbg_frame** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            *out = publish(std::make_shared<FrameObject>(vbg::Frame(width, height, known_format(format))));
        },
        out);
}

vbg_status vbg_frame_create_on(const vbg_frame_spec* spec, vbg_frame** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            const vbg::FrameSpec wanted = frame_spec(spec, "spec");
            (void)known_format(static_cast<int32_t>(wanted.format));
            *out = publish(std::make_shared<FrameObject>(vbg::Frame(wanted)));
        },
        out);
}

vbg_status vbg_frame_load(const char* path, int32_t format, vbg_frame** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            const auto wanted = known_format(format == 0 ? VBG_FORMAT_BGR8 : format);
            *out = publish(std::make_shared<FrameObject>(load(need_text(path, "path"), wanted)));
        },
        out);
}

void vbg_frame_destroy(vbg_frame* frame) { destroy<FrameObject>(__func__, frame); }

vbg_status vbg_frame_get_view(vbg_frame* frame, vbg_frame_view* view) {
    return guard(
        __func__,
        [&] {
            const Use<FrameObject> use(frame, "frame", Access::anybody);
            write_struct(view, to_c(use->frame.view()), "view");
        },
        view);
}

vbg_status vbg_mask_create(int32_t width, int32_t height, int32_t format, vbg_mask** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            *out = publish(std::make_shared<MaskObject>(vbg::Mask(width, height, known_mask_format(format))));
        },
        out);
}

vbg_status vbg_mask_create_on(const vbg_frame_spec* frame, int32_t format, vbg_mask** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            const vbg::FrameSpec like = frame_spec(frame, "frame");
            *out = publish(std::make_shared<MaskObject>(
                vbg::Mask(like.width, like.height, known_mask_format(format), like.device)));
        },
        out);
}

void vbg_mask_destroy(vbg_mask* mask) { destroy<MaskObject>(__func__, mask); }

vbg_status vbg_mask_get_view(vbg_mask* mask, vbg_mask_view* view) {
    return guard(
        __func__,
        [&] {
            const Use<MaskObject> use(mask, "mask", Access::anybody);
            write_struct(view, to_c(use->mask.view()), "view");
        },
        view);
}

vbg_status vbg_view_save(const vbg_frame_view* from, const char* path) {
    return guard(__func__, [&] {
        const vbg::ConstFrameView picture = host_frame_view(from, "from");
        vbg::check_view(picture, "vbg_view_save: from");
        const auto sink = vbg::make_sink("image:path=" + vbg::quote_value(need_text(path, "path")));
        vbg::Frame bgr;
        vbg::FrameSpec spec{picture.width, picture.height, picture.format, picture.color, {}, 0};
        vbg::ConstFrameView shown = picture;
        if (picture.format != vbg::PixelFormat::bgr8) {
            bgr = vbg::Frame(picture.width, picture.height, vbg::PixelFormat::bgr8);
            vbg::convert(picture, bgr.view());
            shown = std::as_const(bgr).view();
            spec.format = vbg::PixelFormat::bgr8;
        }
        sink->open(spec);
        sink->write(shown);
        sink->close();
    });
}

vbg_status vbg_view_copy(const vbg_frame_view* from, const vbg_frame_view* to) {
    return guard(__func__, [&] {
        const vbg::ConstFrameView in = host_frame_view(from, "from");
        const vbg::FrameView out = host_frame_view(to, "to");
        vbg::check_view(in, "vbg_view_copy: from");
        vbg::check_view(out, "vbg_view_copy: to");
        vbg::copy_pixels(in, out);
    });
}

vbg_status vbg_view_convert(const vbg_frame_view* from, const vbg_frame_view* to) {
    return guard(__func__, [&] {
        const vbg::ConstFrameView in = host_frame_view(from, "from");
        const vbg::FrameView out = host_frame_view(to, "to");
        vbg::check_view(in, "vbg_view_convert: from");
        vbg::check_view(out, "vbg_view_convert: to");
        vbg::convert(in, out);
    });
}

vbg_status vbg_view_fill(const vbg_frame_view* to, int32_t red, int32_t green, int32_t blue) {
    return guard(__func__, [&] {
        const vbg::FrameView out = host_frame_view(to, "to");
        vbg::check_view(out, "vbg_view_fill: to");
        const auto byte = [](int32_t value) {
            if (value < 0 || value > 255) refuse("colour " + std::to_string(value) + " is not within 0..255");
            return static_cast<std::uint8_t>(value);
        };
        vbg::fill(out, byte(red), byte(green), byte(blue));
    });
}

}  // extern "C"
