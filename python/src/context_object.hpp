#pragma once
/// @file context_object.hpp  What a Python Context object is.

#include <memory>

#include "borrowed.hpp"
#include "devices.hpp"
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
    /// Throws Refused (value) unless it works where a call's pictures lie.
    void need_place(const Device& pictures) const {
        const Device own = get().device();
        if (own == pictures) return;
        throw Refused(Refused::As::value, "context: it works on " + device_text(own) +
                                              ", but the pictures lie on " + device_text(pictures) +
                                              ": make one with vbg.Context(device='" + device_text(pictures) +
                                              "')");
    }
};

/// Where the pictures of a call may lie that is given this context, which may be null.
inline Reach reach_of(const ContextObject* context) {
    if (context == nullptr) return {true, {}, {}};
    return {true, context->get().stream(), context->get().device()};
}

}  // namespace vbg::python
