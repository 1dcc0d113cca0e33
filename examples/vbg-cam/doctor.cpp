#include "doctor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace cam {

namespace {

const char* mark(vbg::Severity severity) {
    switch (severity) {
        case vbg::Severity::ok: return "  ok  ";
        case vbg::Severity::info: return " note ";
        case vbg::Severity::warning: return " WARN ";
        case vbg::Severity::error: return "WRONG ";
    }
    return "";
}

}  // namespace

int doctor(const vbg::DoctorOptions& options, bool json) {
    const auto findings = vbg::diagnose(options);
    const auto wrong = std::count_if(findings.begin(), findings.end(), [](const vbg::Finding& one) {
        return one.severity >= vbg::Severity::warning;
    });
    if (json) {
        nlohmann::json list = nlohmann::json::array();
        for (const vbg::Finding& one : findings) {
            list.push_back({{"severity", vbg::to_string(one.severity)},
                            {"topic", one.topic},
                            {"text", one.text},
                            {"fix", one.fix}});
        }
        fmt::print("{}\n", list.dump(2));
        return wrong == 0 ? 0 : 1;
    }
    for (const vbg::Finding& one : findings) {
        fmt::print("{}{}: {}\n", mark(one.severity), one.topic, one.text);
        if (!one.fix.empty()) fmt::print("        -> {}\n", one.fix);
    }
    if (wrong == 0) {
        fmt::print("Nothing is wrong.\n");
    } else {
        fmt::print("{} {} wrong; what mends it stands after the arrows.\n", wrong,
                   wrong == 1 ? "thing is" : "things are");
    }
    return wrong == 0 ? 0 : 1;
}

}  // namespace cam
