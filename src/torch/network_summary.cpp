#include "torch/network_summary.hpp"

#include <cstdio>

namespace vbg::net {

std::string text_of(const Summary& summary) {
    const Choice& choice = summary.choice;
    std::string text = summary.name + " on " + choice.device.str() + ", " + to_text(choice.type);
    if (summary.why_not.empty()) text += " (" + choice.type_reason + ")";
    if (choice.device.is_cpu())
        text += ", " + std::to_string(choice.threads) + (choice.threads == 1 ? " thread" : " threads");
    if (summary.fused > 0)
        text += ", " + std::to_string(summary.fused) + " convolutions as single oneDNN steps";
    if (!choice.device_reason.empty()) text += "; " + choice.device_reason;
    if (summary.difference != nullptr) {
        char off[64];
        std::snprintf(off, sizeof off, "%.2g", summary.difference->largest);
        text += std::string("; checked against the plain network: off by at most ") + off;
    }
    if (!summary.why_no_batches.empty()) text += "; takes one picture at a time: " + summary.why_no_batches;
    if (!summary.why_not.empty()) text += "; fell back because " + summary.why_not;
    return text;
}

}  // namespace vbg::net
