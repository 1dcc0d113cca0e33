// Lists of stages, presets and models are those of C++; help with specs; model files.
#include <doctest/doctest.h>

#include <vbg/vbg.hpp>

#include "capi.hpp"
#include "support/data.hpp"
#include "support/temp_dir.hpp"

using vbg_test::message;
using vbg_test::own;

TEST_CASE("every stage and every parameter") {
    for (int kind = VBG_KIND_SEGMENTER; kind <= VBG_KIND_SINK; ++kind) {
        const auto cpp = vbg::list_stages(static_cast<vbg::StageKind>(kind));
        CHECK(std::string(vbg_kind_name(kind)) ==
              std::string(vbg::to_string(static_cast<vbg::StageKind>(kind))));
        std::uint32_t count = 0;
        REQUIRE(vbg_stage_count(kind, &count) == VBG_OK);
        REQUIRE(count == cpp.size());
        for (std::uint32_t i = 0; i < count; ++i) {
            vbg_stage_info info = VBG_STRUCT(vbg_stage_info);
            REQUIRE(vbg_stage_get(kind, i, &info) == VBG_OK);
            CHECK(std::string(info.name) == std::string(cpp[i]->name));
            CHECK(std::string(info.summary) == std::string(cpp[i]->summary));
            CHECK(std::string(info.why_not) == (cpp[i]->why_not ? cpp[i]->why_not() : ""));
            CHECK(std::string(info.missing) == (cpp[i]->missing ? cpp[i]->missing() : ""));
            CHECK(info.score == cpp[i]->score);
            CHECK(info.kind == kind);
            REQUIRE(info.parameter_count == cpp[i]->parameters.size());
            vbg_stage_info found = VBG_STRUCT(vbg_stage_info);
            REQUIRE(vbg_stage_find(kind, info.name, &found) == VBG_OK);
            CHECK(found.name == info.name);  // the very same text
            for (std::uint32_t p = 0; p < info.parameter_count; ++p) {
                const vbg::Parameter& wanted = cpp[i]->parameters[p];
                vbg_parameter_info parameter = VBG_STRUCT(vbg_parameter_info);
                REQUIRE(vbg_stage_get_parameter(kind, info.name, p, &parameter) == VBG_OK);
                CHECK(std::string(parameter.name) == std::string(wanted.name));
                CHECK(std::string(parameter.default_value) == std::string(wanted.default_value));
                CHECK(std::string(parameter.help) == std::string(wanted.help));
                CHECK(std::string(parameter.unit) == std::string(wanted.unit));
                CHECK(std::string(parameter.choices) == std::string(wanted.choices));
                CHECK(parameter.type == static_cast<std::int32_t>(wanted.type));
                CHECK(parameter.min == wanted.min);
                CHECK(parameter.max == wanted.max);
                CHECK(parameter.required == (wanted.required ? 1 : 0));
            }
            vbg_parameter_info none = VBG_STRUCT(vbg_parameter_info);
            CHECK(vbg_stage_get_parameter(kind, info.name, info.parameter_count, &none) ==
                  VBG_ERROR_NOT_FOUND);
        }
        vbg_stage_info none = VBG_STRUCT(vbg_stage_info);
        CHECK(vbg_stage_get(kind, count, &none) == VBG_ERROR_NOT_FOUND);
        CHECK(vbg_stage_find(kind, "no_such_stage", &none) == VBG_ERROR_NOT_FOUND);
        CHECK(none.name == nullptr);
    }
    std::uint32_t count = 7;
    CHECK(vbg_stage_count(6, &count) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(count == 0);
    CHECK(std::string(vbg_kind_name(6)) == "unknown");
}

TEST_CASE("presets") {
    std::uint32_t count = 0;
    REQUIRE(vbg_preset_count(&count) == VBG_OK);
    REQUIRE(count == vbg::list_presets().size());
    for (std::uint32_t i = 0; i < count; ++i) {
        vbg_preset_info info = VBG_STRUCT(vbg_preset_info);
        REQUIRE(vbg_preset_get(i, &info) == VBG_OK);
        const vbg::Preset& cpp = vbg::list_presets()[i];
        CHECK(std::string(info.name) == std::string(cpp.name));
        CHECK(std::string(info.segmenter) == std::string(cpp.segmenter));
        CHECK(std::string(info.filters) == std::string(cpp.filters));
        CHECK(std::string(info.foreground) == std::string(cpp.foreground));
        CHECK(std::string(info.background) == std::string(cpp.background));
    }
    vbg_preset_info info = VBG_STRUCT(vbg_preset_info);
    CHECK(vbg_preset_find("fakecam", &info) == VBG_OK);
    CHECK(vbg_preset_find("nothing", &info) == VBG_ERROR_NOT_FOUND);
    CHECK(vbg_preset_get(count, &info) == VBG_ERROR_NOT_FOUND);
}

TEST_CASE("specs are taken apart and put together") {
    char* text = nullptr;
    REQUIRE(vbg_spec_name("dilate:size=10", &text) == VBG_OK);
    CHECK(own(text) == "dilate");
    REQUIRE(vbg_spec_with("dilate", "size", "10", &text) == VBG_OK);
    CHECK(own(text) == "dilate:size=10");
    REQUIRE(vbg_spec_with("dilate:size=3,x=1", "size", "10", &text) == VBG_OK);
    CHECK(own(text) == "dilate:size=10,x=1");
    for (const std::string value : {"/a, b/c=d|e:f.png", "it's \"so\"", "\\", "", " led "}) {
        REQUIRE(vbg_spec_with("image", "path", value.c_str(), &text) == VBG_OK);
        const auto parsed = vbg::parse_stage(own(text));  // comes back as it was
        REQUIRE(parsed.parameters.size() == 1);
        CHECK(parsed.parameters[0].value == value);
    }
    CHECK(vbg_spec_with("image", "pa th", "x", &text) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(vbg_spec_name("a:b=1,c", &text) == VBG_ERROR_INVALID_ARGUMENT);
    CHECK(text == nullptr);
    REQUIRE(vbg_spec_resolve(VBG_KIND_SOURCE, "pattern", &text) == VBG_OK);
    CHECK(own(text) == vbg::resolve_auto(vbg::StageKind::source, "pattern"));
}

TEST_CASE("models: catalogue, folder, files") {
    std::uint32_t count = 0;
    REQUIRE(vbg_model_count(&count) == VBG_OK);
    REQUIRE(count == vbg::list_models().size());
    for (std::uint32_t i = 0; i < count; ++i) {
        vbg_model_info info = VBG_STRUCT(vbg_model_info);
        REQUIRE(vbg_model_get(i, &info) == VBG_OK);
        const vbg::CatalogueEntry& cpp = vbg::list_models()[i];
        CHECK(std::string(info.name) == std::string(cpp.name));
        CHECK(std::string(info.licence) == std::string(cpp.licence));
        REQUIRE(info.file_count == cpp.files.size());
        vbg_model_file file = VBG_STRUCT(vbg_model_file);
        REQUIRE(vbg_model_get_file(info.name, 0, &file) == VBG_OK);
        CHECK(std::string(file.path) == std::string(cpp.files[0].path));
        CHECK(std::string(file.checksum) == std::string(cpp.files[0].checksum));
        CHECK(file.bytes == cpp.files[0].bytes);
        CHECK(vbg_model_get_file(info.name, info.file_count, &file) == VBG_ERROR_NOT_FOUND);
    }
    vbg_model_info info = VBG_STRUCT(vbg_model_info);
    CHECK(vbg_model_find("selfie-generall", &info) == VBG_ERROR_NOT_FOUND);
    CHECK(message().find("selfie-general") != std::string::npos);
    char* text = nullptr;
    REQUIRE(vbg_model_folder(&text) == VBG_OK);
    CHECK(own(text) == vbg::model_folder().string());
    CHECK(vbg_model_locate("no-such-model", &text) == VBG_ERROR_NOT_FOUND);
    CHECK(vbg_model_inspect("/no/such/file.pt", &text) == VBG_ERROR_NOT_FOUND);
    std::int32_t good = 5;
    CHECK(vbg_model_verify("/no/such/file.pt", &good, &text) == VBG_ERROR_NOT_FOUND);
    CHECK(good == 0);
}

TEST_CASE("fetching a model, with progress, and looking into it") {
    if (!vbg::test::have_data("models")) return;
    const std::string from = (vbg::test::data_folder() / "models").string();
    const vbg_test::TempDir folder;
    struct Seen {
        int calls = 0;
        bool getting = false;
        int cancel_at = 0;
    } seen;
    vbg_fetch_options options = VBG_STRUCT(vbg_fetch_options);
    options.from = from.c_str();
    const std::string into = folder.path();
    options.into = into.c_str();
    options.user = &seen;
    options.progress = [](void* user, const char* what, std::uint64_t, std::uint64_t) -> std::int32_t {
        Seen& s = *static_cast<Seen*>(user);
        s.getting = s.getting || std::string(what).find("getting") == 0;
        return ++s.calls == s.cancel_at ? 1 : 0;
    };
    char* path = nullptr;
    seen.cancel_at = 1;
    CHECK(vbg_model_fetch("selfie-general", &options, &path) == VBG_ERROR_IO);
    CHECK(message().find("cancelled") != std::string::npos);
    CHECK(path == nullptr);
    seen.cancel_at = 0;
    REQUIRE_MESSAGE(vbg_model_fetch("selfie-general", &options, &path) == VBG_OK, message());
    const std::string file = own(path);
    CHECK(file.find(into) == 0);
    CHECK(seen.calls > 1);
    CHECK(seen.getting);

    char* text = nullptr;
    REQUIRE(vbg_model_inspect(file.c_str(), &text) == VBG_OK);
    CHECK(own(text) == vbg::inspect_model(file));
    std::int32_t good = 0;
    REQUIRE(vbg_model_verify(file.c_str(), &good, &text) == VBG_OK);
    CHECK(good == 1);
    CHECK(!own(text).empty());
    REQUIRE(vbg_model_locate(file.c_str(), &text) == VBG_OK);
    CHECK(own(text) == file);
}
