// Any user's network: what its description says is done, and what it does wrong is refused.
#include <doctest/doctest.h>

#include <array>
#include <fstream>
#include <vbg/vbg.hpp>

#include "segment/frames.hpp"
#include "segment/goldens.hpp"
#include "segment/models.hpp"
#include "segment/plane_segmenter.hpp"
#include "support/temp_dir.hpp"
#include "support/throws.hpp"
#include "support/torch_make.hpp"

using namespace vbg;
using vbg_test::check_throws;

namespace {

/// Description of a network with an input of 8x6 pixels and one output.
std::string description(const std::string& output,
                        const std::string& input = R"("rule": "fixed", "width": 8, "height": 6)") {
    return R"({"name": "tiny", "architecture": "other", "input": {)" + input +
           R"(, "color": "rgb", "scale": [0.00392156862745098, 0.00392156862745098, 0.00392156862745098], "offset": [0, 0, 0]}, "outputs": [)" +
           output + "]}";
}

const char* const kRed = R"({"name": "red", "index": 0, "channels": 1, "meaning": "person_probability"})";

Frame two_colours(int width, int height, PixelFormat format) {
    Frame frame(width, height, format);
    fill(frame.view(), 255, 0, 0);
    FrameView right = frame.view();
    right.width = width / 2;
    right.planes[0].data += 3 * (width - right.width);
    fill(right, 0, 0, 51);
    return frame;
}

struct Fixture {
    vbg_test::TempDir folder;
    std::string model(const std::string& name, const std::string& source, const std::string& about) const {
        std::string path = folder / (name + ".pt");
        test::make_module(path, source, about);
        return path;
    }
    static std::string spec(const std::string& path, const std::string& more = "") {
        return "torchscript:device=cpu,precision=fp32,model=" + quote_value(path) + more;
    }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "torchscript: colours reach the network in the order and scale it describes") {
    const std::string path = model("red", "def forward(self, x):\n    return x[:, 0:1]\n", description(kRed));
    for (const PixelFormat format : {PixelFormat::bgr8, PixelFormat::rgb8}) {
        const Mask mask =
            test::segment(*make_segmenter(spec(path)), two_colours(64, 48, format), MaskFormat::f32);
        CHECK(test::at(mask, 0, 0) == doctest::Approx(1));
        CHECK(test::at(mask, 63, 47) == doctest::Approx(0));
        CHECK(test::at(mask, 31, 20) + test::at(mask, 32, 20) ==
              doctest::Approx(1));  // the edge sits in the middle
    }
    std::string bgr = description(kRed);
    bgr.replace(bgr.find("\"rgb\""), 5, "\"bgr\"");
    const std::string blue = model("blue", "def forward(self, x):\n    return x[:, 0:1]\n", bgr);
    const Mask mask =
        test::segment(*make_segmenter(spec(blue)), two_colours(64, 48, PixelFormat::bgr8), MaskFormat::f32);
    CHECK(test::at(mask, 0, 0) == doctest::Approx(0));
    CHECK(test::at(mask, 63, 47) == doctest::Approx(0.2));
}

TEST_CASE_FIXTURE(
    Fixture,
    "torchscript: a description beside the file serves as well; none is refused with the way to add one") {
    const std::string path = model("bare", "def forward(self, x):\n    return 1.0 - x[:, 0:1]\n", "");
    Context context;
    const FrameSpec stream{.width = 64, .height = 48, .format = PixelFormat::bgr8};
    check_throws(Errc::model, {"torchscript", "bare.pt", ".json"},
                 [&] { make_segmenter(spec(path))->configure(stream, context); });
    std::ofstream(path + ".json") << description(
        R"({"name": "room", "index": 0, "channels": 1, "meaning": "background_probability"})");
    const Mask mask =
        test::segment(*make_segmenter(spec(path)), two_colours(64, 48, PixelFormat::bgr8), MaskFormat::f32);
    CHECK(test::at(mask, 0, 0) == doctest::Approx(1));
    CHECK(test::at(mask, 63, 47) == doctest::Approx(0));
    const Mask hard =
        test::segment(*make_segmenter(spec(path, ",threshold=0.3")), two_colours(64, 48, PixelFormat::bgr8));
    CHECK(test::at(hard, 33, 5) == 1);
    CHECK(test::at(hard, 40, 5) == 0);
}

TEST_CASE_FIXTURE(Fixture, "torchscript: classes, and choosing an output by name") {
    const std::string source =
        "def forward(self, x):\n    return (x[:, 0:1], torch.cat([x[:, 2:3] * 0.0, x[:, 0:1] * 4.0 - 1.0, "
        "x[:, 2:3]], 1))\n";
    const std::string outputs =
        R"({"name": "hint", "index": 0, "channels": 1, "meaning": "other"},)"
        R"({"name": "classes", "index": 1, "channels": 3, "meaning": "class_logits", "person_class": 1})";
    const std::string path = model("classes", source, description(outputs));
    const Frame frame = two_colours(64, 48, PixelFormat::bgr8);
    const Mask soft = test::segment(*make_segmenter(spec(path)), frame, MaskFormat::f32);
    // Red: logits 0, 3, 0. Dark blue: 0, -1, 0.2.
    CHECK(test::at(soft, 0, 0) == doctest::Approx(std::exp(3.) / (2 + std::exp(3.))));
    CHECK(test::at(soft, 63, 0) == doctest::Approx(std::exp(-1.) / (1 + std::exp(-1.) + std::exp(0.2))));
    const Mask hard =
        test::segment(*make_segmenter(spec(path, ",classes=argmax,output=classes")), frame, MaskFormat::f32);
    CHECK(test::at(hard, 0, 0) == 1);
    CHECK(test::at(hard, 63, 0) == 0);
    Context context;
    const FrameSpec stream = test::spec_of(frame);
    check_throws(Errc::invalid_argument, {"'hint'", "no matte", "classes"},
                 [&] { make_segmenter(spec(path, ",output=hint"))->configure(stream, context); });
    check_throws(Errc::invalid_argument, {"'nothing'", "does not exist"},
                 [&] { make_segmenter(spec(path, ",output=nothing"))->configure(stream, context); });
}

TEST_CASE_FIXTURE(Fixture, "torchscript: NaN, wrong shapes and wrong types are refused, naming the model") {
    Context context;
    const FrameSpec stream{.width = 64, .height = 48, .format = PixelFormat::bgr8};
    const auto refused = [&](const std::string& name, const std::string& source) {
        CAPTURE(name);
        const std::string path = model(name, source, description(kRed));
        check_throws(Errc::model, {name + ".pt"},
                     [&] { make_segmenter(spec(path))->configure(stream, context); });
    };
    refused("nan", "def forward(self, x):\n    return x[:, 0:1] / (x[:, 0:1] * 0.0)\n");
    refused("two_channels", "def forward(self, x):\n    return x[:, 0:2]\n");
    refused("flat", "def forward(self, x):\n    return x.sum()\n");
    refused("no_tensor", "def forward(self, x):\n    return 3\n");
    refused("throws", "def forward(self, x):\n    return torch.zeros([2]) + torch.zeros([3])\n");
    const std::string garbage = folder / "garbage.pt";
    std::ofstream(garbage) << "this is no model";
    check_throws(Errc::model, {"garbage.pt"},
                 [&] { make_segmenter(spec(garbage))->configure(stream, context); });
    std::ofstream(folder / "empty.pt").flush();
    check_throws(Errc::model, {"empty.pt"},
                 [&] { make_segmenter(spec(folder / "empty.pt"))->configure(stream, context); });
    // NaN that comes later: the frame fails, and the matte must not be used.
    const std::string later = model(
        "later", "def forward(self, x):\n    return x[:, 0:1] / (x[:, 0:1] - 1.0) * (x[:, 0:1] - 1.0)\n",
        description(kRed));
    auto stage = make_segmenter(spec(later));
    stage->configure(stream, context);
    Mask mask(64, 48);
    const Frame frame = two_colours(64, 48, PixelFormat::bgr8);
    check_throws(Errc::model, {"later.pt"}, [&] { stage->segment(frame.view(), mask.view(), context); });
}

TEST_CASE_FIXTURE(Fixture,
                  "torchscript: coarser is the same as a lower resolution, where there is a choice") {
    const char* const source = "def forward(self, x):\n    return x[:, 0:1]\n";
    const std::string any = model("any", source, description(kRed, R"("rule": "multiple", "stride": 32)"));
    const Frame frame = test::noise(320, 240);
    Context context;
    auto stage = make_segmenter(spec(any, ",resolution=1"));
    stage->allow_coarser(true);
    stage->configure(test::spec_of(frame), context);
    REQUIRE(stage->coarsest() == 2);
    const std::array<std::string, 3> resolutions{"1", "0.7", "0.5"};
    for (const int steps : {1, 2, 0, 2}) {
        stage->coarseness(steps);
        Mask got(320, 240, MaskFormat::f32);
        stage->segment(frame.view(), got.view(), context);
        const auto plain =
            make_segmenter(spec(any, ",resolution=" + resolutions[static_cast<std::size_t>(steps)]));
        CHECK(test::same_values(got, test::segment(*plain, frame, MaskFormat::f32)));
    }

    const std::string fixed = model("fixed", source, description(kRed));
    stage = make_segmenter(spec(fixed));
    stage->allow_coarser(true);
    stage->configure(test::spec_of(frame), context);
    CHECK(stage->coarsest() == 0);
}

TEST_CASE("torchscript: input sizes by rule") {
    using segment::input_size;
    model::InputDescription input;
    input.rule = model::SizeRule::fixed;
    input.width = 257;
    input.height = 129;
    CHECK(input_size(input, 1280, 720, 0.5).width == 257);
    input.rule = model::SizeRule::multiple;
    input.stride = 32;
    CHECK(input_size(input, 1280, 720, 0.5).width == 640);
    CHECK(input_size(input, 1280, 720, 0.5).height == 352);
    CHECK(input_size(input, 1, 1, 0.05).height == 32);
    input.rule = model::SizeRule::stride_plus;
    input.stride = 16;
    CHECK(input_size(input, 1280, 720, 0.5).width == 641);
    CHECK(input_size(input, 1, 1, 0.05).height == 1);
}

TEST_CASE("torchscript: DeepLab finds the astronaut where BodyPix does") {
    const std::string file = "models/tflite/deeplabv3_257_mv_gpu.tflite";
    const std::string golden = "goldens/bodypix/cpu/quant2_075_s16/astronaut_512/mask.npy";
    if (!test::have_data(file) || !test::have_data(golden)) return;
    const Frame frame =
        test::read_picture((test::data_folder() / "goldens/bodypix/inputs/astronaut_512.png").string());
    const auto wanted = test::read_npy((test::data_folder() / golden).string()).as<int>();
    const Mask mask = test::segment(
        *make_segmenter("torchscript:device=cpu,threshold=0.5,model=" + quote_value(test::converted(file))),
        frame);
    double both = 0, either = 0;
    for (int y = 0; y < 512; ++y) {
        for (int x = 0; x < 512; ++x) {
            const bool a = test::at(mask, x, y) == 1, b = wanted[static_cast<std::size_t>(y * 512 + x)] != 0;
            both += a && b;
            either += a || b;
        }
    }
    MESSAGE("overlap " << both / either);
    CHECK(both / either > 0.75);
}
