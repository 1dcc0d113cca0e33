// The JPEG decoder against OpenCV's encoder and decoder.
#include <doctest/doctest.h>

#include "io/v4l2/mjpeg.hpp"

#if defined(VBG_HAVE_MEDIA) && defined(VBG_HAVE_JPEG)
#    include <cmath>
#    include <cstdio>
#    include <cstdlib>
#    include <cstring>

#    include <jpeglib.h>
#    include <opencv2/imgcodecs.hpp>
#    include <opencv2/imgproc.hpp>
#    include <random>

#    include <vbg/frame.hpp>

using namespace vbg;
using namespace vbg::v4l2;

namespace {

// Smooth colours, so that chroma sampling alone changes little.
cv::Mat picture(int width, int height) {
    cv::Mat m(height, width, CV_8UC3);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            m.at<cv::Vec3b>(y, x) = {cv::saturate_cast<uchar>(128 + 100 * std::sin(x * 0.05)),
                                     cv::saturate_cast<uchar>(128 + 100 * std::sin(y * 0.07)),
                                     cv::saturate_cast<uchar>(128 + 100 * std::sin((x + y) * 0.04))};
    return m;
}

// Luma samples to one of chroma, across and down.
struct Sampling {
    int x, y;
};
constexpr Sampling k420{2, 2}, k422{2, 1};

std::vector<uchar> encode(const cv::Mat& m, Sampling sampling, bool progressive = false,
                          unsigned restart = 0) {
    cv::Mat rgb;
    cv::cvtColor(m, rgb, cv::COLOR_BGR2RGB);
    jpeg_compress_struct info{};
    jpeg_error_mgr errors{};
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    unsigned char* bytes = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&info, &bytes, &size);
    info.image_width = static_cast<JDIMENSION>(m.cols);
    info.image_height = static_cast<JDIMENSION>(m.rows);
    info.input_components = 3;
    info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, 95, TRUE);
    info.comp_info[0].h_samp_factor = sampling.x;
    info.comp_info[0].v_samp_factor = sampling.y;
    info.restart_interval = restart;
    if (progressive) jpeg_simple_progression(&info);
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
        JSAMPROW row = rgb.ptr(static_cast<int>(info.next_scanline));
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    std::vector<uchar> result(bytes, bytes + size);
    std::free(bytes);
    return result;
}

std::span<const std::byte> span_of(const std::vector<uchar>& v) { return std::as_bytes(std::span(v)); }

cv::Mat bgr_of(const ConstFrameView& view) {
    cv::Mat m(view.height, view.width, CV_8UC3);
    FrameView to;
    to.planes[0] = {reinterpret_cast<std::byte*>(m.data), static_cast<std::ptrdiff_t>(m.step)};
    to.width = view.width;
    to.height = view.height;
    to.format = PixelFormat::bgr8;
    convert(view, to);
    return m;
}

double mean_difference(const cv::Mat& a, const cv::Mat& b) {
    cv::Mat d;
    cv::absdiff(a, b, d);
    const cv::Scalar mean = cv::mean(d);
    return mean[0] + mean[1] + mean[2];  // grey levels, summed over the channels
}

}  // namespace

TEST_CASE("every chroma sampling and odd sizes give OpenCV's picture") {
    for (const Sampling sampling : {k420, k422, Sampling{1, 1}, Sampling{1, 2}, Sampling{4, 1}}) {
        for (const cv::Size size :
             {cv::Size(320, 240), cv::Size(641, 359), cv::Size(17, 9), cv::Size(1, 1)}) {
            CAPTURE(sampling.x);
            CAPTURE(sampling.y);
            CAPTURE(size.width);
            const auto bytes = encode(picture(size.width, size.height), sampling);
            JpegDecoder decoder(size.width, size.height);
            REQUIRE_MESSAGE(decoder.decode(span_of(bytes)), decoder.why());
            const ConstFrameView view = decoder.frame();
            CHECK(view.width == size.width);
            CHECK(view.format == PixelFormat::i420);
            CHECK(view.color == ColorSpec{Matrix::bt601, Range::full});
            CHECK(mean_difference(bgr_of(view), cv::imdecode(bytes, cv::IMREAD_COLOR)) < 6.0);
        }
    }
}

TEST_CASE("luma is the decoder's own, to the bit") {
    const auto bytes = encode(picture(330, 250), k422);
    const cv::Mat luma = cv::imdecode(bytes, cv::IMREAD_GRAYSCALE);  // libjpeg gives the Y plane as it is
    JpegDecoder decoder(330, 250);
    REQUIRE(decoder.decode(span_of(bytes)));
    int different = 0;
    for (int y = 0; y < 250; ++y)
        different += std::memcmp(decoder.frame().row(y), luma.ptr(y), 330) != 0 ? 1 : 0;
    CHECK(different == 0);
}

TEST_CASE("grey, progressive, with restarts; one decoder for all") {
    JpegDecoder decoder(200, 120);
    cv::Mat grey;
    cv::cvtColor(picture(200, 120), grey, cv::COLOR_BGR2GRAY);
    std::vector<uchar> bytes;
    for (const bool progressive : {true, false}) {
        bytes = encode(picture(200, 120), k420, progressive, progressive ? 0 : 3);
        REQUIRE_MESSAGE(decoder.decode(span_of(bytes)), decoder.why());
        CHECK(mean_difference(bgr_of(decoder.frame()), cv::imdecode(bytes, cv::IMREAD_COLOR)) < 6.0);
    }
    cv::imencode(".jpg", grey, bytes);
    REQUIRE_MESSAGE(decoder.decode(span_of(bytes)), decoder.why());
    CHECK(mean_difference(bgr_of(decoder.frame()), cv::imdecode(bytes, cv::IMREAD_COLOR)) < 3.0);
}

TEST_CASE("damage is seen, harmless oddities are forgiven") {
    const auto good = encode(picture(320, 240), k422);
    JpegDecoder decoder(320, 240);
    REQUIRE(decoder.decode(span_of(good)));

    const auto spoilt = [&](const char* what, const std::vector<uchar>& bytes) {
        CAPTURE(what);
        CHECK_FALSE(decoder.decode(span_of(bytes)));
        CHECK_FALSE(decoder.why().empty());
        CHECK_MESSAGE(decoder.decode(span_of(good)), "the next good one is decoded");
    };
    for (const std::size_t part : {1U, 10U, 50U, 90U}) {
        spoilt("cut off",
               {good.begin(), good.begin() + static_cast<std::ptrdiff_t>(good.size() * part / 100)});
    }
    spoilt("empty", {});
    spoilt("no JPEG", std::vector<uchar>(5000, 0x55));
    std::mt19937 random(7);
    for (int round = 0; round < 20; ++round) {
        auto noisy = good;
        for (std::size_t i = good.size() / 3; i < good.size() * 2 / 3; ++i)
            noisy[i] = static_cast<uchar>(random());
        spoilt("noise in the middle", noisy);
    }
    auto other = encode(picture(160, 120), k422);
    CHECK_FALSE(decoder.decode(span_of(other)));
    CHECK(decoder.why().find("160x120") != std::string::npos);

    auto padded = good;  // drivers hand over the whole buffer
    padded.resize(good.size() + 4096, 0);
    CHECK(decoder.decode(span_of(padded)));
    auto endless = good;  // no end marker
    endless.resize(good.size() - 2);
    CHECK(decoder.decode(span_of(endless)));
    auto stuffed = good;  // bytes between two segments, as some cameras leave there
    stuffed.insert(stuffed.begin() + 20, {0x00, 0x00, 0x00});
    CHECK(decoder.decode(span_of(stuffed)));
}

TEST_CASE("random bytes never do harm") {
    const auto good = encode(picture(64, 48), k420);
    JpegDecoder decoder(64, 48);
    std::mt19937 random(11);
    for (int round = 0; round < 3000; ++round) {
        auto bytes = good;
        const int changes = 1 + static_cast<int>(random() % 20);
        for (int i = 0; i < changes; ++i) bytes[random() % bytes.size()] = static_cast<uchar>(random());
        (void)decoder.decode(span_of(bytes));
    }
    CHECK(decoder.decode(span_of(good)));
}

TEST_CASE("frames without Huffman tables get the standard ones") {
    auto bytes = encode(picture(320, 240), k422);
    const cv::Mat wanted = cv::imdecode(bytes, cv::IMREAD_COLOR);
    for (std::size_t i = 2; i + 4 < bytes.size() && bytes[i] == 0xFF && bytes[i + 1] != 0xDA;) {
        const std::size_t length = 2U + bytes[i + 2] * 256U + bytes[i + 3];
        if (bytes[i + 1] == 0xC4) {
            bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                        bytes.begin() + static_cast<std::ptrdiff_t>(i + length));
        } else {
            i += length;
        }
    }
    JpegDecoder decoder(320, 240);
    REQUIRE_MESSAGE(decoder.decode(span_of(bytes)), decoder.why());
    CHECK(mean_difference(bgr_of(decoder.frame()), wanted) < 6.0);
}

#endif
