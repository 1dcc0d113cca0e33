// The TensorFlow.js reader: weights, operators and damaged files.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <cerrno>
#include <cmath>
#include <csignal>
#include <vbg/error.hpp>

#include "model/convert.hpp"
#include "model/half.hpp"
#include "model/tfjs_reader.hpp"
#include "support/temp_dir.hpp"
#include "support/tfjs_maker.hpp"

using namespace vbg;
using namespace vbg::test;
using nlohmann::json;

namespace {

/// The text of the Error that reading throws; fails where nothing or something else is thrown.
std::string error_of(const std::filesystem::path& path, Errc wanted = Errc::model) {
    try {
        model::Graph graph = model::read_tfjs(path, {}).graph;
        model::simplify(graph);
    } catch (const Error& error) {
        CHECK(error.code() == wanted);
        return error.what();
    }
    FAIL("nothing was thrown");
    return {};
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// picture -> 1x1 convolution to two channels -> bias
TfjsMaker small() {
    TfjsMaker maker;
    maker.picture("in");
    maker.constant("w", {1, 1, 3, 2}, {1, 2, 3, 4, 5, 6});
    maker.constant("b", {2}, {7, 8});
    maker.node("conv", "Conv2D", {"in", "w"}, TfjsMaker::window(1, "SAME"));
    maker.node("out", "BiasAdd", {"conv", "b"});
    return maker;
}

}  // namespace

TEST_CASE("half-precision numbers") {
    CHECK(model::half_to_float(0x3C00) == 1.F);
    CHECK(model::half_to_float(0xC000) == -2.F);
    CHECK(model::half_to_float(0x7BFF) == 65504.F);
    CHECK(model::half_to_float(0x0001) == 5.960464477539063e-8F);
    CHECK(model::half_to_float(0x0400) == 6.103515625e-5F);
    CHECK(std::isinf(model::half_to_float(0x7C00)));
    CHECK(std::isnan(model::half_to_float(0x7E00)));
    CHECK(std::signbit(model::half_to_float(0x8000)));
}

TEST_CASE("a small graph") {
    const TfjsMaker maker = small();
    model::Graph graph = model::read_tfjs(maker.write(), {}).graph;
    model::simplify(graph);
    REQUIRE(graph.nodes.size() == 2);  // the bias went into the convolution
    const model::Node& conv = graph.nodes[1];
    CHECK(conv.op == model::Op::conv2d);
    CHECK(conv.weights == std::vector<float>{1, 3, 5, 2, 4, 6});  // [out][in]
    CHECK(conv.bias == std::vector<float>{7, 8});
    CHECK(graph.outputs.at(0).name == "out");
}

TEST_CASE("quantised weights of every kind") {
    TfjsMaker maker = small();
    json text = maker.json();
    json& weights = text["weightsManifest"][0]["weights"];
    SUBCASE("uint8") {
        weights[0]["quantization"] = {{"dtype", "uint8"}, {"scale", 0.1}, {"min", -1.5}};
        const std::string bytes = std::string("\x00\x01\x0A\xFF\x80\x7F", 6) + maker.bytes.substr(24);
        const auto graph = model::read_tfjs(maker.write(text, bytes), {}).graph;
        const auto& w = graph.nodes[1].weights;  // q = 0 1 / 10 255 / 128 127 as [in][out]
        CHECK(w == std::vector<float>{float(0 * .1 - 1.5), float(10 * .1 - 1.5), float(128 * .1 - 1.5),
                                      float(1 * .1 - 1.5), float(255 * .1 - 1.5), float(127 * .1 - 1.5)});
    }
    SUBCASE("uint16") {
        weights[0]["quantization"] = {{"dtype", "uint16"}, {"scale", 1e-4}, {"min", -3.25}};
        const std::string bytes =
            std::string("\x00\x00\x01\x00\x00\x01\xFF\xFF\x34\x12\x02\x00", 12) + maker.bytes.substr(24);
        const auto w = model::read_tfjs(maker.write(text, bytes), {}).graph.nodes[1].weights;
        CHECK(w[1] == float(256 * 1e-4 - 3.25));
        CHECK(w[2] == float(0x1234 * 1e-4 - 3.25));
        CHECK(w[4] == float(65535 * 1e-4 - 3.25));
    }
    SUBCASE("float16") {
        weights[0]["quantization"] = {{"dtype", "float16"}};
        const std::string bytes =
            std::string("\x00\x3C\x00\xC0\x00\x00\xFF\x7B\x00\x38\x00\x34", 12) + maker.bytes.substr(24);
        const auto w = model::read_tfjs(maker.write(text, bytes), {}).graph.nodes[1].weights;
        CHECK(w == std::vector<float>{1, 0, .5F, -2, 65504, .25F});
    }
    SUBCASE("unknown") {
        weights[0]["quantization"] = {{"dtype", "uint4"}};
        const std::string error = error_of(maker.write(text, maker.bytes));
        CHECK(has(error, "'w'"));
        CHECK(has(error, "uint4"));
    }
    SUBCASE("without a scale") {
        weights[0]["quantization"] = {{"dtype", "uint8"}, {"min", 0}};
        CHECK(has(error_of(maker.write(text, maker.bytes)), "scale"));
    }
}

TEST_CASE("weight files that do not fit") {
    const TfjsMaker maker = small();
    SUBCASE("cut short") {
        const auto path = maker.write(maker.json(), maker.bytes.substr(0, maker.bytes.size() - 3));
        CHECK(has(error_of(path), "cut short"));
    }
    SUBCASE("too long") {
        const auto path = maker.write(maker.json(), maker.bytes + "x");
        CHECK(has(error_of(path), "33 bytes, wanted 32"));
    }
    SUBCASE("empty") { CHECK(has(error_of(maker.write(maker.json(), "")), "weights.bin")); }
    SUBCASE("missing") {
        const auto path = maker.write();
        std::filesystem::remove(maker.folder() / "weights.bin");
        CHECK(has(error_of(path, Errc::not_found), "weights.bin"));
    }
    SUBCASE("elsewhere") {
        json text = maker.json();
        text["weightsManifest"][0]["paths"] = {"../weights.bin"};
        CHECK(has(error_of(maker.write(text, maker.bytes)), "../weights.bin"));
    }
    SUBCASE("not finite") {
        std::string bytes = maker.bytes;
        const float bad = NAN;
        std::memcpy(bytes.data(), &bad, sizeof bad);
        CHECK(has(error_of(maker.write(maker.json(), bytes)), "not finite"));
    }
}

TEST_CASE("damaged json") {
    TfjsMaker maker = small();
    json text = maker.json();
    json& nodes = text["modelTopology"]["node"];
    std::string wanted;
    SUBCASE("cut short") {
        const std::string whole = text.dump();
        CHECK(has(error_of(maker.write_text(whole.substr(0, whole.size() / 2), maker.bytes)), "cut short"));
        return;
    }
    SUBCASE("another json") {
        text = {{"hello", 1}};
        wanted = "no TensorFlow.js graph model";
    }
    SUBCASE("layers model") {
        text["format"] = "layers-model";
        wanted = "layers-model";
    }
    SUBCASE("unknown operator is named") {
        nodes.push_back({{"name", "odd/one"}, {"op", "FancyNewOp"}, {"input", {"out"}}});
        wanted = "'odd/one' (FancyNewOp)";
    }
    SUBCASE("input that is not there") {
        nodes[4]["input"][0] = "nobody";
        wanted = "'nobody'";
    }
    SUBCASE("loop") {
        nodes[3]["input"][0] = "out";
        nodes.push_back({{"name", "end"}, {"op", "Relu"}, {"input", {"out"}}});
        wanted = "depends on its own result";
    }
    SUBCASE("nothing but a loop") {
        nodes[3]["input"][0] = "out";
        nodes.erase(0);
        wanted = "no output";
    }
    SUBCASE("twice the same name") {
        nodes.push_back(nodes[3]);
        wanted = "twice";
    }
    SUBCASE("weights of another size") {
        text["weightsManifest"][0]["weights"][0]["shape"] = {1, 1, 2, 3};
        wanted = "'out' (conv2d) has 6 weights, wanted 9";
    }
    SUBCASE("negative side") {
        text["weightsManifest"][0]["weights"][0]["shape"] = {1, 1, -3, -2};
        wanted = "-3";
    }
    SUBCASE("huge side") {
        text["weightsManifest"][0]["weights"][0]["shape"] = {2000000000, 2000000000, 2000000000, 2};
        wanted = "2^31";
    }
    SUBCASE("stride of zero") {
        nodes[3]["attr"] = TfjsMaker::window(0, "SAME");
        wanted = "stride of 0";
    }
    SUBCASE("padding of an unknown kind") {
        nodes[3]["attr"]["padding"]["s"] = "QUJD";
        wanted = "'ABC'";
    }
    SUBCASE("channels first") {
        nodes[3]["attr"]["data_format"]["s"] = "TkNIVw==";
        wanted = "NCHW";
    }
    CAPTURE(wanted);
    const std::string error = error_of(maker.write(text, maker.bytes));
    CAPTURE(error);
    CHECK(has(error, wanted));
    CHECK(has(error, "model.json"));
}

TEST_CASE("a json with any byte changed is read or refused, never worse") {
    const TfjsMaker maker = small();
    const std::string whole = maker.json().dump();
    int refused = 0;
    unsigned state = 1;
    const auto random = [&] { return state = state * 1664525U + 1013904223U, state >> 8U; };
    for (int round = 0; round < 1500; ++round) {
        std::string changed = whole;
        changed[random() % changed.size()] = static_cast<char>(random());
        if (round % 5 == 0) changed.resize(random() % changed.size() + 1);
        try {
            model::Graph graph = model::read_tfjs(maker.write_text(changed, maker.bytes), {}).graph;
            model::simplify(graph);
        } catch (const Error&) {
            ++refused;
        }
    }
    CHECK(refused > 500);
}

TEST_CASE("dilation as trained and as JavaScript reads it") {
    TfjsMaker maker;
    maker.picture("in");
    maker.constant("w", {3, 3, 3, 1}, std::vector<float>(27, 1.F));
    maker.node("shifted", "DepthwiseConv2dNative", {"in", "w"}, TfjsMaker::window(1, "SAME", {2, 2, 1, 1}));
    maker.node("proper", "DepthwiseConv2dNative", {"shifted", "w"},
               TfjsMaker::window(1, "SAME", {1, 2, 3, 1}));
    const auto path = maker.write();
    for (const bool javascript : {false, true}) {
        const model::Graph graph = model::read_tfjs(path, {javascript}).graph;
        CHECK(graph.nodes[1].window.dilation_h == 2);
        CHECK(graph.nodes[1].window.dilation_w == (javascript ? 1 : 2));
        CHECK(graph.nodes[2].window.dilation_h == 2);
        CHECK(graph.nodes[2].window.dilation_w == 3);
    }
}

TEST_CASE("what is no model at all") {
    const vbg_test::TempDir folder;
    const auto check = [&](const std::string& name, const std::string& bytes, const std::string& wanted,
                           Errc code) {
        if (!bytes.empty()) vbg_test::write_text(folder / name, bytes);
        try {
            model::convert(folder / name, folder / "out.pt", {});
            FAIL("nothing was thrown");
        } catch (const Error& error) {
            CAPTURE(std::string(error.what()));
            CHECK(error.code() == code);
            CHECK(has(error.what(), wanted));
        }
        CHECK_FALSE(std::filesystem::exists(folder / "out.pt"));
    };
    check("nothing.tflite", "", "nothing.tflite", Errc::not_found);
    check("deep.json", "{" + std::string(300'000, '[') + std::string(300'000, ']'), "cut short", Errc::model);
    check("deep2.json",
          R"({"modelTopology": {"node": [)" + std::string(300'000, '[') + std::string(300'000, ']') +
              R"(]}, "weightsManifest": [{"paths": [)" + std::string(300'000, '[') +
              std::string(300'000, ']') + "], \"weights\": []}]}",
          "plain file name", Errc::model);
    check("deep3.json",
          R"({"modelTopology": {"node": [{"name": "a", "op": "Relu6", "attr": )" + std::string(300'000, '[') +
              std::string(300'000, ']') + R"(}]}, "weightsManifest": []})",
          "inputs", Errc::model);
    check("picture.json", "\x89PNG\r\n\x1a\n and so on", "neither", Errc::model);
    check("script.tflite", "PK\x03\x04 and so on", "needs no conversion", Errc::model);
    vbg_test::write_text(folder / "empty.json", "");
    check("empty.json", "", "empty.json", Errc::model);
    std::filesystem::create_directory(folder / "folder.json");
    check("folder.json", "", "not a regular file", Errc::model);
}

TEST_CASE("an unrecognised network needs a description, and takes one") {
    TfjsMaker maker = small();
    maker.node("matte", "Sigmoid", {"out"});
    const auto path = maker.write();
    const auto out = maker.folder() / "out.pt";
    CHECK_THROWS_WITH_AS(model::convert(path, out, {}), doctest::Contains("unknown kind"), Error);
    model::ConvertOptions options;
    options.description = model::parse_description(
        R"({"name": "mine", "input": {"rule": "multiple", "stride": 4},
            "outputs": [{"name": "classes", "meaning": "class_logits", "channels": 2, "person_class": 1}]})",
        "test");
    CHECK(model::convert(path, out, options).name == "mine");
    options.description->outputs[0].channels = 5;
    CHECK_THROWS_WITH_AS(model::convert(path, out, options), doctest::Contains("'classes' says 5 channels"),
                         Error);
    options.description->outputs[0].index = 3;
    CHECK_THROWS_WITH_AS(model::convert(path, out, options), doctest::Contains("index 3"), Error);
    options.description.reset();
    int calls = 0;
    options.progress = [&](std::string_view, std::uint64_t, std::uint64_t) { return ++calls < 1; };
    CHECK_THROWS_WITH_AS(model::convert(path, out, options), doctest::Contains("cancelled"), Error);
}

TEST_CASE("a folder or disk that cannot be written") {
    TfjsMaker maker = small();
    const auto path = maker.write();
    model::ConvertOptions options;
    options.description = model::parse_description(
        R"({"name": "m", "input": {"rule": "multiple", "stride": 1},
            "outputs": [{"name": "x", "meaning": "other", "channels": 2}]})",
        "test");
    try {
        model::convert(path, maker.folder() / "no/such/out.pt", options);
        FAIL("nothing was thrown");
    } catch (const Error& error) {
        CHECK(error.code() == Errc::not_found);
        CHECK(error.sys_errno() == ENOENT);
    }
    // A disk that is full in the middle of writing: files may have 1000 bytes from here on.
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small_files{1000, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small_files);
    int error_number = 0;
    try {
        model::convert(path, maker.folder() / "out.pt", options);
    } catch (const Error& error) {
        error_number = error.sys_errno();
    }
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    CHECK(error_number == EFBIG);
    CHECK(maker.folder().names() == std::vector<std::string>{"model.json", "weights.bin"});
}
