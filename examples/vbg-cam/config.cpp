#include <fmt/format.h>

#include <string_view>

#include "options.hpp"

#include <toml++/toml.h>

namespace cam {

namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, const toml::node& node, std::string_view text) {
    throw vbg::Error(vbg::Errc::invalid_argument,
                     fmt::format("{}:{}: {}", file.string(), node.source().begin.line, text));
}

class Reader {
public:
    Reader(const std::filesystem::path& file, std::string_view key, const toml::node& node)
        : file_(file), key_(key), node_(node) {}

    void into(std::optional<std::string>& to) const { to = text(node_); }
    void into(std::vector<std::string>& to) const {
        if (const auto* array = node_.as_array()) {
            for (const auto& item : *array) to.push_back(text(item));
        } else {
            to.push_back(text(node_));
        }
    }
    void into(std::optional<bool>& to) const {
        if (!node_.is_boolean()) refuse(file_, node_, fmt::format("{}: wanted true or false", key_));
        to = node_.value<bool>();
    }
    void into(std::optional<double>& to) const {
        const auto value = node_.value<double>();
        if (!value || !node_.is_number() || *value < 0) {
            refuse(file_, node_, fmt::format("{}: wanted a number of at least 0", key_));
        }
        to = *value;
    }
    template <class Integer>
    void into(std::optional<Integer>& to) const {
        const auto value = node_.value_exact<std::int64_t>();
        if (!value || *value < 0)
            refuse(file_, node_, fmt::format("{}: wanted a whole number of at least 0", key_));
        to = static_cast<Integer>(*value);
    }

private:
    [[nodiscard]] std::string text(const toml::node& node) const {
        if (!node.is_string()) refuse(file_, node, fmt::format("{}: wanted a text in quotes", key_));
        return *node.value<std::string>();
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
    for (const auto& [key, node] : table) {
        const std::string_view name = key.str();
        const Reader value(file, name, node);
        if (name == "source")
            value.into(options.source);
        else if (name == "sink")
            value.into(options.sinks);
        else if (name == "segmenter")
            value.into(options.segmenter);
        else if (name == "filter")
            value.into(options.filters);
        else if (name == "background")
            value.into(options.backgrounds);
        else if (name == "foreground")
            value.into(options.foregrounds);
        else if (name == "preset")
            value.into(options.preset);
        else if (name == "show")
            value.into(options.show);
        else if (name == "sync")
            value.into(options.sync);
        else if (name == "on-failure")
            value.into(options.on_failure);
        else if (name == "device")
            value.into(options.device);
        else if (name == "precision")
            value.into(options.precision);
        else if (name == "threads")
            value.into(options.threads);
        else if (name == "frames")
            value.into(options.frames);
        else if (name == "stats")
            value.into(options.stats);
        else if (name == "quiet")
            value.into(options.quiet);
        else if (name == "preview")
            value.into(options.preview);
        else if (name == "log-level")
            value.into(options.log_level);
        else if (name == "card")
            value.into(options.card);
        else if (name == "socket")
            value.into(options.socket);
        else if (name == "on-demand")
            value.into(options.on_demand);
        else if (name == "hold-rate")
            value.into(options.hold_rate);
        else if (name == "reconnect")
            value.into(options.reconnect);
        else if (name == "fps")
            value.into(options.fps);
        else if (name == "idle-after")
            value.into(options.idle_after);
        else if (name == "max-cpu")
            value.into(options.max_cpu);
        else if (name == "stall")
            value.into(options.stall);
        else {
            refuse(file, node,
                   fmt::format(
                       "no option '{}'. There are: source, sink, segmenter, filter, background, foreground, "
                       "preset, show, sync, on-failure, device, precision, threads, frames, stats, quiet, "
                       "preview, log-level, card, fps, on-demand, idle-after, max-cpu, hold-rate, stall, "
                       "reconnect, "
                       "socket",
                       name));
        }
    }
    return options;
}

}  // namespace cam
