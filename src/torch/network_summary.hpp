#pragma once
/// @file network_summary.hpp  How a network runs, in one line for people.

#include <cstddef>
#include <string>

#include "torch/network_check.hpp"
#include "torch/network_choice.hpp"

namespace vbg::net {

struct Summary {
    const std::string& name;
    const Choice& choice;
    std::size_t fused;                  ///< convolutions that are one step with their activation
    const Difference* difference;       ///< from the plain network; null: it is that
    const std::string& why_no_batches;  ///< empty: pictures go through it together
    const std::string& why_not;         ///< the way that was chosen is none; empty: it is
};

[[nodiscard]] std::string text_of(const Summary& summary);

}  // namespace vbg::net
