#pragma once
/// @file device_array.hpp  What a Python DeviceArray is: a picture or matte in a GPU's memory.

#include <memory>
#include <variant>
#include <vector>

#include "pch.hpp"

namespace vbg::python {

/// Its content is in the turn of the GPU's default stream: whoever reads it in another waits for that one.
struct DeviceArray {
    DeviceArray() = default;
    explicit DeviceArray(Frame frame);  ///< of a packed format
    explicit DeviceArray(Mask mask);

    std::shared_ptr<void> owner;  ///< of the memory; null before __init__()
    std::variant<FrameView, MaskView> view;
};

/// Makes work that was queued in `stream` part of the default stream's turn.
void share(const Device& device, StreamRef stream);

void bind_device_array(py::module_& module);

}  // namespace vbg::python
