#include "describe.hpp"

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace cli {

namespace {

nlohmann::json to_json(const CLI::Option& option) {
    nlohmann::json names = nlohmann::json::array();
    for (const std::string& name : option.get_snames()) names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
    if (option.get_positional()) names.push_back(option.get_name(true, false));
    const bool takes_value = option.get_items_expected_max() > 0;
    return {{"names", names},
            {"value", takes_value ? option.get_type_name() : ""},
            {"help", option.get_description()},
            {"group", option.get_group()},
            {"positional", option.get_positional()},
            {"required", option.get_required()},
            {"repeated", option.get_items_expected_max() > 1}};
}

nlohmann::json to_json(const CLI::App& app) {
    nlohmann::json options = nlohmann::json::array(), commands = nlohmann::json::array();
    for (const CLI::Option* option : app.get_options()) {
        if (!option->get_group().empty()) options.push_back(to_json(*option));
    }
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        if (!command->get_group().empty()) commands.push_back(to_json(*command));
    }
    return {{"name", app.get_name()},
            {"summary", app.get_description()},
            {"footer", app.get_footer()},
            {"options", std::move(options)},
            {"commands", std::move(commands)}};
}

}  // namespace

std::string describe(const CLI::App& app) { return to_json(app).dump(2) + '\n'; }

CLI::Validator within(double least, double most) {
    // Neither below nor above: CLI::Range lets it pass.
    const auto no_nan = [](const std::string& text) {
        return std::isnan(std::strtod(text.c_str(), nullptr)) ? text + " is not a number" : std::string();
    };
    return (CLI::Range(least, most) & CLI::Validator(no_nan, "")).description("");
}

}  // namespace cli
