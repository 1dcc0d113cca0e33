#include "io/v4l2/mjpeg.hpp"

#include <fmt/format.h>

#include <cstring>
#include <vbg/error.hpp>
#include <vector>

#include "io/v4l2/formats.hpp"

#ifdef VBG_HAVE_JPEG
#    include <csetjmp>
#    include <cstdio>
#    include <new>

// In this order: jpeglib.h wants stdio.h before it.
#    include <jpeglib.h>
// Its message codes.
#    include <jerror.h>
#endif

namespace vbg::v4l2 {

#ifdef VBG_HAVE_JPEG

/// libjpeg's error handler with a way out. The base comes first: libjpeg hands out pointers to it.
struct JpegErrors {
    jpeg_error_mgr base{};
    std::jmp_buf jump{};
    char text[JMSG_LENGTH_MAX]{};
    bool damaged = false;
};

namespace {

constexpr int kBlock = DCTSIZE;       // libjpeg works in blocks of 8x8
constexpr int kMaxRows = 4 * kBlock;  // rows of one component in one go: sampling factors are 1 to 4

std::size_t round_up(int value, int step) {
    return static_cast<std::size_t>((value + step - 1) / step * step);
}

/// Warnings that do not mean a damaged picture.
bool harmless(int code) {
    return code == JWRN_EXTRANEOUS_DATA || code == JWRN_ADOBE_XFORM || code == JWRN_JFIF_MAJOR ||
           code == JWRN_BOGUS_ICC;
}

JpegErrors& errors_of(j_common_ptr info) { return *reinterpret_cast<JpegErrors*>(info->err); }

extern "C" {
void vbg_jpeg_exit(j_common_ptr info) {
    JpegErrors& errors = errors_of(info);
    (*info->err->format_message)(info, errors.text);
    std::longjmp(errors.jump, 1);
}
void vbg_jpeg_message(j_common_ptr info, int level) {
    JpegErrors& errors = errors_of(info);
    if (level >= 0 || errors.damaged || harmless(info->err->msg_code)) return;
    errors.damaged = true;
    (*info->err->format_message)(info, errors.text);
}
void vbg_jpeg_output(j_common_ptr) {}

// The data are all there from the start. Past their end an end marker is made up: a picture that is whole but
// for its marker, as some cameras send it, is whole; one that lacks more is missed by the entropy decoder.
constexpr JOCTET kEnd[2] = {0xFF, JPEG_EOI};
void vbg_jpeg_begin(j_decompress_ptr) {}
boolean vbg_jpeg_fill(j_decompress_ptr info) {
    info->src->next_input_byte = kEnd;
    info->src->bytes_in_buffer = sizeof kEnd;
    return TRUE;
}
void vbg_jpeg_skip(j_decompress_ptr info, long count) {
    if (count <= 0) return;
    if (static_cast<std::size_t>(count) > info->src->bytes_in_buffer) {
        vbg_jpeg_fill(info);
        return;
    }
    info->src->next_input_byte += count;
    info->src->bytes_in_buffer -= static_cast<std::size_t>(count);
}
void vbg_jpeg_finish(j_decompress_ptr) {}
}

/// Two chroma rows (the same one twice at an odd bottom) to one of half the width: the mean of each 2x2
/// square.
void halve_both(const JSAMPLE* a, const JSAMPLE* b, int width, JSAMPLE* out) {
    for (int x = 0; x < width / 2; ++x)
        out[x] = static_cast<JSAMPLE>((a[2 * x] + a[2 * x + 1] + b[2 * x] + b[2 * x + 1] + 2) >> 2);
    if (width % 2 != 0) out[width / 2] = static_cast<JSAMPLE>((a[width - 1] + b[width - 1] + 1) >> 1);
}

}  // namespace

struct JpegDecoder::Impl {
    jpeg_decompress_struct info{};
    JpegErrors errors;
    jpeg_source_mgr source{};
    int width, height;
    std::size_t luma_stride, chroma_stride;
    std::vector<JSAMPLE> luma, chroma[2], scratch[2];
    std::string why;

    Impl(int w, int h) : width(w), height(h), luma_stride(round_up(w, 64)), chroma_stride(luma_stride / 2) {
        // Whole blocks are written, at the right and at the bottom too.
        const std::size_t rows = round_up(h, 2 * kMaxRows);
        luma.resize(luma_stride * rows);
        for (int c = 0; c < 2; ++c) {
            chroma[c].resize(chroma_stride * rows / 2, 128);
            scratch[c].resize(luma_stride * kMaxRows);
        }
        info.err = jpeg_std_error(&errors.base);
        errors.base.error_exit = vbg_jpeg_exit;
        errors.base.emit_message = vbg_jpeg_message;
        errors.base.output_message = vbg_jpeg_output;
        if (!guarded([](Impl& impl) { jpeg_create_decompress(&impl.info); })) throw std::bad_alloc();
        source.init_source = vbg_jpeg_begin;
        source.fill_input_buffer = vbg_jpeg_fill;
        source.skip_input_data = vbg_jpeg_skip;
        source.resync_to_restart = jpeg_resync_to_restart;
        source.term_source = vbg_jpeg_finish;
        info.src = &source;
    }
    ~Impl() { jpeg_destroy_decompress(&info); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    /// Runs `step`, out of which libjpeg may jump: it must hold nothing that has a destructor. False when it
    /// did.
    bool guarded(void (*step)(Impl&)) noexcept {
        if (setjmp(errors.jump) != 0) return false;
        step(*this);
        return true;
    }

    [[noreturn]] void refuse(const char* text) {
        std::snprintf(errors.text, sizeof errors.text, "%s", text);
        std::longjmp(errors.jump, 1);
    }

    void read_picture();
    void read_rows(int ratio_x, int ratio_y);
    void reduce_chroma(int c, int first_row, int rows, int ratio_x, int ratio_y);
};

/// Where the rows of a component of the present stripe go, and for chroma that must be reduced, from there
/// on.
void JpegDecoder::Impl::read_rows(int ratio_x, int ratio_y) {
    const bool colour = info.num_components == 3;
    const bool direct = ratio_x == 2 && ratio_y == 2;
    const int stripe = info.max_v_samp_factor * kBlock;
    const int chroma_stripe = colour ? info.comp_info[1].v_samp_factor * kBlock : 0;
    JSAMPROW rows[3][kMaxRows];
    JSAMPARRAY planes[3] = {rows[0], rows[1], rows[2]};
    for (int c = 0; c < 2; ++c) {
        for (int i = 0; i < kMaxRows; ++i)
            rows[c + 1][i] = scratch[c].data() + luma_stride * static_cast<std::size_t>(i);
    }
    for (int y = 0; y < height; y += stripe) {
        for (int i = 0; i < stripe; ++i)
            rows[0][i] = luma.data() + luma_stride * static_cast<std::size_t>(y + i);
        const int chroma_y = y / stripe * chroma_stripe;
        if (direct) {
            for (int c = 0; c < 2; ++c) {
                for (int i = 0; i < chroma_stripe; ++i)
                    rows[c + 1][i] =
                        chroma[c].data() + chroma_stride * static_cast<std::size_t>(chroma_y + i);
            }
        }
        jpeg_read_raw_data(&info, planes, static_cast<JDIMENSION>(stripe));
        if (!colour || direct) continue;
        for (int c = 0; c < 2; ++c) reduce_chroma(c, chroma_y, chroma_stripe, ratio_x, ratio_y);
    }
}

/// `rows` chroma rows in the scratch, the first of which is row `first_row` of its component, to I420's.
/// `ratio_x`, `ratio_y`: luma samples to one of chroma, each way.
void JpegDecoder::Impl::reduce_chroma(int c, int first_row, int rows, int ratio_x, int ratio_y) {
    const int chroma_width = (width + ratio_x - 1) / ratio_x,
              chroma_height = (height + ratio_y - 1) / ratio_y;
    for (int y = 0; y < rows && first_row + y < chroma_height; y += 3 - ratio_y) {
        const JSAMPLE* a = scratch[c].data() + luma_stride * static_cast<std::size_t>(y);
        const bool pair = ratio_y == 1 && first_row + y + 1 < chroma_height;
        const JSAMPLE* b = pair ? a + luma_stride : a;
        const int out_row = ratio_y == 1 ? (first_row + y) / 2 : first_row + y;
        JSAMPLE* out = chroma[c].data() + chroma_stride * static_cast<std::size_t>(out_row);
        if (ratio_x == 1) {
            halve_both(a, b, chroma_width, out);
        } else if (ratio_x == 2) {
            for (int x = 0; x < chroma_width; ++x) out[x] = static_cast<JSAMPLE>((a[x] + b[x] + 1) >> 1);
        } else {
            for (int x = 0; x < (width + 1) / 2; ++x)
                out[x] = static_cast<JSAMPLE>((a[x / 2] + b[x / 2] + 1) >> 1);
        }
    }
}

void JpegDecoder::Impl::read_picture() {
    jpeg_read_header(&info, TRUE);
    if (info.image_width != static_cast<JDIMENSION>(width) ||
        info.image_height != static_cast<JDIMENSION>(height)) {
        std::snprintf(errors.text, sizeof errors.text, "it is %ux%u, but the camera agreed on %dx%d",
                      info.image_width, info.image_height, width, height);
        std::longjmp(errors.jump, 1);
    }
    const jpeg_component_info* comp = info.comp_info;
    int ratio_x = 2, ratio_y = 2;
    if (info.num_components == 3 && info.jpeg_color_space == JCS_YCbCr) {
        if (comp[1].h_samp_factor != comp[2].h_samp_factor || comp[1].v_samp_factor != comp[2].v_samp_factor)
            refuse("its two chroma planes differ in size");
        ratio_x = comp[0].h_samp_factor / comp[1].h_samp_factor;
        ratio_y = comp[0].v_samp_factor / comp[1].v_samp_factor;
        if (comp[0].h_samp_factor != info.max_h_samp_factor ||
            comp[0].v_samp_factor != info.max_v_samp_factor ||
            ratio_x * comp[1].h_samp_factor != comp[0].h_samp_factor ||
            ratio_y * comp[1].v_samp_factor != comp[0].v_samp_factor || ratio_x == 3 || ratio_y > 2)
            refuse("its chroma is sampled in a way that is not read here");
        info.out_color_space = JCS_YCbCr;
    } else if (info.num_components == 1) {
        info.out_color_space = JCS_GRAYSCALE;
    } else {
        refuse("it is neither YCbCr nor grey");
    }
    info.raw_data_out = TRUE;
    info.do_fancy_upsampling = FALSE;
    jpeg_start_decompress(&info);
    read_rows(ratio_x, ratio_y);
    if (info.num_components == 1) {
        for (auto& plane : chroma) std::memset(plane.data(), 128, plane.size());
    }
}

bool JpegDecoder::available() noexcept { return true; }

JpegDecoder::JpegDecoder(int width, int height) : impl_(std::make_unique<Impl>(width, height)) {}

bool JpegDecoder::decode(std::span<const std::byte> jpeg) {
    Impl& impl = *impl_;
    impl.errors.damaged = false;
    impl.source.next_input_byte = reinterpret_cast<const JOCTET*>(jpeg.data());
    impl.source.bytes_in_buffer = jpeg.size();
    const bool done = impl.guarded([](Impl& i) { i.read_picture(); });
    // What stands after the last row does not matter, so the end is not looked for.
    impl.guarded([](Impl& i) { jpeg_abort_decompress(&i.info); });
    if (done && !impl.errors.damaged) return true;
    impl.why = impl.errors.text;
    return false;
}

ConstFrameView JpegDecoder::frame() const noexcept {
    ConstFrameView view;
    const auto plane = [](const std::vector<JSAMPLE>& samples, std::size_t stride) {
        return BasicPlane<const std::byte>{reinterpret_cast<const std::byte*>(samples.data()),
                                           static_cast<std::ptrdiff_t>(stride)};
    };
    view.planes = {plane(impl_->luma, impl_->luma_stride), plane(impl_->chroma[0], impl_->chroma_stride),
                   plane(impl_->chroma[1], impl_->chroma_stride)};
    view.width = impl_->width;
    view.height = impl_->height;
    view.format = PixelFormat::i420;
    view.color = kJpegColor;
    return view;
}

const std::string& JpegDecoder::why() const noexcept { return impl_->why; }

#else

struct JpegDecoder::Impl {
    std::string why;
};

bool JpegDecoder::available() noexcept { return false; }
JpegDecoder::JpegDecoder(int, int) : impl_(std::make_unique<Impl>()) {}
bool JpegDecoder::decode(std::span<const std::byte>) {
    throw Error(Errc::not_built, "MJPEG cameras: this build has no libjpeg; configure with -DVBG_MJPEG=ON");
}
ConstFrameView JpegDecoder::frame() const noexcept { return {}; }
const std::string& JpegDecoder::why() const noexcept { return impl_->why; }

#endif

JpegDecoder::~JpegDecoder() = default;
JpegDecoder::JpegDecoder(JpegDecoder&&) noexcept = default;
JpegDecoder& JpegDecoder::operator=(JpegDecoder&&) noexcept = default;

}  // namespace vbg::v4l2
