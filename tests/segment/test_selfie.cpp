// MediaPipe's selfie networks against MediaPipe's own runtime; and following a small person.
#include <doctest/doctest.h>

#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <vbg/vbg.hpp>

#include "segment/goldens.hpp"
#include "segment/models.hpp"
#include "support/throws.hpp"

using namespace vbg;
using test::read_npy;
using vbg_test::check_throws;

namespace {

bool have_selfie() { return test::have_data("goldens/selfie") && test::have_data("models/tflite"); }

std::string spec_of(const std::string& model, const std::string& more = "") {
    return "selfie:device=cpu,precision=fp32,model=" +
           quote_value(test::converted("models/tflite/" + model + ".tflite")) + more;
}

Frame frame_of(const test::Npy& npy) {
    const auto [width, height] = test::sides(npy);
    const auto values = npy.as<std::uint8_t>();
    Frame frame(width, height, PixelFormat::rgb8);
    for (int y = 0; y < height; ++y) {
        for (int i = 0; i < 3 * width; ++i) {
            frame.view().row(y)[i] =
                static_cast<std::byte>(values[static_cast<std::size_t>(y * 3 * width + i)]);
        }
    }
    return frame;
}

/// Overlap of a matte with the truth, both cut at one half.
struct Overlap {
    double both = 0, either = 0;
    void add(const Mask& mask, const cv::Mat& truth) {
        for (int y = 0; y < mask.height(); ++y) {
            for (int x = 0; x < mask.width(); ++x) {
                const bool a = test::at(mask, x, y) > 0.5, b = truth.at<std::uint8_t>(y, x) > 127;
                both += a && b;
                either += a || b;
            }
        }
    }
};

}  // namespace

TEST_CASE("selfie: confidences within 2e-3, 2e-5 on average, at most 2 pixels change sides") {
    if (!have_selfie()) return;
    int cases = 0;
    for (const std::string model : {"selfie_segmentation", "selfie_segmentation_landscape"}) {
        for (const auto& entry :
             std::filesystem::directory_iterator(test::data_folder() / "goldens/selfie" / model)) {
            CAPTURE(entry.path().string());
            const Frame frame = frame_of(read_npy((entry.path() / "input.npy").string()));
            const auto wanted = read_npy((entry.path() / "confidence.npy").string()).as<float>();
            const Mask mask =
                test::segment(*make_segmenter(spec_of(model, ",crop=off")), frame, MaskFormat::f32, 2);
            double most = 0, sum = 0;
            int sides = 0;
            for (int y = 0; y < frame.height(); ++y) {
                for (int x = 0; x < frame.width(); ++x) {
                    const double want =
                        static_cast<double>(wanted[static_cast<std::size_t>(y * frame.width() + x)]);
                    const double error = std::abs(test::at(mask, x, y) - want);
                    most = std::max(most, error);
                    sum += error;
                    sides += (test::at(mask, x, y) > 0.5) != (want > 0.5);
                }
            }
            CHECK(most <= 2e-3);
            CHECK(sum / static_cast<double>(wanted.size()) <= 2e-5);
            CHECK(sides <= 2);
            ++cases;
        }
    }
    CHECK(cases >= 24);
}

TEST_CASE("selfie: a small person is found better by following, and reset() forgets where") {
    const std::string clip = "media/video/dancer";
    if (!have_selfie() || !test::have_data(clip)) return;
    const auto frame_at = [&](int i, cv::Mat& truth) {
        char name[16];
        std::snprintf(name, sizeof name, "%05d", i);
        const auto root = test::data_folder() / clip;
        Frame picture = test::read_picture((root / "frames" / (std::string(name) + ".jpg")).string());
        truth = cv::imread((root / "alphas" / (std::string(name) + ".png")).string(), cv::IMREAD_GRAYSCALE);
        REQUIRE(!truth.empty());
        return picture;
    };
    auto follow = make_segmenter(spec_of("selfie_segmentation"));
    auto whole = make_segmenter(spec_of("selfie_segmentation", ",crop=off"));
    Context context(2);
    Overlap followed, looked;
    cv::Mat truth;
    const Frame first = frame_at(20, truth);
    follow->configure(test::spec_of(first), context);
    whole->configure(test::spec_of(first), context);
    Mask a(first.width(), first.height()), b(first.width(), first.height()),
        again(first.width(), first.height());
    follow->segment(first.view(), a.view(), context);
    for (int i = 20; i < 50; i += 1) {
        const Frame frame = frame_at(i, truth);
        follow->segment(frame.view(), a.view(), context);
        whole->segment(frame.view(), b.view(), context);
        followed.add(a, truth);
        looked.add(b, truth);
    }
    MESSAGE("overlap: following " << followed.both / followed.either << ", whole frame "
                                  << looked.both / looked.either);
    CHECK(followed.both / followed.either > looked.both / looked.either + 0.02);
    // A first frame is looked at as a whole, and then at once from near: as good as in the middle of a film.
    Overlap alone, alone_whole;
    Mask twice(first.width(), first.height());
    for (int i = 20; i < 50; i += 3) {
        const Frame frame = frame_at(i, truth);
        follow->reset();
        follow->segment(frame.view(), again.view(), context);
        alone.add(again, truth);
        whole->segment(frame.view(), b.view(), context);
        alone_whole.add(b, truth);
        follow->reset();  // forgets where the person was: the same again
        follow->segment(frame.view(), twice.view(), context);
        int different = 0;
        for (int y = 0; y < frame.height(); ++y) {
            for (int x = 0; x < frame.width(); ++x)
                different += test::at(again, x, y) != test::at(twice, x, y);
        }
        CHECK(different == 0);
    }
    MESSAGE("overlap of first frames: " << alone.both / alone.either << ", whole frame "
                                        << alone_whole.both / alone_whole.either);
    CHECK(alone.both / alone.either > alone_whole.both / alone_whole.either + 0.02);
}

TEST_CASE("selfie: any size of frame, and what is wrong is said") {
    check_throws(Errc::not_found, {"selfie", "fetch selfie-landscape"}, [] {
        setenv("VBG_MODEL_DIR", "/nowhere", 1);
        (void)make_segmenter("selfie:model=selfie-landscape");
    });
    if (!have_selfie()) return;
    for (const auto& [width, height] : {std::pair(1, 1), {1, 300}, {640, 2}, {255, 257}}) {
        const Frame frame = test::noise(width, height);
        auto stage = make_segmenter(spec_of("selfie_segmentation_landscape"));
        Context context(3);
        stage->configure(test::spec_of(frame), context);
        Mask mask(width, height);
        for (int i = 0; i < 3; ++i) stage->segment(frame.view(), mask.view(), context);
        CHECK(test::largest(mask) <= 1);
    }
    if (!test::have_data("models/bodypix")) return;
    const std::string model = test::converted("models/bodypix/mobilenet/quant2/075/model-stride16.json");
    auto stage = make_segmenter("selfie:model=" + quote_value(model));
    Context context;
    check_throws(Errc::model, {"selfie", "fixed size", "torchscript"}, [&] {
        stage->configure({.width = 640, .height = 480, .format = PixelFormat::bgr8}, context);
    });
}
