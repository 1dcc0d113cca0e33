#pragma once
/// @file dlpack.hpp  The layout of DLPack's first ABI, as its specification gives it: how array libraries
/// hand each other memory. Only what vbg reads.

#include <cstdint>

namespace vbg::python::dlpack {

struct Device {
    std::int32_t type;  ///< 1 host, 2 CUDA, 3 CUDA's pinned host memory, ...
    std::int32_t id;
};

struct DataType {
    std::uint8_t code;  ///< 0 signed, 1 unsigned, 2 float, 6 bool
    std::uint8_t bits;
    std::uint16_t lanes;
};

struct Tensor {
    void* data;
    Device device;
    std::int32_t ndim;
    DataType dtype;
    std::int64_t* shape;
    std::int64_t* strides;  ///< in elements; null = C order
    std::uint64_t byte_offset;
};

struct Managed {
    Tensor tensor;
    void* context;
    void (*deleter)(Managed*);
};

}  // namespace vbg::python::dlpack
