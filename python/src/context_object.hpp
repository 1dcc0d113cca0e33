#pragma once
/// @file context_object.hpp  What a Python Context object is.

#include <memory>

#include "errors.hpp"
#include "pch.hpp"

namespace vbg::python {

struct ContextObject {
    std::unique_ptr<Context> context;
    [[nodiscard]] Context& get() const {
        if (context == nullptr)
            throw Refused(Refused::As::type, "this Context was never made: call its __init__()");
        return *context;
    }
};

}  // namespace vbg::python
