// The TFLite reader: damaged files and what it does not know. Files are the real ones, with bytes changed.
#include <doctest/doctest.h>

#include <flatbuffers/flatbuffers.h>

#include <fstream>
#include <vbg/error.hpp>

#include "model/describe.hpp"
#include "model/file_bytes.hpp"
#include "model/tflite_reader.hpp"
#include "model/torchscript_source.hpp"
#include "support/data.hpp"
#include "tflite_subset_generated.h"

using namespace vbg;
using namespace vbg::test;
namespace tfl = vbg::model::tfl;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Everything that is done with a file short of writing it. The text of the Error, or "" where none is
/// thrown.
std::string error_of(const std::string& bytes) {
    try {
        model::Graph graph = model::read_tflite(bytes, "file.tflite");
        model::simplify(graph);
        (void)model::torchscript_source(graph);
        (void)model::describe(graph);
    } catch (const Error& error) {
        CHECK(error.code() == Errc::model);
        CHECK(std::string(error.what()).find("file.tflite") != std::string::npos);
        return error.what();
    }
    return {};
}

struct Random {
    std::uint32_t state = 7;
    std::uint32_t operator()() { return state = state * 1664525U + 1013904223U, state >> 7U; }
};

/// A file with one operator of the given kind on a picture of 8x8x3 pixels.
std::string tiny(int code, const char* custom = nullptr, tfl::ElementType type = tfl::ElementType_FLOAT32,
                 int out_channels = 3) {
    flatbuffers::FlatBufferBuilder b;
    const std::vector<int> in_shape{1, 8, 8, 3}, out_shape{1, 8, 8, out_channels}, zero{0}, one{1};
    std::vector<flatbuffers::Offset<tfl::Tensor>> tensors{
        tfl::CreateTensorDirect(b, &in_shape, type, 0, "picture"),
        tfl::CreateTensorDirect(b, &out_shape, tfl::ElementType_FLOAT32, 0, "result")};
    std::vector<flatbuffers::Offset<tfl::Operator>> operators{
        tfl::CreateOperatorDirect(b, 0, &zero, &one, tfl::Options_NONE, 0, nullptr)};
    std::vector<flatbuffers::Offset<tfl::SubGraph>> graphs{
        tfl::CreateSubGraphDirect(b, &tensors, &zero, &one, &operators, "main")};
    std::vector<flatbuffers::Offset<tfl::OperatorCode>> codes{
        tfl::CreateOperatorCodeDirect(b, static_cast<std::int8_t>(std::min(code, 127)), custom, 1, code)};
    std::vector<flatbuffers::Offset<tfl::Buffer>> buffers{tfl::CreateBufferDirect(b, nullptr)};
    tfl::FinishModelBuffer(b, tfl::CreateModelDirect(b, 3, &codes, &graphs, "test", &buffers));
    return {reinterpret_cast<const char*>(b.GetBufferPointer()), b.GetSize()};
}

}  // namespace

TEST_CASE("operators that are not known are named") {
    CHECK(has(error_of(tiny(tfl::OperatorKind_RELU)), "unknown kind"));  // read; no known network, though
    CHECK(has(error_of(tiny(25)), "operator number 25 (which makes 'result')"));
    CHECK(has(error_of(tiny(200)), "operator number 200"));
    CHECK(has(error_of(tiny(tfl::OperatorKind_RESHAPE)), "operator RESHAPE"));
    CHECK(has(error_of(tiny(tfl::OperatorKind_CUSTOM, "MyOwnOp")), "CUSTOM 'MyOwnOp'"));
    CHECK(has(error_of(tiny(tfl::OperatorKind_CUSTOM, "Convolution2DTransposeBias")), "0 bytes, wanted 12"));
    CHECK(has(error_of(tiny(tfl::OperatorKind_CONV_2D)), "no options"));
    CHECK(has(error_of(tiny(tfl::OperatorKind_ADD)), "1 inputs"));
    CHECK(has(error_of(tiny(tfl::OperatorKind_DEQUANTIZE)), "FLOAT16"));
    CHECK(has(error_of(tiny(tfl::OperatorKind_RELU, nullptr, tfl::ElementType_UINT8)), "UINT8"));
    CHECK(has(error_of(tiny(tfl::OperatorKind_RELU, nullptr, tfl::ElementType_FLOAT32, 4)), "8x8x4"));
}

TEST_CASE("bytes that are no TFLite file") {
    CHECK(has(error_of(""), "no TFLite file"));
    CHECK(has(error_of("TFL3"), "no TFLite file"));
    CHECK(has(error_of(std::string(100, '\0')), "no TFLite file"));
    CHECK(has(error_of(std::string("\xFF\xFF\xFF\x7FTFL3", 8).append(100, '\xFF')), "damaged"));
}

TEST_CASE("real files cut short or with changed bytes are read or refused, never worse") {
    for (const char* name : {"selfie_segmentation", "selfie_segmentation_landscape", "body-pix-float-050-8",
                             "deeplabv3_257_mv_gpu"}) {
        const std::string relative = std::string("models/tflite/") + name + ".tflite";
        if (!have_data(relative)) continue;
        CAPTURE(std::string(name));
        const std::string whole = model::read_file(data_folder() / relative, "model");
        CHECK(error_of(whole).empty());
        Random random;
        for (int i = 0; i < 60; ++i) CHECK_FALSE(error_of(whole.substr(0, random() % whole.size())).empty());
        const bool small = whole.size() < 1'000'000;
        int refused = 0;
        for (int round = 0; round < (small ? 2000 : 150); ++round) {
            std::string changed = whole;
            // Weights are most of a file; half of the changes go to the two ends, where the structure lies.
            const std::size_t end = 40'000;
            for (std::uint32_t n = 0, count = 1 + random() % 4; n < count; ++n) {
                std::size_t at = random() % changed.size();
                if (round % 2 == 0)
                    at = round % 4 == 0 ? random() % end : changed.size() - 1 - random() % end;
                changed[at] = static_cast<char>(random());
            }
            refused += error_of(changed).empty() ? 0 : 1;
        }
        MESSAGE(std::string(name) << ": " << refused << " of " << (small ? 2000 : 150)
                                  << " changed files refused");
        CHECK(refused > 0);
    }
}
