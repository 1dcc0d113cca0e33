#pragma once
/// @file new_instance.hpp  Objects that are whole from the moment they exist.
///
/// pybind11 makes the C++ value in __init__(). An object whose __init__() was never called, or threw, has
/// none, and using it (a debugger that prints the locals of a traceback does) reads memory that holds
/// nothing. Here __new__() makes an empty value, and __init__() calls the method _make(), which fills it.

#include "pch.hpp"

namespace vbg::python {

/// To be passed to py::class_<T>. T must be default-constructible. The class needs a method _make; without
/// one Python can only make an empty value.
template <class T>
py::custom_type_setup whole_from_new() {
    return py::custom_type_setup([](PyHeapTypeObject* heap) {
        heap->ht_type.tp_new = [](PyTypeObject* type, PyObject* /*arguments*/,
                                  PyObject* /*keywords*/) -> PyObject* {
            PyObject* self = py::detail::make_new_instance(type);
            try {
                auto* instance = reinterpret_cast<py::detail::instance*>(self);
                py::detail::value_and_holder value =
                    instance->get_value_and_holder(py::detail::get_type_info(typeid(T)));
                value.value_ptr() = new T();
                value.type->init_instance(instance, nullptr);
            } catch (const std::exception& e) {
                PyErr_SetString(PyExc_MemoryError, e.what());
                Py_DECREF(self);
                return nullptr;
            }
            return self;
        };
        heap->ht_type.tp_init = [](PyObject* self, PyObject* arguments, PyObject* keywords) -> int {
            PyObject* fill = PyObject_GetAttrString(self, "_make");
            PyObject* done = fill != nullptr ? PyObject_Call(fill, arguments, keywords) : nullptr;
            Py_XDECREF(fill);
            Py_XDECREF(done);
            return done != nullptr ? 0 : -1;
        };
    });
}

}  // namespace vbg::python
