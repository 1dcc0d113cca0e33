// BodyPix from the picture to the mask, against the original in TensorFlow.js.
#include <doctest/doctest.h>

#include <vbg/vbg.hpp>

#include "model/network.hpp"
#include "segment/bodypix.hpp"
#include "segment/goldens.hpp"
#include "segment/models.hpp"
#include "segment/network_input.hpp"
#include "support/throws.hpp"

using namespace vbg;
using namespace vbg::segment;
using test::read_npy;
using vbg_test::check_throws;

namespace {

bool have_bodypix() { return test::have_data("goldens/bodypix/cpu") && test::have_data("models/bodypix"); }

std::string spec_of(const test::BodyPixCase& one, const std::string& more = "") {
    return "bodypix:model=" + quote_value(test::converted(one)) + ",resolution=" + one.resolution +
           ",precision=fp32,device=cpu" + more;
}

Frame picture_of(const test::BodyPixCase& one, PixelFormat format = PixelFormat::bgr8) {
    return test::read_picture((test::data_folder() / one.picture).string(), format);
}

/// Part of pixels on which two mattes are on different sides of one half.
double difference(const Mask& a, const Mask& b) {
    int different = 0;
    for (int y = 0; y < a.height(); ++y) {
        for (int x = 0; x < a.width(); ++x)
            different += (test::at(a, x, y) > 0.5) != (test::at(b, x, y) > 0.5);
    }
    return static_cast<double>(different) / a.width() / a.height();
}

Mask reference_mask(const test::BodyPixCase& one, int width, int height) {
    const auto values = read_npy((test::data_folder() / one.folder / "mask.npy").string()).as<int>();
    REQUIRE(values.size() == static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    Mask mask(width, height);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            mask.view().row(y)[x] =
                static_cast<std::byte>(values[static_cast<std::size_t>(y * width + x)] != 0 ? 255 : 0);
        }
    }
    return mask;
}

}  // namespace

TEST_CASE("bodypix: input sizes and padding") {
    const auto size = bodypix_size(1280, 720, 0.5, 16);
    CHECK(size.width == 641);
    CHECK(size.height == 353);
    CHECK(bodypix_size(1280, 720, 0.5, 8).height == 361);
    CHECK(bodypix_size(513, 513, 1, 16).width == 513);  // already one more than a multiple
    CHECK(bodypix_size(1, 1, 0.1, 16).width == 1);
}

TEST_CASE("bodypix: logits within 2e-3 and masks within 0.01 % of every reference") {
    if (!have_bodypix()) return;
    Context context(2);
    int cases = 0;
    for (const auto& one : test::bodypix_cases()) {
        CAPTURE(one.folder);
        const Frame frame = picture_of(one);
        const auto size =
            bodypix_size(frame.width(), frame.height(), test::resolution_number(one.resolution), one.stride);
        auto network = net::Network::load(
            test::converted(one),
            {.device = "cpu", .precision = net::Precision::fp32, .threads = 2, .outputs = {"segments"}});
        NetworkInput input;
        input.configure(test::spec_of(frame), network->description().input, size.width, size.height, context);
        input.sample_padded(size.padding);
        std::vector<net::Output> outputs;
        network->run(input.fill(frame.view(), context), size.height, size.width, outputs);
        REQUIRE(outputs.size() == 1);
        const auto wanted = read_npy((test::data_folder() / one.folder / "raw_segments.npy").string());
        REQUIRE(test::sides(wanted) == std::pair(outputs[0].width, outputs[0].height));
        CHECK(test::largest_difference(outputs[0].data.data(), wanted.as<float>()) < 2e-3);

        const auto stage = make_segmenter(spec_of(one));
        const Mask mask = test::segment(*stage, frame);
        CHECK(difference(mask, reference_mask(one, frame.width(), frame.height())) <= 1e-4);
        ++cases;
    }
    CHECK(cases >= 18);
    MESSAGE(cases << " reference cases");
}

TEST_CASE("bodypix: soft output is the original's probability, levels cut it, both formats agree") {
    if (!have_bodypix()) return;
    for (const auto& one : test::bodypix_cases()) {
        const auto file = test::data_folder() / one.folder / "prob.npy";
        if (!std::filesystem::exists(file) || one.resolution != "medium" || one.wasm) continue;
        CAPTURE(one.folder);
        const auto wanted = read_npy(file.string()).as<float>();
        const Frame frame = picture_of(one, PixelFormat::rgb8);
        const Mask raw = test::segment(*make_segmenter(spec_of(one, ",threshold=none,black=0,white=1")),
                                       frame, MaskFormat::f32, 2);
        const Mask cut = test::segment(*make_segmenter(spec_of(one, ",threshold=none,black=0.3,white=0.8")),
                                       frame, MaskFormat::u8, 2);
        double most = 0, most_cut = 0;
        for (int y = 0; y < frame.height(); ++y) {
            for (int x = 0; x < frame.width(); ++x) {
                const double p = static_cast<double>(wanted[static_cast<std::size_t>(y * frame.width() + x)]);
                most = std::max(most, std::abs(test::at(raw, x, y) - p));
                most_cut =
                    std::max(most_cut, std::abs(test::at(cut, x, y) - std::clamp((p - 0.3) / 0.5, 0., 1.)));
            }
        }
        CHECK(most < 1e-3);
        CHECK(most_cut < 2e-3 + 0.5 / 255);
    }
}

TEST_CASE("bodypix: bf16 costs at most 0.5 % of mask pixels") {
    if (!have_bodypix()) return;
    double sum = 0;
    int cases = 0;
    for (const auto& one : test::bodypix_cases()) {
        if (one.weights != "quant2_075" || one.stride != 16) continue;
        const Frame frame = picture_of(one);
        // Up to 1280x720 at medium: CPUs without instructions for bf16 take half a minute for larger ones.
        const auto size =
            bodypix_size(frame.width(), frame.height(), test::resolution_number(one.resolution), one.stride);
        if (size.width * size.height > 230'000) continue;
        std::string spec = spec_of(one);
        spec.replace(spec.find("fp32"), 4, "bf16");
        try {
            sum += difference(test::segment(*make_segmenter(spec), frame),
                              reference_mask(one, frame.width(), frame.height()));
        } catch (const Error& error) {
            if (error.code() != Errc::invalid_argument && error.code() != Errc::device) throw;
            MESSAGE("SKIP: bf16: " << std::string(error.what()));
            return;
        }
        ++cases;
    }
    REQUIRE(cases >= 12);
    MESSAGE("bf16: " << 100 * sum / cases << " % of mask pixels differ, mean of " << cases);
    CHECK(sum / cases <= 0.005);
}

TEST_CASE("bodypix: what is wrong is said") {
    check_throws(Errc::not_found, {"bodypix", "no-such-model"},
                 [] { (void)make_segmenter("bodypix:model=no-such-model"); });
    check_throws(Errc::not_found, {"bodypix", "/nowhere/x.pt"},
                 [] { (void)make_segmenter("bodypix:model=/nowhere/x.pt"); });
    if (!have_bodypix()) return;
    const std::string model = test::converted("models/bodypix/mobilenet/quant2/075/model-stride16.json");
    const std::string with = "bodypix:model=" + quote_value(model);
    check_throws(Errc::invalid_argument, {"bodypix", "device", "gpu"},
                 [&] { (void)make_segmenter(with + ",device=gpu"); });
    check_throws(Errc::invalid_argument, {"bodypix", "black=0.5", "white=0.2"},
                 [&] { (void)make_segmenter(with + ",threshold=none,black=0.5,white=0.2"); });
    check_throws(Errc::invalid_argument, {"resolution", "tiny"},
                 [&] { (void)make_segmenter(with + ",resolution=tiny"); });
    check_throws(Errc::invalid_argument, {"resolution", "2.5"},
                 [&] { (void)make_segmenter(with + ",resolution=2.5"); });

    Context context;
    auto stage = make_segmenter(with + ",resolution=full");
    check_throws(Errc::invalid_argument, {"8000x6000", "8001x6001", "resolution=0.4"}, [&] {
        stage->configure({.width = 8000, .height = 6000, .format = PixelFormat::bgr8}, context);
    });
    if (!test::have_data("models/tflite")) return;
    const std::string selfie = test::converted("models/tflite/selfie_segmentation.tflite");
    stage = make_segmenter("bodypix:model=" + quote_value(selfie));
    check_throws(Errc::model, {"bodypix", "segments", "torchscript"}, [&] {
        stage->configure({.width = 640, .height = 480, .format = PixelFormat::bgr8}, context);
    });
}

TEST_CASE("bodypix: tiny frames give a matte") {
    if (!have_bodypix()) return;
    const std::string model = test::converted("models/bodypix/mobilenet/quant2/075/model-stride16.json");
    for (const auto& [width, height] : {std::pair(1, 1), {1, 40}, {33, 2}, {17, 17}}) {
        const Frame frame = test::noise(width, height);
        auto stage = make_segmenter("bodypix:device=cpu,threshold=none,model=" + quote_value(model));
        CHECK(test::largest(test::segment(*stage, frame)) <= 1);
    }
}

TEST_CASE("bodypix: what it gives when coarser is what it gives at that resolution") {
    if (!have_bodypix()) return;
    const std::string model = test::converted("models/bodypix/mobilenet/quant2/075/model-stride16.json");
    const Frame frame = picture_of(test::bodypix_cases().front());
    const FrameSpec spec = test::spec_of(frame);
    Context context(2);
    const auto with = [&](const std::string& resolution) {
        return make_segmenter("bodypix:model=" + quote_value(model) +
                              ",threshold=none,precision=fp32,device=cpu,resolution=" + resolution);
    };
    const auto matte_of = [&](Segmenter& segmenter) {
        Mask mask(spec.width, spec.height);
        segmenter.segment(frame.view(), mask.view(), context);
        return mask;
    };
    const auto plain = [&](const std::string& resolution) {
        auto segmenter = with(resolution);
        segmenter->configure(spec, context);
        CHECK(segmenter->coarsest() == 0);  // nobody asked for more
        check_throws(Errc::invalid_argument, {"bodypix", "coarseness 1", "allow_coarser"},
                     [&] { segmenter->coarseness(1); });
        return matte_of(*segmenter);
    };
    auto segmenter = with("medium");
    segmenter->allow_coarser(true);
    segmenter->configure(spec, context);
    REQUIRE(segmenter->coarsest() == 2);
    // Down and up again: 0.5, 0.35 (= 0.7 of it), 0.25.
    const Mask medium = plain("medium"), between = plain("0.35"), low = plain("low");
    CHECK(difference(medium, low) > 0);  // else the rest says nothing
    for (const auto& [steps, wanted] :
         {std::pair(1, &between), {2, &low}, {1, &between}, {0, &medium}, {2, &low}, {0, &medium}}) {
        segmenter->coarseness(steps);
        CHECK(segmenter->coarseness() == steps);
        const Mask got = matte_of(*segmenter);
        CHECK(test::same_values(got, *wanted));
        CHECK(difference(got, medium) < 0.1);  // still the same person
    }
    segmenter->coarseness(2);
    segmenter->configure({.width = 100, .height = 100, .format = PixelFormat::bgr8}, context);
    CHECK(segmenter->coarsest() == 0);  // too small to be coarser
    CHECK(segmenter->coarseness() == 0);
}
