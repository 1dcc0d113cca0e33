#include "io/image_source.hpp"

#include <fmt/format.h>

#include <opencv2/imgproc.hpp>
#include <vbg/interop/opencv.hpp>

#include "io/fit.hpp"
#include "io/picture_file.hpp"

namespace vbg {

namespace {

constexpr Parameter kImageSourceParameters[] = {
    {"path", ParameterType::path, "", "the picture file", "", 0, 0, "", true},
    {"motion", ParameterType::choice, "none",
     "none: stands still; drift: moves slowly, as if held in the hand", "", 0, 0, "none|drift"},
    {"strength", ParameterType::number, "1",
     "how far drift goes: 1 shifts by up to 2 % of a side, zooms by up to 3 %, turns up to 0.8 degrees", "",
     0, 4},
    {"seed", ParameterType::integer, "1", "which drift: equal numbers give equal films", "", 0, 2147483647},
    kSizeParameter,
    kFpsParameter,
    {"frames", ParameterType::number, "auto",
     "how many frames; auto: one of a still picture, without end where it drifts or is paced", "frames", 1,
     9e15, "auto|endless"},
    kRealtimeParameter,
};

}  // namespace

ImageSource::ImageSource(const Parameters& parameters)
    : path_(parameters.text("path")),
      size_(parameters.size("size")),
      fps_(parameters.number("fps")),
      realtime_(parameters.boolean("realtime")),
      drifts_(parameters.text("motion") == "drift"),
      seed_(static_cast<std::uint32_t>(parameters.integer("seed"))),
      strength_(parameters.number("strength")) {
    const bool one = !drifts_ && !realtime_ && parameters.text("frames") == "auto";
    frames_ = whole_number(parameters, "frames", one ? 1 : 0);
}

ImageSource::~ImageSource() = default;

FrameSpec ImageSource::do_open() {
    Frame loaded = load_picture(path_);
    const Size out = size_.width > 0 ? size_ : Size{loaded.width(), loaded.height()};
    frame_ = Frame(out.width, out.height, PixelFormat::bgr8);
    if (drifts_) {
        drift_.emplace(out, seed_, strength_);
        const Size need = drift_->picture_size();
        if (need.width > kMaxSide || need.height > kMaxSide) {
            throw Error(
                Errc::invalid_argument,
                fmt::format("image '{}': motion=drift at {}x{} needs a picture of {}x{}, and sides may "
                            "have {} pixels at most; give a smaller size=WIDTHxHEIGHT",
                            path_, out.width, out.height, need.width, need.height, kMaxSide));
        }
        picture_ = Frame(need.width, need.height, PixelFormat::bgr8);
        fit_cover(loaded.view(), picture_.view());
    } else {
        fit_cover(loaded.view(), frame_.view());
    }
    pacer_.start(fps_, realtime_);
    return {out.width, out.height, PixelFormat::bgr8, {}, {}, fps_};
}

ReadResult ImageSource::do_read(ConstFrameView& frame, std::chrono::milliseconds timeout) {
    std::uint64_t index = 0;
    const ReadResult result = pacer_.tick(timeout, index);
    if (result != ReadResult::frame) return result;
    if (frames_ != 0 && index >= frames_) return ReadResult::end;
    if (drift_) {
        const std::array<double, 6> m = drift_->at(static_cast<double>(index) / fps_);
        cv::Mat out = interop::to_mat(frame_.view());
        // Drift never looks outside; the border mode only keeps rounding at the last pixel harmless.
        cv::warpAffine(interop::to_mat(picture_.view()), out, cv::Matx23d(m.data()), out.size(),
                       cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
    }
    frame_.stamp(pacer_.time_of(index), index);
    frame = frame_.view();
    return ReadResult::frame;
}

void ImageSource::do_close() noexcept {
    drift_.reset();
    picture_ = Frame();
    frame_ = Frame();
}

StageEntry image_source_entry() {
    return {"image", "One picture: a still, or a film of it as seen by a camera held in the hand",
            kImageSourceParameters,
            Maker<Source>([](const Parameters& p) { return std::make_unique<ImageSource>(p); }),
            media_why_not};
}

}  // namespace vbg
