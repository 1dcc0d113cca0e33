// vbg/c/model.h: model files.
#include <string>
#include <vbg/model.hpp>

#include "structs.hpp"

using namespace vbg::capi;

namespace {

vbg_model_info to_c(const vbg::CatalogueEntry& entry) {
    auto c = own_struct<vbg_model_info>();
    c.file_count = static_cast<uint32_t>(entry.files.size());
    c.name = keep_text(entry.name);
    c.alias = keep_text(entry.alias);
    c.summary = keep_text(entry.summary);
    c.base = keep_text(entry.base);
    c.licence = keep_text(entry.licence);
    c.provenance = keep_text(entry.provenance);
    c.note = keep_text(entry.note);
    return c;
}

vbg_model_file to_c(const vbg::ModelFile& file) {
    auto c = own_struct<vbg_model_file>();
    c.path = keep_text(file.path);
    c.checksum = keep_text(file.checksum);
    c.bytes = file.bytes;
    return c;
}

std::string text_or(const char* text, const char* otherwise = "") {
    return text != nullptr ? text : otherwise;
}

vbg::ModelProgress progress(vbg_model_progress_fn call, void* user) {
    if (call == nullptr) return nullptr;
    return [call, user](std::string_view what, std::uint64_t done, std::uint64_t total) {
        return call(user, std::string(what).c_str(), done, total) == 0;
    };
}

vbg::FetchOptions fetch_options(const vbg_fetch_options* given) {
    const vbg_fetch_options c = read_optional_struct(given, "options");
    vbg::FetchOptions options;
    options.from = text_or(c.from);
    options.into = text_or(c.into);
    options.force = c.force != 0;
    options.allow_unpinned = c.allow_unpinned != 0;
    options.javascript_dilation = c.javascript_dilation != 0;
    if (c.stall_seconds != 0) options.stall_seconds = c.stall_seconds;
    options.progress = progress(c.progress, c.user);
    return options;
}

}  // namespace

extern "C" {

vbg_status vbg_model_count(uint32_t* out) {
    return guard(
        __func__, [&] { *need(out, "out") = static_cast<uint32_t>(vbg::list_models().size()); }, out);
}
vbg_status vbg_model_get(uint32_t index, vbg_model_info* out) {
    return give(__func__, out, [&] { return to_c(at(vbg::list_models(), index, "model")); });
}
vbg_status vbg_model_find(const char* name, vbg_model_info* out) {
    return give(__func__, out, [&] { return to_c(vbg::find_model(need_text(name, "name"))); });
}
vbg_status vbg_model_get_file(const char* name, uint32_t index, vbg_model_file* out) {
    return give(__func__, out,
                [&] { return to_c(at(vbg::find_model(need_text(name, "name")).files, index, "file")); });
}

vbg_status vbg_model_folder(char** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            *out = make_text(vbg::model_folder().string());
        },
        out);
}

vbg_status vbg_model_locate(const char* name_or_path, char** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            *out = make_text(vbg::find_model_file(need_text(name_or_path, "name_or_path")).string());
        },
        out);
}

vbg_status vbg_model_fetch(const char* name, const vbg_fetch_options* options, char** path) {
    return guard(
        __func__,
        [&] {
            const std::string file =
                vbg::fetch_model(need_text(name, "name"), fetch_options(options)).string();
            if (path != nullptr) *path = make_text(file);
        },
        path);
}

vbg_status vbg_model_convert(const char* in, const char* out, const vbg_convert_options* options) {
    return guard(__func__, [&] {
        const vbg_convert_options c = read_optional_struct(options, "options");
        vbg::ConvertOptions converted;
        converted.name = text_or(c.name);
        converted.licence = text_or(c.licence);
        converted.source = text_or(c.source);
        converted.javascript_dilation = c.javascript_dilation != 0;
        converted.progress = progress(c.progress, c.user);
        vbg::convert_model(need_text(in, "in"), need_text(out, "out"), converted);
    });
}

vbg_status vbg_model_inspect(const char* file, char** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            *out = make_text(vbg::inspect_model(need_text(file, "file")));
        },
        out);
}

vbg_status vbg_model_verify(const char* name_or_path, int32_t* good, char** text) {
    return guard(
        __func__,
        [&] {
            need(good, "good");
            const vbg::VerifyResult result = vbg::verify_model(need_text(name_or_path, "name_or_path"));
            if (text != nullptr) *text = make_text(result.text);
            *good = result.ok ? 1 : 0;
        },
        good, text);
}

}  // extern "C"
