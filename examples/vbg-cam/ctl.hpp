#pragma once
/// @file ctl.hpp  `vbg-cam ctl`: the other end of the control socket.

#include "options.hpp"

namespace cam {

/// Sends the command and prints the answer. Throws vbg::Error with what the other one says, and where there
/// is none.
void ctl(const Command& command);

}  // namespace cam
