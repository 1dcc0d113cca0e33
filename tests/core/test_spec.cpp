#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vbg/parameter.hpp>

using namespace vbg;

namespace {

constexpr std::array kTable{
    Parameter{"size", ParameterType::integer, "10", "Side of the square", "px", 1, 255},
    Parameter{"eps", ParameterType::number, "1e-4", "Regularisation", "", 0, 1},
    Parameter{"resolution", ParameterType::number, "medium", "Network size", "", 0.1, 2, "low|medium|high"},
    Parameter{"on", ParameterType::boolean, "true", "Whether"},
    Parameter{"value", ParameterType::color, "#000000", "Colour"},
    Parameter{"fit", ParameterType::choice, "cover", "How", "", 0, 0, "cover|contain"},
    Parameter{"frame", ParameterType::size, "", "Size"},
    Parameter{"note", ParameterType::text, "", "Anything"},
};

Parameters make(const std::string& text) {
    const StageSpec spec = parse_stage(text);
    return {spec.name, kTable, spec.parameters};
}

std::string error_of(const std::string& text) {
    try {
        (void)make(text);
    } catch (const Error& e) {
        CHECK(e.code() == Errc::invalid_argument);
        return e.what();
    }
    return "";
}

}  // namespace

TEST_CASE("spec strings: defaults, values, quotes, blanks") {
    const Parameters p = make("stage");
    CHECK(p.integer("size") == 10);
    CHECK(p.number("eps") == doctest::Approx(1e-4));
    CHECK(p.is_word("resolution"));
    CHECK(p.text("resolution") == "medium");
    CHECK_FALSE(p.given("size"));
    CHECK(p.size("frame") == Size{0, 0});

    const Parameters q =
        make(" stage : size = 3 , note='a, b|c=d' , value=#0f8, frame=640x360,resolution=0.4,on=off");
    CHECK(q.integer("size") == 3);
    CHECK(q.text("note") == "a, b|c=d");
    CHECK(q.color("value") == Color{0, 255, 136});
    CHECK(q.size("frame") == Size{640, 360});
    CHECK(q.number("resolution") == doctest::Approx(0.4));
    CHECK_FALSE(q.is_word("resolution"));
    CHECK_FALSE(q.boolean("on"));
    CHECK(make("stage:note=C:/a\\,b").text("note") == "C:/a,b");
    CHECK(make("stage:note=\"it's\"").text("note") == "it's");
}

TEST_CASE("a canonical spec string reads back as the same values") {
    const Parameters p = make("stage:note='x|y, \\'z\\'',size=4,eps=1e-4");
    CHECK(p.to_spec() == "stage:size=4,note='x|y, \\'z\\''");
    CHECK(make(p.to_spec()).text("note") == "x|y, 'z'");
}

TEST_CASE("chains") {
    const auto chain = parse_chain("dilate:size=10 | box_blur:size=30|levels");
    REQUIRE(chain.size() == 3);
    CHECK(chain[1].name == "box_blur");
    CHECK(chain[1].parameters.at(0).value == "30");
    CHECK(parse_chain("  ").empty());
    CHECK_THROWS_AS((void)parse_chain("a||b"), Error);
    CHECK_THROWS_AS((void)parse_stage("a|b"), Error);
}

TEST_CASE("errors name the stage, the parameter, what was wanted and what was found") {
    CHECK(error_of("stage:sise=3") ==
          "stage: no parameter 'sise'; did you mean 'size'? There are: size, eps, "
          "resolution, on, value, fit, frame, note");
    CHECK(error_of("stage:size=0").find("size='0': wanted a whole number from 1 to 255 px") !=
          std::string::npos);
    CHECK(error_of("stage:size=1.5").find("whole number") != std::string::npos);
    CHECK(error_of("stage:size=nan").find("whole number") != std::string::npos);
    CHECK(error_of("stage:eps=1e-4x").find("eps='1e-4x'") != std::string::npos);
    CHECK(error_of("stage:resolution=huge").find("or one of low, medium, high") != std::string::npos);
    CHECK(error_of("stage:on=maybe").find("true or false") != std::string::npos);
    CHECK(error_of("stage:value=#12").find("#rrggbb") != std::string::npos);
    CHECK(error_of("stage:fit=squeeze").find("one of cover, contain") != std::string::npos);
    CHECK(error_of("stage:frame=10").find("WIDTHxHEIGHT") != std::string::npos);
    CHECK(error_of("stage:size=1,size=2").find("given twice") != std::string::npos);
    CHECK(error_of("stage:size").find("wanted '=' after 'size'") != std::string::npos);
    CHECK(error_of("stage:note='open").find("never closed") != std::string::npos);
    CHECK(error_of("stage:size=1,").find("parameter's name") != std::string::npos);
    CHECK(error_of("").find("stage's name") != std::string::npos);
    CHECK(error_of("stage:note=\\").find("escapes nothing") != std::string::npos);
    constexpr std::array place{
        Parameter{.name = "count", .type = ParameterType::integer, .default_value = "1"},
        Parameter{.name = "device", .positional = true}};
    const auto device = [&](std::string_view spec) {
        return Parameters("camera", place, parse_stage(spec).parameters).to_spec();
    };
    CHECK(device("camera:/dev/video0") == "camera:device=/dev/video0");
    CHECK(device("camera: HD Webcam , count=3") == "camera:count=3,device=HD Webcam");
    CHECK(device("camera:count=3") == "camera:count=3");
    CHECK(device("camera:'a=b'") == "camera:device='a=b'");
    CHECK_THROWS_WITH_AS(device("camera:/dev/video0,device=x"), doctest::Contains("given twice"), Error);
    CHECK_THROWS_WITH_AS(device("camera:count=3,/dev/video0"), doctest::Contains("parameter's name"), Error);
    constexpr std::array needed{
        Parameter{.name = "path", .type = ParameterType::path, .help = "A picture", .required = true}};
    CHECK_THROWS_WITH_AS((Parameters{"image", needed, {}}), doctest::Contains("'path' is required"), Error);
}
