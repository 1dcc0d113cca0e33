#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <set>
#include <vbg/preset.hpp>

#include "support/stages.hpp"

using namespace vbg;

namespace {

const std::vector<StageKind> kKinds{StageKind::segmenter,  StageKind::mask_filter, StageKind::effect,
                                    StageKind::compositor, StageKind::source,      StageKind::sink};

std::unique_ptr<Segmenter> everything(const Parameters&) {
    return std::make_unique<test::FunctionSegmenter>(
        [](const ConstFrameView&, const MaskView& m) { fill(m, 255); });
}

}  // namespace

TEST_CASE("every built-in stage is well described") {
    for (const StageKind kind : kKinds) {
        std::set<std::string> names;
        for (const StageEntry* entry : list_stages(kind)) {
            const std::string name(entry->name);
            CAPTURE(name);
            CHECK(names.insert(name).second);
            CHECK(entry->kind() == kind);
            CHECK(entry->summary.size() > 10);
            CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos);
            std::vector<Parameters::Given> required;
            std::set<std::string> parameters;
            for (const Parameter& p : entry->parameters) {
                CAPTURE(std::string(p.name));
                CHECK(parameters.insert(std::string(p.name)).second);
                CHECK(p.help.size() > 5);
                CHECK(p.min <= p.max);
                if (p.type == ParameterType::choice) CHECK(p.choices.find('|') != std::string_view::npos);
                if (p.required) required.push_back({std::string(p.name), "x"});
            }
            CHECK_NOTHROW(
                Parameters(entry->name, entry->parameters, required));  // every default passes its own check
            const auto refused = [&](const std::string& key, const std::string& value) {
                auto given = required;
                given.push_back({key, value});
                CHECK_THROWS_WITH_AS(Parameters(entry->name, entry->parameters, given),
                                     doctest::Contains(key.c_str()), Error);
            };
            refused("no_such", "1");
            for (const Parameter& p : entry->parameters) {
                const bool numeric = p.type == ParameterType::integer || p.type == ParameterType::number;
                if (!numeric || p.required) continue;
                if (std::isfinite(p.max)) refused(std::string(p.name), std::to_string(p.max * 1.001 + 1));
                if (std::isfinite(p.min)) refused(std::string(p.name), std::to_string(p.min - 1));
                refused(std::string(p.name), "several");
            }
        }
    }
}

TEST_CASE("unknown names list what there is; user stages join in") {
    CHECK_THROWS_WITH_AS((void)make_segmenter("nope_nope"), doctest::Contains("no segmenter 'nope_nope'"),
                         Error);
    static constexpr std::array table{
        Parameter{"gain", ParameterType::number, "1", "A test's parameter", "", 0, 2}};
    register_stage({"test_everything", "All is person, for a test", table, Maker<Segmenter>(everything)});
    register_stage({"test_broken", "Cannot be used here, for a test", {}, Maker<Segmenter>(everything), [] {
                        return std::string("not built: configure with -DVBG_TEST=ON");
                    }});
    CHECK(make_segmenter("test_everything:gain=2")->name() == "function");
    CHECK_THROWS_WITH_AS((void)make_segmenter("test_everythink"),
                         doctest::Contains("did you mean 'test_everything'?"), Error);
    CHECK_THROWS_AS((void)make_segmenter("test_everything:gain=3"), Error);
    try {
        (void)make_segmenter("test_broken");
        FAIL("made a stage that is not available");
    } catch (const Error& e) {
        CHECK(e.code() == Errc::not_built);
        CHECK(std::string(e.what()).find("-DVBG_TEST=ON") != std::string::npos);
    }
    CHECK_THROWS_AS(register_stage({"test_everything", "again", {}, Maker<Segmenter>(everything)}), Error);
    CHECK_THROWS_AS(register_stage({"Test Name", "bad name", {}, Maker<Segmenter>(everything)}), Error);

    setenv("VBG_SEGMENTER", "test_everything:gain=1", 1);
    CHECK(make_segmenter("auto")->name() == "function");
    CHECK(resolve_auto(StageKind::segmenter, "auto:gain=0") == "test_everything:gain=1");
    unsetenv("VBG_SEGMENTER");
    CHECK(resolve_auto(StageKind::segmenter, " other : a='b, c' ") == "other:a='b, c'");
    register_stage({.name = "test_lacking",
                    .summary = "Lacks a model by default, for a test",
                    .parameters = {},
                    .make = Maker<Segmenter>(everything),
                    .score = 2000,
                    .missing = [] { return std::string("model 'm' is not here"); }});
    CHECK(make_segmenter("test_lacking")->name() == "function");  // its own parameters may name another model
    register_stage({"test_best", "The best of all, for a test", {}, Maker<Segmenter>(everything), {}, 1000});
    CHECK(resolve_auto(StageKind::segmenter, "auto") ==
          "test_best");  // not the better one that lacks its model
    CHECK(make_segmenter("auto")->name() == "function");
}

TEST_CASE("presets are made of stages that exist") {
    for (const Preset& preset : list_presets()) {
        CAPTURE(std::string(preset.name));
        for (const auto& spec : parse_chain(preset.filters))
            CHECK(find_stage(StageKind::mask_filter, spec.name) != nullptr);
        for (const auto& spec : parse_chain(preset.foreground))
            CHECK(find_stage(StageKind::effect, spec.name) != nullptr);
        for (const auto& spec : parse_chain(preset.background))
            CHECK(find_stage(StageKind::effect, spec.name) != nullptr);
    }
    CHECK_THROWS_WITH_AS((void)find_preset("fakecm"), doctest::Contains("did you mean 'fakecam'?"), Error);
}
