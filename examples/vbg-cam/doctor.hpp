#pragma once
/// @file doctor.hpp  `vbg-cam doctor`: what is wrong on this machine, and the command that mends it.

#include <vbg/vbg.hpp>

namespace cam {

/// Prints what was found. 0: nothing wrong; 1: something is.
int doctor(const vbg::DoctorOptions& options, bool json);

}  // namespace cam
