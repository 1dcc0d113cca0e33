#pragma once
#include <vbg/registry.hpp>

/// An effect of one's own: `sepia:amount=0.8`.
vbg::StageEntry sepia_entry();
