#include "options.hpp"

#include <array>
#include <cstdio>
#include <string_view>

#include "errors.hpp"
#include "gil.hpp"

namespace vbg::python {

namespace {

const Parameter* find(const StageEntry& entry, std::string_view name) {
    for (const Parameter& parameter : entry.parameters) {
        if (parameter.name == name) return &parameter;
    }
    return nullptr;
}

/// The parameter that may stand without its name.
std::string positional(const StageEntry& entry) {
    for (const Parameter& parameter : entry.parameters) {
        if (parameter.positional) return std::string(parameter.name);
    }
    return {};
}

[[noreturn]] void unknown_option(const StageEntry& entry, const std::string& name) {
    try {  // libvbg's own text names the nearest
        const std::array given = {Parameters::Given{name, ""}};
        const Parameters parameters(entry.name, entry.parameters, given);
    } catch (const Error& e) {
        throw Refused(Refused::As::type, e.what());
    }
    throw Refused(Refused::As::type, std::string(entry.name) + ": no parameter '" + name + "'");
}

/// (red, green, blue), each 0 to 255, as "#rrggbb".
std::string color_text(const Parameter& parameter, const std::string& stage, const py::tuple& value) {
    std::array<int, 3> rgb{};
    bool good = value.size() == 3;
    for (std::size_t i = 0; good && i < 3; ++i) {
        rgb[i] = py::isinstance<py::int_>(value[i]) ? py::cast<int>(value[i]) : -1;
        good = rgb[i] >= 0 && rgb[i] <= 255;
    }
    if (!good) {
        throw Refused(Refused::As::value, stage + ": " + std::string(parameter.name) +
                                              ": a colour is '#rrggbb' or three whole numbers 0 to 255 (red, "
                                              "green, blue)");
    }
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "#%02x%02x%02x", static_cast<unsigned>(rgb[0]),
                  static_cast<unsigned>(rgb[1]), static_cast<unsigned>(rgb[2]));
    return text.data();
}

}  // namespace

std::string option_text(const Parameter& parameter, const std::string& stage, py::handle value) {
    if (py::isinstance<py::bool_>(value)) return py::cast<bool>(value) ? "true" : "false";
    if (py::isinstance<py::str>(value)) return py::cast<std::string>(value);
    if (py::hasattr(value, "__fspath__")) return py::cast<std::string>(call(value.attr("__fspath__")));
    if (py::isinstance<py::tuple>(value) || py::isinstance<py::list>(value)) {
        const py::tuple tuple = py::reinterpret_borrow<py::object>(value);
        if (parameter.type == ParameterType::color) return color_text(parameter, stage, tuple);
        if (parameter.type == ParameterType::size && tuple.size() == 2)
            return py::cast<std::string>(py::str(tuple[0])) + "x" + py::cast<std::string>(py::str(tuple[1]));
    }
    if (PyIndex_Check(value.ptr()) != 0) {
        const auto whole = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
        if (!whole) throw py::error_already_set();
        return py::cast<std::string>(py::str(whole));
    }
    if (PyFloat_Check(value.ptr()) != 0 || py::hasattr(value, "__float__")) {
        const auto number = py::reinterpret_steal<py::object>(PyNumber_Float(value.ptr()));
        if (!number) throw py::error_already_set();
        return py::cast<std::string>(py::repr(number));
    }
    throw Refused(Refused::As::type,
                  stage + ": " + std::string(parameter.name) + " is a " + type_name(value) + "; wanted " +
                      std::string(to_string(parameter.type)) + ": " + std::string(parameter.help));
}

std::string spec_with_options(StageKind kind, const std::string& spec, const py::kwargs& options) {
    if (options.empty()) return spec;
    const StageSpec parsed = parse_stage(spec);
    std::string name = parsed.name;
    if (name == "auto") name = parse_stage(resolve_auto(kind, "auto")).name;
    const StageEntry* entry = find_stage(kind, name);
    if (entry == nullptr) return spec;  // making it says what there is
    std::string text = parsed.name;
    char separator = ':';
    const auto add = [&](const std::string& key, const std::string& value) {
        text += separator + (key.empty() ? "" : key + "=") + quote_value(value);
        separator = ',';
    };
    for (const Parameters::Given& given : parsed.parameters) {
        const std::string name_of_it = given.name.empty() ? positional(*entry) : given.name;
        if (options.contains(name_of_it.c_str())) {
            throw Refused(Refused::As::type,
                          parsed.name + ": " + name_of_it + " is given both in the text and as a keyword");
        }
        add(given.name, given.value);
    }
    for (const auto& [key, value] : options) {
        const auto option = py::cast<std::string>(key);
        const Parameter* parameter = find(*entry, option);
        if (parameter == nullptr) unknown_option(*entry, option);
        if (!value.is_none()) add(option, option_text(*parameter, parsed.name, value));
    }
    return text;
}

}  // namespace vbg::python
