#include "io/film_scaler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <vbg/interop/opencv.hpp>

namespace vbg {

void FilmScaler::configure(const FilmDecoder& film, Size wanted) {
    scaler_.reset();
    turns_ = film.turns;
    const bool sideways = turns_ % 2 == 1;
    const Size upright = sideways ? Size{film.height, film.width} : Size{film.width, film.height};
    shown_ = wanted.width > 0 ? wanted : upright;
    // The whole picture at the scale at which it fills `shown_`; the middle of it is given out.
    const double scale = std::max(static_cast<double>(shown_.width) / upright.width,
                                  static_cast<double>(shown_.height) / upright.height);
    const auto side = [&](int length, int least) {
        return std::clamp(static_cast<int>(std::lround(length * scale)), least, kMaxSide);
    };
    const Size filling{side(upright.width, shown_.width), side(upright.height, shown_.height)};
    scaled_ = sideways ? Frame(filling.height, filling.width, PixelFormat::bgr8)
                       : Frame(filling.width, filling.height, PixelFormat::bgr8);
    turned_ = turns_ == 0 ? Frame() : Frame(filling.width, filling.height, PixelFormat::bgr8);
}

void FilmScaler::prepare(const FilmDecoder& film) {
    const AVFrame* decoded = film.decoded.get();
    const int width = film.width, height = film.height;
    const auto now = static_cast<AVPixelFormat>(decoded->format);
    const int now_space = decoded->colorspace, now_range = decoded->color_range;
    if (scaler_ != nullptr && now == pixels_ && now_space == space_ && now_range == range_) return;
    const bool smaller = scaled_.width() < width;
    const bool same = scaled_.width() == width && scaled_.height() == height;
    // At its own size swscale's direct YUV to RGB converter is two to three times faster than its general
    // path, which exact rounding would ask for.
    const int how = same ? SWS_BICUBIC : (smaller ? SWS_AREA : SWS_BICUBIC) | SWS_ACCURATE_RND;
    scaler_.reset(sws_getContext(width, height, now, scaled_.width(), scaled_.height(), AV_PIX_FMT_BGR24, how,
                                 nullptr, nullptr, nullptr));
    if (scaler_ == nullptr) film.fail("its pixel format cannot be converted; convert it to H.264");
    int matrix = SWS_CS_ITU601;
    if (now_space == AVCOL_SPC_BT709) matrix = SWS_CS_ITU709;
    if (now_space == AVCOL_SPC_BT2020_NCL || now_space == AVCOL_SPC_BT2020_CL) matrix = SWS_CS_BT2020;
    const bool full = now_range == AVCOL_RANGE_JPEG || now == AV_PIX_FMT_YUVJ420P ||
                      now == AV_PIX_FMT_YUVJ422P || now == AV_PIX_FMT_YUVJ444P;
    sws_setColorspaceDetails(scaler_.get(), sws_getCoefficients(matrix), full ? 1 : 0,
                             sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
    pixels_ = now;
    space_ = now_space;
    range_ = now_range;
}

ConstFrameView FilmScaler::convert(const FilmDecoder& film) {
    prepare(film);
    const FrameView target = scaled_.view();
    std::uint8_t* planes[4] = {reinterpret_cast<std::uint8_t*>(target.planes[0].data), nullptr, nullptr,
                               nullptr};
    const int strides[4] = {static_cast<int>(target.planes[0].stride), 0, 0, 0};
    if (sws_scale(scaler_.get(), film.decoded->data, film.decoded->linesize, 0, film.height, planes,
                  strides) <= 0) {
        film.fail(fmt::format("frame {} cannot be converted", film.index));
    }
    ConstFrameView whole = target;
    if (turns_ != 0) {
        cv::Mat out = interop::to_mat(turned_.view());
        cv::rotate(interop::to_mat(target), out,
                   turns_ == 1   ? cv::ROTATE_90_CLOCKWISE
                   : turns_ == 2 ? cv::ROTATE_180
                                 : cv::ROTATE_90_COUNTERCLOCKWISE);
        whole = turned_.view();
    }
    ConstFrameView frame = whole;
    frame.planes[0].data =
        whole.row((whole.height - shown_.height) / 2) + 3 * ((whole.width - shown_.width) / 2);
    frame.width = shown_.width;
    frame.height = shown_.height;
    return frame;
}

}  // namespace vbg
