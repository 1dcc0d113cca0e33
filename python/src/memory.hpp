#pragma once
/// @file memory.hpp  The memory behind a Python object: numpy, OpenCV, torch, anything with the buffer
/// protocol or DLPack, on a GPU, too, where that is allowed. Borrowed, never copied.

#include <array>
#include <cstddef>
#include <string>

#include "borrowed.hpp"
#include "pch.hpp"

namespace vbg::python {

/// What an object exports, kept alive and in place as long as this lives. Make and destroy with the GIL.
class Memory {
public:
    /// @param what      names the argument in texts, e.g. "frame".
    /// @param writable  refuse read-only memory.
    /// @param reach     where it may lie.
    /// Throws Refused: not an array, more than three dimensions, memory out of reach, read-only.
    Memory(py::handle object, std::string what, bool writable, const Reach& reach = {});
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;
    ~Memory();

    static constexpr int kMaxDims = 3;
    std::byte* data = nullptr;
    int dims = 0;
    std::array<std::ptrdiff_t, kMaxDims> shape{}, strides{};  ///< strides in BYTES
    char kind = '?';  ///< 'u' unsigned, 'i' signed, 'f' float, 'b' bool, else 'o'
    int item_bytes = 0;
    Device device{};  ///< a GPU, or host memory of any kind
    std::string what;

    [[nodiscard]] bool is_u8() const noexcept { return kind == 'u' && item_bytes == 1; }
    [[nodiscard]] bool is_f32() const noexcept { return kind == 'f' && item_bytes == 4; }
    /// "float32", "bool", ...
    [[nodiscard]] std::string dtype() const;
    /// "(720, 1280, 3)"
    [[nodiscard]] std::string shape_text() const;

private:
    bool take_buffer(py::handle object, bool writable);
    void take_dlpack(py::handle object, bool writable, const Reach& reach);
    Py_buffer buffer_{};
    Borrowed borrowed_;
};

}  // namespace vbg::python
