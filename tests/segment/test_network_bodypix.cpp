// The real BodyPix against the original's raw outputs: fp32, bf16, threads, sizes.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "model/convert.hpp"
#include "segment/network_options.hpp"
#include "support/data.hpp"
#include "support/npy.hpp"
#include "support/temp_dir.hpp"

using namespace vbg;
using namespace vbg::test;
using net::Network;
using net::Precision;

namespace {

const std::string weights = "models/bodypix/mobilenet/quant2/075";
const std::string golden = "goldens/bodypix/cpu/quant2_075_s16";

/// The real BodyPix, converted once for all cases here; empty where have_data() misses its weights.
const std::string& bodypix() {
    static const vbg_test::TempDir folder;
    static const std::string path = [] {
        if (!test::have_data(weights) || !test::have_data(golden)) return std::string();
        std::string out = folder / "bodypix.pt";
        model::convert(test::data_folder() / weights / "model-stride16.json", out, {});
        return out;
    }();
    return path;
}

struct Picture {
    int height = 0, width = 0;
    std::vector<float> data;
};

/// The original's network input of a golden, 0..255, normalised as MobileNet wants it: x / 127.5 - 1.
Picture golden_input(const std::string& name) {
    const auto resized = test::read_npy((test::data_folder() / golden / name / "resized.npy").string());
    const std::size_t sides = resized.shape.size();  // [height, width, 3], some with a batch of 1 before it
    Picture picture{static_cast<int>(resized.shape.at(sides - 3)),
                    static_cast<int>(resized.shape.at(sides - 2)), resized.as<float>()};
    for (float& v : picture.data) v = v / 127.5F - 1.F;
    return picture;
}

std::vector<float> golden_output(const std::string& name, const std::string& output) {
    return test::read_npy((test::data_folder() / golden / name / ("raw_" + output + ".npy")).string())
        .as<float>();
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
    if (a.size() != b.size()) return INFINITY;
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        largest = std::max(largest, std::abs(static_cast<double>(a[i]) - b[i]));
    return largest;
}

}  // namespace

TEST_CASE("the network gives the original's raw outputs") {
    if (bodypix().empty()) return;
    const auto network =
        Network::load(bodypix(), options(Precision::fp32, {"segments", "heatmaps", "long_offsets"}));
    MESSAGE(network->summary());
    CHECK(network->summary().find("fell back") == std::string::npos);
    std::vector<net::Output> outputs;
    for (const std::string name : {"astronaut_512", "portrait_192x256", "astronaut_crop_333x257"}) {
        const Picture picture = golden_input(name);
        network->run(picture.data.data(), picture.height, picture.width, outputs);
        REQUIRE(outputs.size() == 3);
        CHECK(outputs[0].channels == 1);
        CHECK(outputs[1].channels == 17);
        CHECK(outputs[0].height == (picture.height - 1) / 16 + 1);
        CHECK(outputs[0].width == (picture.width - 1) / 16 + 1);
        CHECK(largest_difference(outputs[0].data, golden_output(name, "segments")) < 2e-3);
        CHECK(largest_difference(outputs[1].data, golden_output(name, "heatmaps")) < 2e-3);
        CHECK(largest_difference(outputs[2].data, golden_output(name, "long_offsets")) < 2e-3);
    }
}

TEST_CASE("what only other outputs need is not computed") {
    if (bodypix().empty()) return;
#ifdef VBG_HAVE_ONEDNN
    const auto network = Network::load(bodypix(), options(Precision::fp32, {"segments"}));
    // 1 + 13 x 2 in MobileNet and the head itself.
    CHECK(network->summary().find(" 28 convolutions") != std::string::npos);
#endif
}

TEST_CASE("one thread and three give the same as two") {
    if (bodypix().empty()) return;
    const Picture picture = golden_input("astronaut_512");
    for (const int threads : {1, 3}) {
        const auto network = Network::load(bodypix(), options(Precision::fp32, {"segments"}, threads));
        CHECK(network->summary().find(std::to_string(threads) + " thread") != std::string::npos);
        std::vector<net::Output> outputs;
        network->run(picture.data.data(), picture.height, picture.width, outputs);
        CHECK(largest_difference(outputs[0].data, golden_output("astronaut_512", "segments")) < 2e-3);
    }
}

TEST_CASE("bf16 is near: at most 1 in 100 coarse cells change sides, logits by at most 1.5") {
    if (bodypix().empty()) return;
    const auto network = Network::load(bodypix(), options(Precision::bf16, {"segments"}));
    MESSAGE(network->summary());
    if (fast_bf16()) CHECK(network->summary().find("fell back") == std::string::npos);
    REQUIRE(network->summary().find("bf16") != std::string::npos);
    std::size_t cells = 0, changed = 0;
    for (const std::string name : {"astronaut_512", "portrait_192x256", "astronaut_crop_333x257"}) {
        const Picture picture = golden_input(name);
        std::vector<net::Output> outputs;
        network->run(picture.data.data(), picture.height, picture.width, outputs);
        const auto wanted = golden_output(name, "segments");
        REQUIRE(wanted.size() == outputs[0].data.size());
        const float edge = std::log(0.7F / 0.3F);  // the default threshold as a logit
        for (std::size_t i = 0; i < wanted.size(); ++i)
            changed += (wanted[i] > edge) != (outputs[0].data[i] > edge);
        cells += wanted.size();
        CHECK(largest_difference(wanted, outputs[0].data) < 1.5);
    }
    MESSAGE(changed << " of " << cells << " cells");
    CHECK(static_cast<double>(changed) < 0.01 * static_cast<double>(cells));
}

TEST_CASE("sizes may change from run to run") {
    if (bodypix().empty()) return;
    const auto network = Network::load(bodypix(), options(Precision::fp32, {"segments"}));
    std::vector<net::Output> outputs;
    for (int turn = 0; turn < 2; ++turn) {
        for (int side = 17; side < 17 + 16 * 12; side += 16) {  // more sizes than are kept ready
            const std::vector<float> grey(static_cast<std::size_t>(side * side * 3), 0.F);
            network->run(grey.data(), side, side, outputs);
            CHECK(outputs[0].height == (side - 1) / 16 + 1);
        }
    }
    const Picture picture = golden_input("astronaut_512");
    network->run(picture.data.data(), picture.height, picture.width, outputs);
    CHECK(largest_difference(outputs[0].data, golden_output("astronaut_512", "segments")) < 2e-3);
}
