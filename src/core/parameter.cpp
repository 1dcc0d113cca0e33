#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <vbg/parameter.hpp>

#include "core/suggest.hpp"

namespace vbg::inline v0 {

namespace {

[[noreturn]] void refuse(std::string_view stage, const Parameter& p, std::string_view value,
                         std::string_view wanted) {
    throw Error(Errc::invalid_argument, fmt::format("{}: {}='{}': wanted {}{}{}", stage, p.name, value,
                                                    wanted, p.help.empty() ? "" : "; ", p.help));
}

std::string range_text(const Parameter& p, std::string_view kind) {
    const std::string unit = p.unit.empty() ? "" : fmt::format(" {}", p.unit);
    const bool low = std::isfinite(p.min), high = std::isfinite(p.max);
    if (low && high) return fmt::format("{} from {} to {}{}", kind, p.min, p.max, unit);
    if (low) return fmt::format("{} of at least {}{}", kind, p.min, unit);
    if (high) return fmt::format("{} of at most {}{}", kind, p.max, unit);
    return fmt::format("{}{}", kind, unit);
}

bool is_choice(const Parameter& p, std::string_view value) {
    for (std::string_view rest = p.choices; !rest.empty();) {
        const std::size_t bar = rest.find('|');
        if (rest.substr(0, bar) == value) return true;
        rest = bar == std::string_view::npos ? "" : rest.substr(bar + 1);
    }
    return false;
}

std::string choices_text(const Parameter& p) {
    std::string text(p.choices);
    std::size_t at = 0;
    while ((at = text.find('|', at)) != std::string::npos) text.replace(at, 1, ", ");
    return text;
}

bool parse_number(std::string_view text, double& out) {
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc{} && end == text.data() + text.size() && std::isfinite(out);
}

double parse_in_range(std::string_view stage, const Parameter& p, std::string_view value, bool whole) {
    double number = 0;
    const std::string_view kind = whole ? "a whole number" : "a number";
    const std::string words = p.choices.empty() ? "" : fmt::format(", or one of {}", choices_text(p));
    if (!parse_number(value, number) || (whole && number != std::floor(number)) || number < p.min ||
        number > p.max) {
        refuse(stage, p, value, range_text(p, kind) + words);
    }
    return number;
}

bool parse_boolean(std::string_view stage, const Parameter& p, std::string_view value) {
    if (value == "true" || value == "yes" || value == "on" || value == "1") return true;
    if (value == "false" || value == "no" || value == "off" || value == "0") return false;
    refuse(stage, p, value, "true or false");
}

Color parse_color(std::string_view stage, const Parameter& p, std::string_view value) {
    struct Named {
        std::string_view name;
        Color color;
    };
    static constexpr Named kNamed[] = {{"black", {0, 0, 0}},  {"white", {255, 255, 255}},
                                       {"red", {255, 0, 0}},  {"green", {0, 255, 0}},
                                       {"blue", {0, 0, 255}}, {"gray", {128, 128, 128}}};
    for (const auto& named : kNamed) {
        if (named.name == value) return named.color;
    }
    const std::string_view hex = value.substr(std::min<std::size_t>(1, value.size()));
    unsigned number = 0;
    const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), number, 16);
    const bool digits = !hex.empty() && error == std::errc{} && end == hex.data() + hex.size();
    if (value.starts_with('#') && digits && hex.size() == 6) {
        return {static_cast<std::uint8_t>(number >> 16), static_cast<std::uint8_t>(number >> 8 & 255U),
                static_cast<std::uint8_t>(number & 255U)};
    }
    if (value.starts_with('#') && digits && hex.size() == 3) {
        return {static_cast<std::uint8_t>((number >> 8) * 17),
                static_cast<std::uint8_t>((number >> 4 & 15U) * 17),
                static_cast<std::uint8_t>((number & 15U) * 17)};
    }
    refuse(stage, p, value, "a colour: #rrggbb, #rgb, black, white, red, green, blue or gray");
}

Size parse_size(std::string_view stage, const Parameter& p, std::string_view value) {
    if (value.empty()) return {};
    const std::size_t x = value.find('x');
    double width = 0, height = 0;
    const bool good = x != std::string_view::npos && parse_number(value.substr(0, x), width) &&
                      parse_number(value.substr(x + 1), height) && width == std::floor(width) &&
                      height == std::floor(height) && width >= 1 && height >= 1 && width <= 16384 &&
                      height <= 16384;
    if (!good) refuse(stage, p, value, "WIDTHxHEIGHT in pixels, each side 1 to 16384, e.g. 1280x720");
    return {static_cast<int>(width), static_cast<int>(height)};
}

std::string expand_home(std::string_view path) {
    if (!path.starts_with("~/")) return std::string(path);
    const char* home = std::getenv("HOME");
    return home == nullptr ? std::string(path) : std::string(home) + std::string(path.substr(1));
}

/// The parameter that a value without a name is for.
std::string_view positional_name(std::string_view stage, std::span<const Parameter> table,
                                 const Parameters::Given& given) {
    std::vector<std::string_view> names;
    for (const Parameter& p : table) {
        if (p.positional) return p.name;
        names.push_back(p.name);
    }
    throw Error(Errc::invalid_argument,
                fmt::format("{0}: wanted '=' after '{1}'; parameters are written as {0}:name=value{2}", stage,
                            given.value, suggest::known(given.value, names, "it takes no parameters")));
}

}  // namespace

std::string_view to_string(ParameterType type) noexcept {
    switch (type) {
        case ParameterType::integer: return "integer";
        case ParameterType::number: return "number";
        case ParameterType::boolean: return "boolean";
        case ParameterType::text: return "text";
        case ParameterType::path: return "path";
        case ParameterType::color: return "color";
        case ParameterType::choice: return "choice";
        case ParameterType::size: return "size";
    }
    return "unknown";
}

Parameters::Parameters(std::string_view stage, std::span<const Parameter> table, std::span<const Given> all)
    : stage_(stage) {
    std::vector<Given> given(all.begin(), all.end());
    if (!given.empty() && given.front().name.empty())
        given.front().name = positional_name(stage, table, given.front());
    for (const Given& g : given) {
        if (std::any_of(table.begin(), table.end(), [&](const Parameter& p) { return p.name == g.name; }))
            continue;
        std::vector<std::string_view> names;
        for (const Parameter& p : table) names.push_back(p.name);
        throw Error(Errc::invalid_argument,
                    fmt::format("{}: no parameter '{}'{}", stage, g.name,
                                suggest::known(g.name, names, "it takes no parameters")));
    }
    for (const Parameter& p : table) {
        Value value;
        value.parameter = &p;
        value.text = p.default_value;
        for (const Given& g : given) {
            if (p.name != g.name) continue;
            if (value.given) {
                throw Error(Errc::invalid_argument,
                            fmt::format("{}: parameter '{}' is given twice", stage, p.name));
            }
            value.given = true;
            value.text = g.value;
        }
        if (p.required && !value.given) {
            throw Error(Errc::invalid_argument,
                        fmt::format("{}: parameter '{}' is required ({}): {}; write {}:{}=...", stage, p.name,
                                    to_string(p.type), p.help, stage, p.name));
        }
        switch (p.type) {
            case ParameterType::integer: value.number = parse_in_range(stage, p, value.text, true); break;
            case ParameterType::number:
                if (!is_choice(p, value.text)) value.number = parse_in_range(stage, p, value.text, false);
                break;
            case ParameterType::boolean: value.number = parse_boolean(stage, p, value.text) ? 1 : 0; break;
            case ParameterType::color: value.color = parse_color(stage, p, value.text); break;
            case ParameterType::size: value.size = parse_size(stage, p, value.text); break;
            case ParameterType::choice:
                if (!is_choice(p, value.text)) refuse(stage, p, value.text, "one of " + choices_text(p));
                break;
            case ParameterType::path: value.text = expand_home(value.text); break;
            case ParameterType::text: break;
        }
        values_.push_back(std::move(value));
    }
}

Parameters::~Parameters() = default;
Parameters::Parameters(const Parameters&) = default;
Parameters::Parameters(Parameters&&) noexcept = default;
Parameters& Parameters::operator=(const Parameters&) = default;
Parameters& Parameters::operator=(Parameters&&) noexcept = default;

const Parameters::Value& Parameters::find(std::string_view name) const {
    for (const Value& value : values_) {
        if (value.parameter->name == name) return value;
    }
    throw Error(Errc::internal,
                fmt::format("{}: asks for parameter '{}', which its table does not declare", stage_, name));
}

int Parameters::integer(std::string_view name) const { return static_cast<int>(find(name).number); }
double Parameters::number(std::string_view name) const { return find(name).number; }
bool Parameters::boolean(std::string_view name) const { return find(name).number != 0; }
const std::string& Parameters::text(std::string_view name) const { return find(name).text; }
Color Parameters::color(std::string_view name) const { return find(name).color; }
Size Parameters::size(std::string_view name) const { return find(name).size; }
bool Parameters::given(std::string_view name) const { return find(name).given; }

bool Parameters::is_word(std::string_view name) const {
    const Value& value = find(name);
    return is_choice(*value.parameter, value.text);
}

std::string Parameters::to_spec() const {
    std::string text = stage_;
    char separator = ':';
    for (const Value& value : values_) {
        if (!value.given || value.text == value.parameter->default_value) continue;
        text += fmt::format("{}{}={}", separator, value.parameter->name, quote_value(value.text));
        separator = ',';
    }
    return text;
}

}  // namespace vbg::inline v0
