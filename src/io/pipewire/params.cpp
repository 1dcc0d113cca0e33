#include "io/pipewire/params.hpp"

#include <spa/buffer/buffer.h>
#include <spa/buffer/meta.h>
#include <spa/param/buffers.h>
#include <spa/param/format-utils.h>
#include <spa/param/video/format-utils.h>
#include <spa/pod/builder.h>

#include "core/yuv.hpp"

namespace vbg::pipewire {

namespace {

/// One object after the other in a builder's memory; each property by a plain call.
class ObjectBuilder {
public:
    ObjectBuilder(spa_pod_builder& builder, std::uint32_t type, std::uint32_t id) : b_(builder) {
        spa_pod_builder_push_object(&b_, &frame_, type, id);
    }
    void id(std::uint32_t key, std::uint32_t value) {
        spa_pod_builder_prop(&b_, key, 0);
        spa_pod_builder_id(&b_, value);
    }
    void integer(std::uint32_t key, int value) {
        spa_pod_builder_prop(&b_, key, 0);
        spa_pod_builder_int(&b_, value);
    }
    void range(std::uint32_t key, int value, int least, int most) {
        choice(key, SPA_CHOICE_Range, {value, least, most});
    }
    void flags(std::uint32_t key, int value) { choice(key, SPA_CHOICE_Flags, {value}); }
    void rectangle(std::uint32_t key, int width, int height) {
        spa_pod_builder_prop(&b_, key, 0);
        spa_pod_builder_rectangle(&b_, static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height));
    }
    void fraction(std::uint32_t key, int above, int below) {
        spa_pod_builder_prop(&b_, key, 0);
        spa_pod_builder_fraction(&b_, static_cast<std::uint32_t>(above), static_cast<std::uint32_t>(below));
    }
    [[nodiscard]] const spa_pod* done() {
        return static_cast<const spa_pod*>(spa_pod_builder_pop(&b_, &frame_));
    }

private:
    void choice(std::uint32_t key, std::uint32_t type, std::initializer_list<int> values) {
        spa_pod_builder_prop(&b_, key, 0);
        spa_pod_builder_push_choice(&b_, &choice_, type, 0);
        for (const int value : values) spa_pod_builder_int(&b_, value);
        spa_pod_builder_pop(&b_, &choice_);
    }
    spa_pod_builder& b_;
    spa_pod_frame frame_{}, choice_{};
};

const spa_pod* format_pod(spa_pod_builder& builder, const Promise& promise, const VideoFormat& format) {
    ObjectBuilder object(builder, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat);
    object.id(SPA_FORMAT_mediaType, SPA_MEDIA_TYPE_video);
    object.id(SPA_FORMAT_mediaSubtype, SPA_MEDIA_SUBTYPE_raw);
    object.id(SPA_FORMAT_VIDEO_format, format.spa);
    object.rectangle(SPA_FORMAT_VIDEO_size, promise.width, promise.height);
    object.fraction(SPA_FORMAT_VIDEO_framerate, promise.fps_above, promise.fps_below);
    if (is_yuv(format.pixel)) {
        object.id(SPA_FORMAT_VIDEO_colorRange, promise.color.range == Range::full
                                                   ? SPA_VIDEO_COLOR_RANGE_0_255
                                                   : SPA_VIDEO_COLOR_RANGE_16_235);
        object.id(SPA_FORMAT_VIDEO_colorMatrix, promise.color.matrix == Matrix::bt709
                                                    ? SPA_VIDEO_COLOR_MATRIX_BT709
                                                    : SPA_VIDEO_COLOR_MATRIX_BT601);
    }
    return object.done();
}

}  // namespace

void ParamList::offer(const Promise& promise) {
    spa_pod_builder builder =
        SPA_POD_BUILDER_INIT(memory_.data(), static_cast<std::uint32_t>(memory_.size()));
    for (const VideoFormat& f : offered_formats(promise.format, promise.width, promise.height))
        pods_.push_back(format_pod(builder, promise, f));
}

void ParamList::describe_buffers(const Layout& layout) {
    spa_pod_builder builder =
        SPA_POD_BUILDER_INIT(memory_.data(), static_cast<std::uint32_t>(memory_.size()));
    ObjectBuilder buffers(builder, SPA_TYPE_OBJECT_ParamBuffers, SPA_PARAM_Buffers);
    // One with the reader, one on its way, one that is filled: fewer than three would tie their rhythms
    // together.
    buffers.range(SPA_PARAM_BUFFERS_buffers, 8, 3, 32);
    buffers.integer(SPA_PARAM_BUFFERS_blocks, 1);
    buffers.integer(SPA_PARAM_BUFFERS_size, static_cast<int>(layout.bytes));
    buffers.integer(SPA_PARAM_BUFFERS_stride, static_cast<int>(layout.stride[0]));
    buffers.flags(SPA_PARAM_BUFFERS_dataType, (1 << SPA_DATA_MemPtr) | (1 << SPA_DATA_MemFd));
    pods_.push_back(buffers.done());

    ObjectBuilder header(builder, SPA_TYPE_OBJECT_ParamMeta, SPA_PARAM_Meta);
    header.id(SPA_PARAM_META_type, SPA_META_Header);
    header.integer(SPA_PARAM_META_size, static_cast<int>(sizeof(spa_meta_header)));
    pods_.push_back(header.done());
}

std::optional<Layout> agreed_layout(const spa_pod* format, const Promise& promise) {
    std::uint32_t type = 0, subtype = 0;
    if (spa_format_parse(format, &type, &subtype) < 0 || type != SPA_MEDIA_TYPE_video ||
        subtype != SPA_MEDIA_SUBTYPE_raw)
        return std::nullopt;
    spa_video_info_raw info{};
    if (spa_format_video_raw_parse(format, &info) < 0) return std::nullopt;
    const PixelFormat pixel = pixel_format_of(info.format);
    if (pixel == PixelFormat::unknown || info.size.width != static_cast<std::uint32_t>(promise.width) ||
        info.size.height != static_cast<std::uint32_t>(promise.height))
        return std::nullopt;
    return layout_of(pixel, promise.width, promise.height, promise.color);
}

}  // namespace vbg::pipewire
