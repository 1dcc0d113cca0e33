#pragma once
/// @file under_way.hpp  For tests that run on the CPU and on a GPU.

#include <cstdlib>

namespace vbg::test {

/// Frames of a recorded run that come out after the one at whose writing it was asked to stop or wait: on a
/// GPU the next one is under way by then.
inline int frames_under_way() { return std::getenv("VBG_DEVICE") != nullptr ? 1 : 0; }

}  // namespace vbg::test
