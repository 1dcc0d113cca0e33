#pragma once
/// @file options.hpp  Python keyword arguments as the parameters of a stage.

#include <string>

#include "pch.hpp"

namespace vbg::python {

/// The spec string for `spec` ("dilate" or "dilate:size=10") with keyword options added, e.g. size=10.
/// Checked against the stage's parameter table. A keyword that the table lacks is a Refused (type), as for
/// any Python function; a value that it does not take is libvbg's Error{invalid_argument}.
[[nodiscard]] std::string spec_with_options(StageKind kind, const std::string& spec,
                                            const py::kwargs& options);

/// A value as text: numbers, bool, str, paths, (width, height), (red, green, blue).
[[nodiscard]] std::string option_text(const Parameter& parameter, const std::string& stage, py::handle value);

}  // namespace vbg::python
