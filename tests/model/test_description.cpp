// Descriptions: what is written reads back, and every wrong field is named.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <vbg/error.hpp>

#include "model/description.hpp"

using namespace vbg;
using nlohmann::json;

namespace {

json whole() {
    return json::parse(R"({"version": 1, "name": "n", "architecture": "a", "output_stride": 8,
        "input": {"rule": "stride_plus", "stride": 8, "color": "bgr", "scale": [1, 2, 3], "offset": [-1, 0, 0.5]},
        "outputs": [{"name": "x", "index": 1, "channels": 21, "meaning": "class_logits", "person_class": 15},
                    {"name": "y", "index": 0, "meaning": "person_logit"}],
        "source": "s", "licence": "Apache-2.0", "note": "t",
        "source_sha256": "e215c9546b9db0e1e06c23c759ed48ccaf2aad68c656d0130b5757bc0479ac77"})");
}

/// Reading must throw an Error{model} that holds the origin and all of `parts`.
void refuse(const json& text, const std::vector<std::string>& parts) {
    try {
        (void)model::parse_description(text.is_string() ? text.get<std::string>() : text.dump(), "file.pt");
        FAIL("nothing was thrown for " << text.dump());
    } catch (const Error& error) {
        const std::string what = error.what();
        CAPTURE(what);
        CHECK(error.code() == Errc::model);
        CHECK(what.find("file.pt") != std::string::npos);
        for (const std::string& part : parts) {
            CAPTURE(part);
            CHECK(what.find(part) != std::string::npos);
        }
    }
}

}  // namespace

TEST_CASE("every field is read, and survives writing") {
    const model::Description read = model::parse_description(whole().dump(), "x");
    const model::Description again = model::parse_description(model::to_json(read), "y");
    for (const model::Description& d : {read, again}) {
        CHECK(d.name == "n");
        CHECK(d.architecture == "a");
        CHECK(d.output_stride == 8);
        CHECK(d.input.rule == model::SizeRule::stride_plus);
        CHECK(d.input.stride == 8);
        CHECK(d.input.color == "bgr");
        CHECK(d.input.scale == std::array<float, 3>{1, 2, 3});
        CHECK(d.input.offset == std::array<float, 3>{-1, 0, .5F});
        REQUIRE(d.outputs.size() == 2);
        CHECK(d.find_output("x")->index == 1);
        CHECK(d.find_output("x")->channels == 21);
        CHECK(d.find_output("x")->meaning == model::Meaning::class_logits);
        CHECK(d.find_output("x")->person_class == 15);
        CHECK(d.find_output("y")->meaning == model::Meaning::person_logit);
        CHECK(d.find_output("z") == nullptr);
        CHECK(d.source == "s");
        CHECK(d.licence == "Apache-2.0");
        CHECK(d.note == "t");
        CHECK(d.source_sha256.size() == 64);
    }
}

TEST_CASE("the least there must be") {
    const auto d = model::parse_description(
        R"({"name": "m", "input": {"rule": "fixed", "width": 3, "height": 4},
            "outputs": [{"name": "a", "meaning": "other"}, {"name": "b", "meaning": "background_probability"}]})",
        "x");
    CHECK(d.architecture == "other");
    CHECK(d.input.width == 3);
    CHECK(d.input.scale[2] == 1.F);
    CHECK(d.outputs[1].index == 1);  // its place in the list
    CHECK(d.licence.empty());
}

TEST_CASE("every wrong field is named") {
    const auto with = [](const char* pointer, const json& value) {
        json text = whole();
        text[json::json_pointer(pointer)] = value;
        return text;
    };
    const auto without = [](const char* object, const char* key) {
        json text = whole();
        text[json::json_pointer(object)].erase(key);
        return text;
    };
    refuse(json("{\"name\": "), {"cut short"});
    refuse(json::array(), {"object"});
    const std::string deep = std::string(300'000, '[') + std::string(300'000, ']');
    refuse(json("{\"name\": " + deep + "}"), {"'name'", "a list"});
    refuse(json("{\"name\": \"x\", \"input\": {\"rule\": " + deep + "}}"), {"'input.rule'", "a list"});
    refuse(with("/version", 2), {"'version'", "2"});
    refuse(without("", "name"), {"'name'", "missing"});
    refuse(with("/name", 3), {"'name'", "3", "text"});
    refuse(with("/name", ""), {"'name'", "empty"});
    refuse(with("/architecture", json::array()), {"'architecture'"});
    refuse(with("/output_stride", -1), {"'output_stride'", "-1"});
    refuse(with("/output_stride", 18446744073709551615ULL), {"'output_stride'"});
    refuse(with("/output_stride", 1.5), {"'output_stride'", "1.5"});
    refuse(without("", "input"), {"'input'", "missing"});
    refuse(with("/input", 5), {"'input'", "object"});
    refuse(without("/input", "rule"), {"'input.rule'", "missing"});
    refuse(with("/input/rule", "any"), {"'input.rule'", "any", "stride_plus"});
    refuse(without("/input", "stride"), {"'input.stride'", "missing"});
    refuse(with("/input/stride", 0), {"'input.stride'", "0"});
    refuse(with("/input/rule", "fixed"), {"'input.width'", "missing"});
    refuse(with("/input/color", "gray"), {"'input.color'", "gray", "bgr"});
    refuse(with("/input/scale", {1, 2}), {"'input.scale'", "three"});
    refuse(with("/input/scale", {1, "2", 3}), {"'input.scale'"});
    refuse(with("/input/scale", {1, 0, 1}), {"'input.scale'", "zero"});
    refuse(with("/input/offset", {1e300, 0, 0}), {"'input.offset'"});
    refuse(with("/input/mean", 1), {"'input.mean'", "not known", "offset"});
    refuse(with("/outputs", json::array()), {"'outputs'"});
    refuse(with("/outputs", "x"), {"'outputs'"});
    refuse(with("/outputs/0/name", nullptr), {"'outputs[0].name'"});
    refuse(with("/outputs/1/name", "x"), {"'outputs[1].name'", "second"});
    refuse(with("/outputs/1/index", 1), {"'outputs[1].index'", "second"});
    refuse(with("/outputs/1/index", -1), {"'outputs[1].index'", "-1"});
    refuse(with("/outputs/1/channels", 0), {"'outputs[1].channels'", "0"});
    refuse(with("/outputs/1/meaning", "mask"), {"'outputs[1].meaning'", "mask", "person_probability"});
    refuse(with("/outputs/0/person_class", 21), {"'outputs[0].person_class'", "21", "20"});
    refuse(without("/outputs/0", "person_class"), {"'outputs[0].person_class'", "missing"});
    refuse(with("/outputs/0/extra", 1), {"'outputs[0].extra'"});
    refuse(with("/source_sha256", "abc"), {"'source_sha256'", "abc"});
    refuse(with("/licence", false), {"'licence'"});
    refuse(with("/licenses", "x"), {"'licenses'", "licence"});
}
