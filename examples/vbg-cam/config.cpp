#include <fmt/format.h>

#include <cmath>
#include <concepts>
#include <sstream>
#include <string_view>
#include <utility>

#include "options.hpp"

#include <toml++/toml.h>

namespace cam {

namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, const toml::node& node, std::string_view text) {
    throw vbg::Error(vbg::Errc::invalid_argument,
                     fmt::format("{}:{}: {}", file.string(), node.source().begin.line, text));
}

/// A value as the file has it, for error texts.
std::string as_text(const toml::node& node) {
    std::ostringstream out;
    node.visit([&](const auto& value) { out << value; });
    return out.str();
}

/// One key's value, read into the member of Options that keeps it.
class Reader {
public:
    Reader(const std::filesystem::path& file, std::string_view key, const toml::node& node)
        : file_(file), key_(key), node_(node) {}

    void into(std::optional<std::string>& to, Range /*range*/) const { to = text(node_); }
    void into(std::vector<std::string>& to, Range /*range*/) const {
        if (const auto* array = node_.as_array()) {
            for (const auto& item : *array) to.push_back(text(item));
        } else {
            to.push_back(text(node_));
        }
    }
    void into(std::optional<bool>& to, Range /*range*/) const {
        if (!node_.is_boolean()) refuse(node_, "true or false");
        to = node_.value<bool>();
    }
    void into(std::optional<double>& to, Range range) const {
        const auto value = node_.is_number() ? node_.value<double>() : std::nullopt;
        if (!value || !contains(range, *value)) refuse(node_, "a number " + words(range));
        to = *value;
    }
    template <std::integral Integer>
    void into(std::optional<Integer>& to, Range range) const {
        const auto value = node_.value_exact<std::int64_t>();
        if (!value || !std::in_range<Integer>(*value) || !contains(range, static_cast<double>(*value)))
            refuse(node_, "a whole number " + words(range));
        to = static_cast<Integer>(*value);
    }

private:
    [[nodiscard]] static bool contains(Range range, double value) {  // NaN is in no range
        return value >= range.least && value <= range.most;
    }
    [[nodiscard]] static std::string words(Range range) {
        return std::isinf(range.most) ? fmt::format("of at least {}", range.least)
                                      : fmt::format("from {} to {}", range.least, range.most);
    }
    [[nodiscard]] std::string text(const toml::node& node) const {
        if (!node.is_string()) refuse(node, "a text in quotes");
        return *node.value<std::string>();
    }
    [[noreturn]] void refuse(const toml::node& node, std::string_view wanted) const {
        cam::refuse(file_, node, fmt::format("{}: got {}; wanted {}", key_, as_text(node), wanted));
    }
    const std::filesystem::path& file_;
    std::string_view key_;
    const toml::node& node_;
};

}  // namespace

Options read_config(const std::filesystem::path& file) {
    toml::table table;
    try {
        table = toml::parse_file(file.string());
    } catch (const toml::parse_error& error) {
        throw vbg::Error(
            vbg::Errc::invalid_argument,
            fmt::format("{}:{}: {}", file.string(), error.source().begin.line, error.description()));
    }
    Options options;
    for (const auto& [key, value] : table) {
        const toml::node& node = value;  // clang 14's lambdas do not capture structured bindings
        const std::string_view name = key.str();
        bool known = false;
        std::string names;
        for_each_option([&](const char* option, auto member, When /*when*/, Range range) {
            names += fmt::format("{}{}", names.empty() ? "" : ", ", option);
            if (name != option) return;
            known = true;
            Reader(file, name, node).into(options.*member, range);
        });
        if (!known) refuse(file, node, fmt::format("no option '{}'. There are: {}", name, names));
    }
    return options;
}

}  // namespace cam
