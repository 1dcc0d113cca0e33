#pragma once
/// @file gil.hpp  Who holds Python's global lock (GIL), and Python objects held from any thread.
///
/// The rule of this module: the GIL is given up before anything that computes, waits or takes a lock of
/// libvbg's, and taken before anything that touches Python. A stage's own lock is therefore never waited for
/// by a thread that holds the GIL, and the two cannot block each other.

#include <unistd.h>

#include <utility>

#include "pch.hpp"

namespace vbg::python {

/// Whether this is a thread that outlives the program: the interpreter is shutting down, and a thread other
/// than the main one may never touch Python again. Python would end it in the middle of C++ code; a thread
/// that stops here instead does no harm until the process is gone.
inline bool left_over() noexcept {
#if PY_VERSION_HEX >= 0x030D0000
    const bool ending = Py_IsFinalizing() != 0;
#else
    const bool ending = _Py_IsFinalizing() != 0;
#endif
    return ending && gettid() != getpid();
}
[[noreturn]] inline void stop_here() noexcept {
    for (;;) pause();
}

/// Around a call into Python that may give the GIL up: where Python ends the thread in there (it unwinds the
/// stack, without the GIL) this stops it before any destructor of ours touches an object of Python's.
class EndsHere {
public:
    EndsHere() = default;
    EndsHere(const EndsHere&) = delete;
    EndsHere& operator=(const EndsHere&) = delete;
    ~EndsHere() {
        if (!returned_) stop_here();
    }
    void returned() noexcept { returned_ = true; }

private:
    bool returned_ = false;
};

/// Runs a function of Python's C interface under EndsHere. Not inlined: in a noexcept function the compiler
/// may leave such a destructor out and end the program instead.
template <class Function>
[[gnu::noinline]] auto may_end_here(Function function) {
    EndsHere guard;
    const auto result = function();
    guard.returned();
    return result;
}

/// Calls something of Python's. Always this instead of pybind11's call operator for what a user wrote: that
/// runs bytecode, in which Python may end the thread. With the GIL; throws error_already_set.
template <class... Arguments>
py::object call(py::handle callable, Arguments&&... arguments) {
    const py::tuple all = py::make_tuple(std::forward<Arguments>(arguments)...);
    PyObject* result = may_end_here([&] { return PyObject_CallObject(callable.ptr(), all.ptr()); });
    if (result == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::object>(result);
}

/// The same with keyword arguments alone.
inline py::object call_with(py::handle callable, const py::dict& options) {
    const py::tuple none(0);
    PyObject* result = may_end_here([&] { return PyObject_Call(callable.ptr(), none.ptr(), options.ptr()); });
    if (result == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::object>(result);
}

/// Gives the GIL up for a scope. Unlike pybind11's own it may be left by the way in which Python ends threads
/// that are still running when the interpreter shuts down.
class WithoutGil {
public:
    WithoutGil() : state_(PyEval_SaveThread()) {}
    WithoutGil(const WithoutGil&) = delete;
    WithoutGil& operator=(const WithoutGil&) = delete;
    ~WithoutGil() {
        if (left_over()) stop_here();
        may_end_here([this] { return PyEval_RestoreThread(state_), 0; });
    }

private:
    PyThreadState* state_;
};

/// Takes the GIL for a scope, on any thread.
class WithGil {
public:
    WithGil() : state_(ensure()) {}
    WithGil(const WithGil&) = delete;
    WithGil& operator=(const WithGil&) = delete;
    ~WithGil() {
        if (PyGILState_Check() == 0) stop_here();  // Python has taken it away for good, see left_over()
        PyGILState_Release(state_);
    }

private:
    static PyGILState_STATE ensure() {
        if (left_over()) stop_here();
        return may_end_here([] { return PyGILState_Ensure(); });
    }
    PyGILState_STATE state_;
};

/// Holds a Python object; may be dropped on any thread, with or without the GIL. Make and copy it only with
/// the GIL. When the interpreter is gone the object is left to the system.
class PyRef {
public:
    PyRef() = default;
    explicit PyRef(py::object object) : object_(object.release().ptr()) {}
    PyRef(PyRef&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    PyRef& operator=(PyRef&& other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~PyRef() {
        if (object_ == nullptr || Py_IsInitialized() == 0) return;
        const WithGil gil;
        Py_DECREF(object_);
    }
    [[nodiscard]] py::handle get() const noexcept { return object_; }

private:
    PyObject* object_ = nullptr;
};

/// Destroys what a smart pointer of libvbg's holds (it may wait for threads or have something to log) without
/// the GIL. The pointer is empty before the GIL is given up, so that no other thread meets it half gone.
template <class Pointer>
void drop_without_gil(Pointer& pointer) {
    Pointer gone = std::move(pointer);
    if (Py_IsInitialized() == 0 || PyGILState_Check() == 0) return;
    const WithoutGil free;
    gone.reset();
}

}  // namespace vbg::python
