// The registry's tables as Python data: stages, their parameters, presets.
#include <array>
#include <cmath>

#include "bind.hpp"
#include "errors.hpp"
#include "gil.hpp"

namespace vbg::python {

namespace {

constexpr std::array kKinds = {StageKind::segmenter,  StageKind::mask_filter, StageKind::effect,
                               StageKind::compositor, StageKind::source,      StageKind::sink};

StageKind kind_named(const std::string& name) {
    std::string names;
    for (const StageKind kind : kKinds) {
        if (to_string(kind) == name) return kind;
        names += (names.empty() ? "" : ", ") + std::string(to_string(kind));
    }
    throw Refused(Refused::As::value, "no kind of stage '" + name + "'; there are " + names);
}

py::object number_or_none(double value) {
    return std::isfinite(value) ? py::object(py::float_(value)) : py::none();
}

py::dict parameter(const Parameter& p) {
    py::list choices;
    for (std::string_view rest = p.choices; !rest.empty();) {
        const std::size_t bar = rest.find('|');
        choices.append(std::string(rest.substr(0, bar)));
        rest = bar == std::string_view::npos ? std::string_view() : rest.substr(bar + 1);
    }
    return py::dict("name"_a = std::string(p.name), "type"_a = std::string(to_string(p.type)),
                    "default"_a = std::string(p.default_value), "help"_a = std::string(p.help),
                    "unit"_a = std::string(p.unit), "min"_a = number_or_none(p.min),
                    "max"_a = number_or_none(p.max), "choices"_a = py::tuple(choices),
                    "required"_a = p.required, "positional"_a = p.positional);
}

std::string text_of(const std::function<std::string()>& function) {
    if (!function) return {};
    const WithoutGil free;
    return function();
}

py::list stages(const std::string& kind) {
    py::list list;
    for (const StageEntry* entry : list_stages(kind_named(kind))) {
        py::list parameters;
        for (const Parameter& p : entry->parameters) parameters.append(parameter(p));
        std::string why_not = text_of(entry->why_not);
        if (why_not.empty()) why_not = text_of(entry->missing);
        list.append(py::dict("name"_a = std::string(entry->name), "kind"_a = kind,
                             "summary"_a = std::string(entry->summary), "parameters"_a = parameters,
                             "why_not"_a = why_not));
    }
    return list;
}

py::list presets() {
    py::list list;
    for (const Preset& p : list_presets()) {
        list.append(py::dict("name"_a = std::string(p.name), "summary"_a = std::string(p.summary),
                             "segmenter"_a = std::string(p.segmenter), "filters"_a = std::string(p.filters),
                             "foreground"_a = std::string(p.foreground),
                             "background"_a = std::string(p.background)));
    }
    return list;
}

py::list cameras() {
    std::vector<Camera> found;
    std::vector<std::string> problems;
    {
        const WithoutGil free;
        found = list_cameras(&problems);
        for (const std::string& problem : problems) log(LogLevel::warning, problem);
    }
    py::list list;
    for (const Camera& camera : found) {
        py::list modes, controls;
        for (const CameraMode& m : camera.modes) {
            modes.append(py::dict("format"_a = m.format, "width"_a = m.width, "height"_a = m.height,
                                  "min_width"_a = m.min_width, "min_height"_a = m.min_height,
                                  "rates"_a = m.rates, "readable"_a = m.readable));
        }
        for (const CameraControl& c : camera.controls) {
            controls.append(py::dict("name"_a = c.name, "min"_a = c.min, "max"_a = c.max, "step"_a = c.step,
                                     "value"_a = c.value));
        }
        list.append(py::dict("node"_a = camera.node, "name"_a = camera.name, "by_id"_a = camera.by_id,
                             "driver"_a = camera.driver, "bus"_a = camera.bus,
                             "is_virtual"_a = camera.is_virtual, "modes"_a = modes, "controls"_a = controls));
    }
    return list;
}

}  // namespace

void bind_registry(py::module_& module) {
    module.def("stages", &stages, "kind"_a,
               R"(Every stage of a kind, as dictionaries: name, kind, summary, parameters, why_not.

kind : "segmenter", "mask_filter", "effect", "compositor", "source" or "sink"

`parameters` is a list of dictionaries (name, type, default, help, unit, min, max, choices, required, positional), in the order
of the library's own table; `why_not` is empty where the stage works here as it is.

>>> import vbg
>>> [p["name"] for s in vbg.stages("mask_filter") if s["name"] == "dilate" for p in s["parameters"]][:1]
['size']
)");
    module.def(
        "cameras", &cameras,
        R"(The cameras of this machine, as dictionaries: node, name, by_id, driver, bus, is_virtual, modes, controls.

Opens each for a moment. What keeps one from being asked goes to the log as a warning.

>>> import vbg
>>> isinstance(vbg.cameras(), list)
True
)");
    module.def("presets", &presets,
               R"(Ready-made sets of stages, as dictionaries of spec strings.

>>> import vbg
>>> [preset["name"] for preset in vbg.presets()]
['none', 'default', 'fakecam']
)");
    module.def(
        "resolve_auto",
        [](const std::string& kind, const std::string& spec) {
            const StageKind which = kind_named(kind);
            const WithoutGil free;
            return resolve_auto(which, spec);
        },
        "kind"_a, "spec"_a = "auto",
        R"(What "auto" stands for here, as a spec string; every other spec in canonical writing.

>>> import vbg
>>> vbg.resolve_auto("mask_filter", "dilate: size=10")
'dilate:size=10'
)");
    module.def(
        "quote_value", [](const std::string& value) { return quote_value(value); }, "value"_a,
        R"(A value as it must be written in a spec string, quoted where needed.

>>> import vbg
>>> "image:path=" + vbg.quote_value("a, b.jpg")
"image:path='a, b.jpg'"
)");
}

}  // namespace vbg::python
