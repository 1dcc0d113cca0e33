// Networks converted from TFLite, against the outputs of their original runtime and against each other.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "model/convert.hpp"
#include "support/data.hpp"
#include "support/npy.hpp"
#include "support/temp_dir.hpp"
#include "support/torch_run.hpp"

namespace fs = std::filesystem;
using namespace vbg;
using namespace vbg::test;

namespace {

std::vector<float> normalised(const std::vector<float>& rgb, const model::Description& description) {
    std::vector<float> values = rgb;
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = values[i] * description.input.scale[i % 3] + description.input.offset[i % 3];
    return values;
}

void check_selfie(const std::string& name, int height) {
    CAPTURE(name);
    const vbg_test::TempDir folder;
    const std::string pt = folder / "m.pt";
    const auto description = model::convert(data_folder() / "models/tflite" / (name + ".tflite"), pt, {});
    CHECK(description.architecture == "selfie");
    CHECK(description.input.rule == model::SizeRule::fixed);
    CHECK(description.input.height == height);
    CHECK(description.outputs.at(0).meaning == model::Meaning::person_probability);
    int checked = 0;
    double worst = 0, worst_mean = 0;
    for (const auto& entry : fs::directory_iterator(data_folder() / "goldens/selfie" / name)) {
        const std::string picture = entry.path().filename().string();
        CAPTURE(picture);
        const Npy input = read_npy((entry.path() / "input.npy").string());
        const auto wanted = read_npy((entry.path() / "confidence.npy").string()).as<float>();
        const auto maps = run_module(pt, normalised(input.as<float>(), description), height, 256);
        REQUIRE(maps.size() == 1);
        REQUIRE(maps[0].data.size() == wanted.size());
        double largest = 0, sum = 0;
        int flipped = 0;
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const double difference = std::abs(double(maps[0].data[i]) - wanted[i]);
            largest = std::max(largest, difference);
            sum += difference;
            flipped += (maps[0].data[i] > .5F) != (wanted[i] > .5F) ? 1 : 0;
        }
        CHECK(largest <= 2e-3);
        CHECK(sum / double(wanted.size()) <= 2e-5);
        CHECK(flipped <= 2);
        worst = std::max(worst, largest);
        worst_mean = std::max(worst_mean, sum / double(wanted.size()));
        ++checked;
    }
    CHECK(checked == 12);
    MESSAGE(name << ": " << checked << " pictures, largest difference " << worst << ", largest mean "
                 << worst_mean);
}

std::vector<float> photo(const std::string& name, int height, int width) {
    cv::Mat image = cv::imread((data_folder() / "goldens/bodypix/inputs" / name).string(), cv::IMREAD_COLOR);
    REQUIRE(!image.empty());
    cv::cvtColor(image, image, cv::COLOR_BGR2RGB);
    cv::resize(image, image, {width, height}, 0, 0, cv::INTER_AREA);
    return {image.datastart, image.dataend};
}

/// Part of a w x w map's rectangle (in fractions of its sides) where `test` holds.
template <class Test>
double share(int w, double x0, double y0, double x1, double y1, Test test) {
    int hits = 0, all = 0;
    for (int y = int(y0 * w); y < int(y1 * w); ++y)
        for (int x = int(x0 * w); x < int(x1 * w); ++x, ++all) hits += test(y * w + x) ? 1 : 0;
    return double(hits) / all;
}

}  // namespace

TEST_CASE("both selfie models agree with MediaPipe's own runtime on every reference picture") {
    if (!have_data("goldens/selfie/selfie_segmentation")) return;
    check_selfie("selfie_segmentation", 256);
    check_selfie("selfie_segmentation_landscape", 144);
}

TEST_CASE("DeepLab finds the astronaut as class 15 of 21") {
    if (!have_data("models/tflite/deeplabv3_257_mv_gpu.tflite")) return;
    const vbg_test::TempDir folder;
    const std::string pt = folder / "m.pt";
    const auto description =
        model::convert(data_folder() / "models/tflite/deeplabv3_257_mv_gpu.tflite", pt, {});
    CHECK(description.architecture == "deeplab_v3");
    CHECK(description.outputs.at(0).meaning == model::Meaning::class_logits);
    CHECK(description.outputs.at(0).person_class == 15);
    CHECK(description.outputs.at(0).channels == 21);
    const auto maps = run_module(pt, normalised(photo("astronaut_512.png", 257, 257), description), 257, 257);
    REQUIRE(maps.at(0).channels == 21);
    REQUIRE(maps[0].height == 257);
    const auto is_person = [&](int pixel) {
        const float* logits = maps[0].data.data() + pixel * 21;
        return std::max_element(logits, logits + 21) - logits == 15;
    };
    CHECK(share(257, .35, .15, .5, .4, is_person) > .98);  // face
    CHECK(share(257, .2, .6, .6, .95, is_person) > .9);    // suit
    CHECK(share(257, .75, 0, 1, .3, is_person) < .05);     // shuttle, top right
    CHECK(share(257, 0, 0, .12, .3, is_person) < .05);     // flag
}

TEST_CASE("BodyPix from TFLite gives what the same network from TensorFlow.js gives") {
    if (!have_data("models/tflite/body-pix-float-050-8.tflite")) return;
    const vbg_test::TempDir folder;
    const std::string lite = folder / "lite.pt";
    const std::string js = folder / "js.pt";
    const auto a = model::convert(data_folder() / "models/tflite/body-pix-float-050-8.tflite", lite, {});
    const auto b =
        model::convert(data_folder() / "models/bodypix/mobilenet/float/050/model-stride8.json", js, {});
    CHECK(a.architecture == b.architecture);
    CHECK(a.output_stride == 8);
    CHECK(a.outputs.size() == 1);
    for (const auto& [height, width] : {std::pair{257, 257}, std::pair{177, 321}}) {
        const auto input = normalised(photo("astronaut_512.png", height, width), a);
        const auto from_lite = run_module(lite, input, height, width);
        const auto from_js = run_module(js, input, height, width);
        REQUIRE(from_lite[0].data.size() == from_js[0].data.size());
        double largest = 0;
        for (std::size_t i = 0; i < from_lite[0].data.size(); ++i)
            largest = std::max(largest, std::abs(double(from_lite[0].data[i]) - from_js[0].data[i]));
        CHECK(largest < 2e-3);
    }
}

TEST_CASE("selfie in bfloat16 stays close") {
    if (!have_data("goldens/selfie/selfie_segmentation/astronaut_512")) return;
    const vbg_test::TempDir folder;
    const std::string pt = folder / "m.pt";
    const auto description =
        model::convert(data_folder() / "models/tflite/selfie_segmentation.tflite", pt, {});
    const auto base = data_folder() / "goldens/selfie/selfie_segmentation/astronaut_512";
    const auto input = normalised(read_npy((base / "input.npy").string()).as<float>(), description);
    const auto wanted = read_npy((base / "confidence.npy").string()).as<float>();
    const auto maps = run_module(pt, input, 256, 256, true, Number::bf16);
    int flipped = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i)
        flipped += (maps[0].data[i] > .5F) != (wanted[i] > .5F) ? 1 : 0;
    CHECK(flipped < int(wanted.size() / 100));
}
