#pragma once
/// @file pch.hpp  What every file of the Python module needs; compiled once.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <vbg/vbg.hpp>

namespace vbg::python {
namespace py = pybind11;
using namespace pybind11::literals;
}  // namespace vbg::python
