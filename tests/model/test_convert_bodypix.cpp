// BodyPix converted from TensorFlow.js against outputs of the original in TensorFlow.js itself.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <vbg/error.hpp>

#include "model/convert.hpp"
#include "model/description.hpp"
#include "model/module_file.hpp"
#include "support/data.hpp"
#include "support/npy.hpp"
#include "support/temp_dir.hpp"
#include "support/torch_run.hpp"

namespace fs = std::filesystem;
using namespace vbg;
using namespace vbg::test;

namespace {

struct Picture {
    int height = 0, width = 0;
    std::vector<float> rgb;  ///< 0..255
};

/// BodyPix' own way from a picture to the network's size, written out plainly: zero padding to the target's
/// shape, then bilinear with x_source = x * in / out, in doubles.
Picture resized(const std::string& file, double resolution, int stride) {
    cv::Mat image = cv::imread(file, cv::IMREAD_COLOR);
    REQUIRE(!image.empty());
    cv::cvtColor(image, image, cv::COLOR_BGR2RGB);
    const auto side = [&](int n) {
        const double v = n * resolution;
        return std::fmod(v - 1, stride) == 0. ? static_cast<int>(v)
                                              : static_cast<int>(std::floor(v / stride)) * stride + 1;
    };
    const double h = image.rows, w = image.cols;
    const int th = side(image.rows), tw = side(image.cols);
    const double wanted = double(tw) / th;
    const auto half = [](double x) { return static_cast<int>(std::floor(.5 * x + .5)); };
    int pad_x = 0, pad_y = 0;
    if (w / h < wanted)
        pad_x = half(wanted * h - w);
    else
        pad_y = half((1. / wanted) * w - h);
    const int ph = image.rows + 2 * pad_y, pw = image.cols + 2 * pad_x;
    const auto at = [&](int y, int x, int c) {
        y -= pad_y;
        x -= pad_x;
        return y < 0 || x < 0 || y >= image.rows || x >= image.cols ? 0.
                                                                    : double(image.at<cv::Vec3b>(y, x)[c]);
    };
    Picture out{th, tw, {}};
    for (int y = 0; y < th; ++y) {
        const double sy = y * (double(ph) / th);
        const int y0 = int(sy), y1 = std::min(ph - 1, int(std::ceil(sy)));
        for (int x = 0; x < tw; ++x) {
            const double sx = x * (double(pw) / tw);
            const int x0 = int(sx), x1 = std::min(pw - 1, int(std::ceil(sx)));
            for (int c = 0; c < 3; ++c) {
                const double top = at(y0, x0, c) + (at(y0, x1, c) - at(y0, x0, c)) * (sx - x0);
                const double low = at(y1, x0, c) + (at(y1, x1, c) - at(y1, x0, c)) * (sx - x0);
                out.rgb.push_back(float(top + (low - top) * (sy - y0)));
            }
        }
    }
    return out;
}

std::vector<float> normalised(const Picture& picture, const model::Description& description) {
    std::vector<float> values = picture.rgb;
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = values[i] * description.input.scale[i % 3] + description.input.offset[i % 3];
    return values;
}

double resolution_of(const std::string& name) {
    const std::size_t at = name.find('@');
    if (at == std::string::npos) return .5;
    const std::map<std::string, double> words = {{"low", .25}, {"medium", .5}, {"high", .75}, {"full", 1.}};
    const std::string word = name.substr(at + 1);
    return words.count(word) != 0 ? words.at(word) : std::stod(word);
}

/// Height, width, channels, with or without a batch of one before them.
std::vector<std::size_t> sides(const Npy& npy) {
    std::vector<std::size_t> shape = npy.shape;
    if (shape.size() == 4 && shape[0] == 1) shape.erase(shape.begin());
    return shape;
}

/// Largest difference between an output and its reference; fails where they differ in size.
double largest_difference(const Map& map, const Npy& reference) {
    REQUIRE(sides(reference) == std::vector<std::size_t>{std::size_t(map.height), std::size_t(map.width),
                                                         std::size_t(map.channels)});
    const std::vector<float> wanted = reference.as<float>();
    double largest = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i)
        largest = std::max(largest, std::abs(double(map.data[i]) - wanted[i]));
    return largest;
}

/// All goldens of one weight set. `set` is e.g. "quant2_075_s16" under cpu/ or wasm/.
void check_goldens(const std::string& set, const std::string& json, bool javascript_dilation) {
    CAPTURE(set);
    const vbg_test::TempDir folder;
    const std::string pt = folder / "m.pt";
    model::ConvertOptions options;
    options.javascript_dilation = javascript_dilation;
    const auto description = model::convert(data_folder() / "models/bodypix/mobilenet" / json, pt, options);
    int checked = 0;
    for (const auto& entry : fs::directory_iterator(data_folder() / "goldens/bodypix" / set)) {
        const std::string name = entry.path().filename().string();
        CAPTURE(name);
        const fs::path image =
            data_folder() / "goldens/bodypix/inputs" / (name.substr(0, name.find('@')) + ".png");
        Picture picture = resized(image.string(), resolution_of(name), description.output_stride);
        if (fs::exists(entry.path() / "resized.npy")) {
            const Npy given = read_npy((entry.path() / "resized.npy").string());
            REQUIRE(sides(given) ==
                    std::vector<std::size_t>{std::size_t(picture.height), std::size_t(picture.width), 3});
            picture.rgb = given.as<float>();
        }
        const auto maps = run_module(pt, normalised(picture, description), picture.height, picture.width);
        REQUIRE(maps.size() == description.outputs.size());
        for (const auto& output : description.outputs) {
            const fs::path file = entry.path() / ("raw_" + output.name + ".npy");
            if (!fs::exists(file)) continue;
            CAPTURE(output.name);
            CHECK(largest_difference(maps[std::size_t(output.index)], read_npy(file.string())) <= 2e-3);
            ++checked;
        }
    }
    CHECK(checked > 0);
    MESSAGE(set << ": " << checked << " outputs compared");
}

}  // namespace

TEST_CASE("075, stride 16, 2-byte weights: every golden, every head") {
    if (!have_data("goldens/bodypix/cpu/quant2_075_s16")) return;
    check_goldens("cpu/quant2_075_s16", "quant2/075/model-stride16.json", false);
}

TEST_CASE("other weight sets agree with their goldens") {
    if (!have_data("goldens/bodypix/cpu/float_050_s16")) return;
    check_goldens("cpu/float_050_s16", "float/050/model-stride16.json", false);
    check_goldens("wasm/quant2_050_s16", "quant2/050/model-stride16.json", false);
    check_goldens("wasm/quant1_075_s16", "quant1/075/model-stride16.json", false);
}

TEST_CASE("stride 8 dilates both ways, or as JavaScript does where asked to") {
    if (!have_data("goldens/bodypix/cpu/quant2_075_s8")) return;
    check_goldens("cpu/quant2_075_s8", "quant2/075/model-stride8.json", true);
    check_goldens("cpu/float_050_s8", "float/050/model-stride8.json", true);
    check_goldens("wasm/quant2_075_s8_symdil", "quant2/075/model-stride8.json", false);
    check_goldens("wasm/float_050_s8_symdil", "float/050/model-stride8.json", false);
}

TEST_CASE("the description says what the graph says") {
    if (!have_data("models/bodypix")) return;
    const vbg_test::TempDir folder;
    const std::string pt = folder / "anything.pt";
    model::ConvertOptions options;
    options.licence = "Apache-2.0";
    options.note = "for a test";
    options.source = "here";
    const auto made = model::convert(
        data_folder() / "models/bodypix/mobilenet/quant2/075/model-stride16.json", pt, options);
    const auto read = net::read_description(pt);
    CHECK(model::to_json(made) == model::to_json(read));
    CHECK(read.name == "bodypix-mobilenet-075-16");
    CHECK(read.architecture == "bodypix-mobilenet_v1");
    CHECK(read.output_stride == 16);
    CHECK(read.input.rule == model::SizeRule::stride_plus);
    CHECK(read.input.stride == 16);
    CHECK(read.input.scale[1] == doctest::Approx(1 / 127.5));
    CHECK(read.licence == "Apache-2.0");
    CHECK(read.source_sha256 == "e215c9546b9db0e1e06c23c759ed48ccaf2aad68c656d0130b5757bc0479ac77");
    std::string names;
    for (const auto& output : read.outputs) names += output.name + " ";
    CHECK(names ==
          "segments part_heatmaps heatmaps short_offsets long_offsets displacement_fwd displacement_bwd "
          "part_offsets ");
    CHECK(read.find_output("segments")->meaning == model::Meaning::person_logit);
    // Nothing but the .pt is left in the folder.
    CHECK(folder.names() == std::vector<std::string>{"anything.pt"});
    const auto eight =
        model::convert(data_folder() / "models/bodypix/mobilenet/float/050/model-stride8.json", pt, {});
    CHECK(eight.name == "bodypix-mobilenet-050-8");
    CHECK(eight.licence.empty());
}

TEST_CASE("half precision and unused heads") {
    if (!have_data("models/bodypix")) return;
    const vbg_test::TempDir folder;
    const std::string pt = folder / "m.pt";
    const auto description =
        model::convert(data_folder() / "models/bodypix/mobilenet/quant2/075/model-stride16.json", pt, {});
    // 27 convolutions in the body; one head is left of eight.
    for (const auto& output : description.outputs) CHECK(frozen_convolutions(pt, output.index) == 28);
    const Picture picture =
        resized((data_folder() / "goldens/bodypix/inputs/astronaut_512.png").string(), .5, 16);
    const auto input = normalised(picture, description);
    const auto full = run_module(pt, input, picture.height, picture.width);
    const auto planar = run_module(pt, input, picture.height, picture.width, false);
    const auto half = run_module(pt, input, picture.height, picture.width, true, Number::bf16);
    double mean = 0;
    double layout = 0;
    for (std::size_t i = 0; i < full[0].data.size(); ++i) {
        mean += std::abs(double(full[0].data[i]) - half[0].data[i]) / double(full[0].data.size());
        layout = std::max(layout, std::abs(double(full[0].data[i]) - planar[0].data[i]));
    }
    CHECK(mean < 0.2);
    CHECK(layout < 1e-3);
}
