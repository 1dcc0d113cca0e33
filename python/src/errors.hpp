#pragma once
/// @file errors.hpp  Exceptions on their way to Python.

#include <exception>
#include <string>

#include "pch.hpp"

namespace vbg::python {

/// Something wrong with an argument, found before libvbg sees it. Thrown with or without the GIL; becomes the
/// class of that name in vbg._errors.
class Refused : public std::exception {
public:
    enum class As { type, value, buffer, state, not_found };
    Refused(As as, std::string text) : as_(as), text_(std::move(text)) {}
    [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }
    [[nodiscard]] const char* class_name() const noexcept;

private:
    As as_;
    std::string text_;
};

/// The name of an object's type, for texts.
[[nodiscard]] std::string type_name(py::handle object);

void bind_errors(py::module_& module);

}  // namespace vbg::python
