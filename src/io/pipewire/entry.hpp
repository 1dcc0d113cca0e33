#pragma once
/// @file entry.hpp  The registry's line of the PipeWire sink, in every build: one without libpipewire tells
/// how to get it.

#include <vbg/doctor.hpp>
#include <vbg/registry.hpp>

namespace vbg {

StageEntry pipewire_sink_entry();

/// Whether a camera can be made without a kernel module here, for the doctor. Connects to nothing.
Finding diagnose_pipewire();

}  // namespace vbg
