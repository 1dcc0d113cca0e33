#pragma once
/// @file dlpack.hpp  The layout of DLPack, as its specification gives it: how array libraries hand each other
/// memory. Only what vbg reads and writes.

#include <cstdint>

namespace vbg::python::dlpack {

/// 1 host, 2 CUDA, 3 CUDA's pinned host memory, ...
struct Device {
    std::int32_t type;
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

/// What a capsule holds that is named "dltensor": the layout before version 1.0.
struct Managed {
    Tensor tensor;
    void* context;
    void (*deleter)(Managed*);

    static constexpr const char* kName = "dltensor";
    static constexpr const char* kUsedName = "used_dltensor";
};

/// What a capsule holds that is named "dltensor_versioned": version 1.
struct Versioned {
    struct Version {
        std::uint32_t major, minor;
    } version;
    void* context;
    void (*deleter)(Versioned*);
    std::uint64_t flags;  ///< kReadOnly, ...
    Tensor tensor;

    static constexpr const char* kName = "dltensor_versioned";
    static constexpr const char* kUsedName = "used_dltensor_versioned";
    static constexpr std::uint64_t kReadOnly = 1;
};

/// Streams that have a number of their own in __dlpack__(stream=...); others are their cudaStream_t.
enum Stream : std::int64_t { kNoSync = -1, kAmbiguous = 0, kDefaultStream = 1 };

}  // namespace vbg::python::dlpack
