#pragma once
// What a made-up camera says of its formats, sizes and rates, and what it makes of a wish.
#include <vector>

#include "fake_kernel.hpp"

namespace vbg_test {

// The fourccs of a node in order, each once.
std::vector<std::uint32_t> fourccs(const FakeNode& node);
// S_FMT and TRY_FMT: the nearest mode of the fourcc, else the node's first fourcc.
void settle(const FakeNode& node, v4l2_format& f);
// The rate of the present mode nearest to a wish.
double settle_rate(const FakeNode& node, double wanted);
// ENUM_FRAMESIZES and ENUM_FRAMEINTERVALS: 0 or -EINVAL.
int enum_sizes(const FakeNode& node, v4l2_frmsizeenum& one);
int enum_rates(const FakeNode& node, v4l2_frmivalenum& one);

}  // namespace vbg_test
