#pragma once
#include <vbg/registry.hpp>

/// A mask filter of one's own: `circle:radius=0.4` keeps the person inside a circle only.
vbg::StageEntry circle_entry();
