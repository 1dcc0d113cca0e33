#pragma once
// A picture and a film for the tests of effects that need one, made here and removed with the object.
#include <string>
#include <vbg/frame.hpp>

#include "support/temp_dir.hpp"
#ifdef VBG_HAVE_MEDIA
#    include <opencv2/videoio.hpp>

#    include "io/picture_file.hpp"
#endif

namespace vbg_test {

class EffectFiles {
public:
    static constexpr int kFilmFrames = 10, kFilmWidth = 96, kFilmHeight = 64;
    static constexpr double kFilmRate = 25;

    EffectFiles() {
#ifdef VBG_HAVE_MEDIA
        vbg::Frame image(80, 45, vbg::PixelFormat::bgr8);
        for (int y = 0; y < 45; ++y) {
            for (int x = 0; x < 80; ++x) {
                auto* p = reinterpret_cast<std::uint8_t*>(image.view().row(y)) + 3 * x;
                p[0] = static_cast<std::uint8_t>(3 * x);
                p[1] = static_cast<std::uint8_t>(5 * y);
                p[2] = static_cast<std::uint8_t>((x + y) % 2 * 90);
            }
        }
        vbg::save_picture(picture(), image.view());
        // Frame n is flat grey 20 n + 10, so that it can be told which one is shown. MJPEG in AVI: every
        // frame a key frame, and always there.
        cv::VideoWriter writer(film(), cv::CAP_FFMPEG, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), kFilmRate,
                               cv::Size(kFilmWidth, kFilmHeight));
        for (int n = 0; n < kFilmFrames; ++n) {
            writer.write(cv::Mat(kFilmHeight, kFilmWidth, CV_8UC3, cv::Scalar::all(20 * n + 10)));
        }
#endif
    }
    [[nodiscard]] std::string picture() const { return folder_ / "picture.png"; }
    [[nodiscard]] std::string film() const { return folder_ / "film.avi"; }
    [[nodiscard]] std::string folder() const { return folder_.path(); }

private:
    TempDir folder_;
};

}  // namespace vbg_test
