#pragma once
/// @file doctor.hpp  The doctor's look at video nodes.

#include <vector>

#include <vbg/doctor.hpp>

#include "io/v4l2/kernel.hpp"

namespace vbg::v4l2 {

/// Virtual cameras: the module, and each of its nodes. Thread-safe.
std::vector<Finding> diagnose_outlets(Kernel& kernel, const std::string& only);
/// Cameras: each node, what it offers, who has it. Thread-safe.
std::vector<Finding> diagnose_cameras(Kernel& kernel, const std::string& only);

}  // namespace vbg::v4l2
