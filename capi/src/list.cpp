// vbg/c/list.h: what there is, and help with spec strings.
#include <string>
#include <vbg/preset.hpp>
#include <vbg/registry.hpp>

#include "structs.hpp"

using namespace vbg::capi;

namespace {

static_assert(VBG_KIND_SEGMENTER == static_cast<int>(vbg::StageKind::segmenter));
static_assert(VBG_KIND_MASK_FILTER == static_cast<int>(vbg::StageKind::mask_filter));
static_assert(VBG_KIND_EFFECT == static_cast<int>(vbg::StageKind::effect));
static_assert(VBG_KIND_COMPOSITOR == static_cast<int>(vbg::StageKind::compositor));
static_assert(VBG_KIND_SOURCE == static_cast<int>(vbg::StageKind::source));
static_assert(VBG_KIND_SINK == static_cast<int>(vbg::StageKind::sink));
static_assert(VBG_PARAMETER_INTEGER == static_cast<int>(vbg::ParameterType::integer));
static_assert(VBG_PARAMETER_NUMBER == static_cast<int>(vbg::ParameterType::number));
static_assert(VBG_PARAMETER_BOOLEAN == static_cast<int>(vbg::ParameterType::boolean));
static_assert(VBG_PARAMETER_TEXT == static_cast<int>(vbg::ParameterType::text));
static_assert(VBG_PARAMETER_PATH == static_cast<int>(vbg::ParameterType::path));
static_assert(VBG_PARAMETER_COLOR == static_cast<int>(vbg::ParameterType::color));
static_assert(VBG_PARAMETER_CHOICE == static_cast<int>(vbg::ParameterType::choice));
static_assert(VBG_PARAMETER_SIZE == static_cast<int>(vbg::ParameterType::size));

vbg::StageKind known_kind(int32_t kind) {
    if (kind < VBG_KIND_SEGMENTER || kind > VBG_KIND_SINK) {
        refuse("kind is " + std::to_string(kind) + "; wanted VBG_KIND_...");
    }
    return static_cast<vbg::StageKind>(kind);
}

const vbg::StageEntry& find(int32_t kind, const char* name) {
    const vbg::StageKind which = known_kind(kind);
    const vbg::StageEntry* entry = vbg::find_stage(which, need_text(name, "name"));
    if (entry == nullptr) {
        no_such(std::string(vbg::to_string(which)) + " '" + name + "'", vbg::list_stages(which).size());
    }
    return *entry;
}

vbg_stage_info to_c(const vbg::StageEntry& entry) {
    auto c = own_struct<vbg_stage_info>();
    c.kind = static_cast<int32_t>(entry.kind());
    c.name = keep_text(entry.name);
    c.summary = keep_text(entry.summary);
    c.why_not = keep_text(entry.why_not ? entry.why_not() : std::string());
    c.missing = keep_text(entry.missing ? entry.missing() : std::string());
    c.score = entry.score;
    c.parameter_count = static_cast<uint32_t>(entry.parameters.size());
    return c;
}

vbg_parameter_info to_c(const vbg::Parameter& parameter) {
    auto c = own_struct<vbg_parameter_info>();
    c.type = static_cast<int32_t>(parameter.type);
    c.name = keep_text(parameter.name);
    c.default_value = keep_text(parameter.default_value);
    c.help = keep_text(parameter.help);
    c.unit = keep_text(parameter.unit);
    c.choices = keep_text(parameter.choices);
    c.min = parameter.min;
    c.max = parameter.max;
    c.required = parameter.required ? 1 : 0;
    return c;
}

vbg_preset_info to_c(const vbg::Preset& preset) {
    auto c = own_struct<vbg_preset_info>();
    c.name = keep_text(preset.name);
    c.summary = keep_text(preset.summary);
    c.segmenter = keep_text(preset.segmenter);
    c.filters = keep_text(preset.filters);
    c.foreground = keep_text(preset.foreground);
    c.background = keep_text(preset.background);
    return c;
}

template <class Get>
vbg_status give_text(const char* function, char** out, Get&& get) {
    return guard(
        function,
        [&] {
            need(out, "out");
            *out = make_text(get());
        },
        out);
}

std::string with(const char* spec, const char* key, const char* value) {
    vbg::StageSpec parsed = vbg::parse_stage(need_text(spec, "spec"));
    const std::string name(need_text(key, "key"));
    if (name.empty() ||
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos) {
        refuse("key '" + name + "' is no parameter's name; wanted snake_case");
    }
    const std::string text(need_text(value, "value"));
    bool there = false;
    for (auto& given : parsed.parameters) {
        if (given.name != name) continue;
        given.value = text;
        there = true;
    }
    if (!there) parsed.parameters.push_back({name, text});
    std::string made = parsed.name;
    for (std::size_t i = 0; i < parsed.parameters.size(); ++i) {
        const auto& given = parsed.parameters[i];
        made += (i == 0 ? ":" : ",") + given.name + "=" + vbg::quote_value(given.value);
    }
    return made;
}

}  // namespace

extern "C" {

const char* vbg_kind_name(int32_t kind) {
    if (kind < VBG_KIND_SEGMENTER || kind > VBG_KIND_SINK) return "unknown";
    return vbg::to_string(static_cast<vbg::StageKind>(kind)).data();
}

vbg_status vbg_stage_count(int32_t kind, uint32_t* out) {
    return guard(
        __func__,
        [&] { *need(out, "out") = static_cast<uint32_t>(vbg::list_stages(known_kind(kind)).size()); }, out);
}
vbg_status vbg_stage_get(int32_t kind, uint32_t index, vbg_stage_info* out) {
    return give(__func__, out, [&] { return to_c(*at(vbg::list_stages(known_kind(kind)), index, "stage")); });
}
vbg_status vbg_stage_find(int32_t kind, const char* name, vbg_stage_info* out) {
    return give(__func__, out, [&] { return to_c(find(kind, name)); });
}
vbg_status vbg_stage_get_parameter(int32_t kind, const char* name, uint32_t index, vbg_parameter_info* out) {
    return give(__func__, out, [&] { return to_c(at(find(kind, name).parameters, index, "parameter")); });
}

vbg_status vbg_preset_count(uint32_t* out) {
    return guard(
        __func__, [&] { *need(out, "out") = static_cast<uint32_t>(vbg::list_presets().size()); }, out);
}
vbg_status vbg_preset_get(uint32_t index, vbg_preset_info* out) {
    return give(__func__, out, [&] { return to_c(at(vbg::list_presets(), index, "preset")); });
}
vbg_status vbg_preset_find(const char* name, vbg_preset_info* out) {
    return give(__func__, out, [&] { return to_c(vbg::find_preset(need_text(name, "name"))); });
}

vbg_status vbg_spec_quote(const char* value, char** out) {
    return give_text(__func__, out, [&] { return vbg::quote_value(need_text(value, "value")); });
}
vbg_status vbg_spec_name(const char* spec, char** out) {
    return give_text(__func__, out, [&] { return vbg::parse_stage(need_text(spec, "spec")).name; });
}
vbg_status vbg_spec_with(const char* spec, const char* key, const char* value, char** out) {
    return give_text(__func__, out, [&] { return with(spec, key, value); });
}
vbg_status vbg_spec_resolve(int32_t kind, const char* spec, char** out) {
    return give_text(__func__, out,
                     [&] { return vbg::resolve_auto(known_kind(kind), need_text(spec, "spec")); });
}

}  // extern "C"
