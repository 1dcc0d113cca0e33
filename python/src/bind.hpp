#pragma once
/// @file bind.hpp  The smaller parts of the module.

#include "pch.hpp"

namespace vbg::python {

void bind_types(py::module_& module);
void bind_registry(py::module_& module);
void bind_models(py::module_& module);
void bind_log(py::module_& module);
void bind_fakecam(py::module_& module);

}  // namespace vbg::python
