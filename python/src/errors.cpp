// vbg::Error and Refused become the exceptions of vbg/_errors.py.
#include "errors.hpp"

namespace vbg::python {

namespace {

const char* class_of(Errc code) {
    switch (code) {
        case Errc::invalid_argument: return "InvalidArgumentError";
        case Errc::unsupported_format: return "UnsupportedFormatError";
        case Errc::wrong_state: return "StateError";
        case Errc::not_found: return "NotFoundError";
        case Errc::io: return "IoError";
        case Errc::device: return "DeviceError";
        case Errc::model: return "ModelError";
        case Errc::out_of_memory: return "OutOfMemoryError";
        case Errc::not_built: return "NotBuiltError";
        case Errc::ok:
        case Errc::internal: break;
    }
    return "InternalError";
}

void raise(const char* class_name, const char* text, int number) {
    const py::object type = py::module_::import("vbg._errors").attr(class_name);
    py::object error;
    if (number != 0 && PyObject_IsSubclass(type.ptr(), PyExc_OSError) == 1) {
        error = type(number, text);
    } else {
        error = type(text);
    }
    PyErr_SetObject(type.ptr(), error.ptr());
}

void translate(std::exception_ptr thrown) {
    if (!thrown) return;
    try {
        try {
            std::rethrow_exception(thrown);
        } catch (const Error& e) {
            raise(class_of(e.code()), e.what(), e.sys_errno());
        } catch (const Refused& e) {
            raise(e.class_name(), e.what(), 0);
        }
    } catch (py::error_already_set& e) {  // vbg._errors itself could not be had
        e.restore();
    }
}

}  // namespace

const char* Refused::class_name() const noexcept {
    switch (as_) {
        case As::type: return "ArgumentTypeError";
        case As::value: return "InvalidArgumentError";
        case As::buffer: return "ArrayAccessError";
        case As::state: return "StateError";
        case As::not_found: return "NotFoundError";
    }
    return "InternalError";
}

std::string type_name(py::handle object) {
    return object.is_none() ? "None" : std::string(Py_TYPE(object.ptr())->tp_name);
}

void bind_errors(py::module_& /*module*/) { py::register_exception_translator(&translate); }

}  // namespace vbg::python
