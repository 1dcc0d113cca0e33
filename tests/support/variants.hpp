#pragma once
// Spec strings that try what a stage's table of parameters offers.
#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include <vbg/registry.hpp>

namespace vbg_test {

/// The stage's defaults, and each parameter at each end of its range or at each of its choices.
inline std::vector<std::string> variants(const vbg::StageEntry& entry) {
    const std::string name(entry.name);
    std::vector<std::string> specs{name};
    const auto add = [&](const vbg::Parameter& parameter, const std::string& value) {
        specs.push_back(name + ":" + std::string(parameter.name) + "=" + value);
    };
    for (const vbg::Parameter& parameter : entry.parameters) {
        const bool integer = parameter.type == vbg::ParameterType::integer;
        if (integer || parameter.type == vbg::ParameterType::number) {
            for (const double end : {parameter.min, parameter.max}) {
                if (!std::isfinite(end)) continue;
                add(parameter, integer ? std::to_string(static_cast<int>(end)) : std::to_string(end));
            }
        } else if (parameter.type == vbg::ParameterType::boolean) {
            add(parameter, "true");
            add(parameter, "false");
        } else {
            std::string_view rest = parameter.choices;
            while (!rest.empty()) {
                const auto bar = std::min(rest.find('|'), rest.size());
                add(parameter, std::string(rest.substr(0, bar)));
                rest.remove_prefix(std::min(bar + 1, rest.size()));
            }
        }
    }
    return specs;
}

}  // namespace vbg_test
