#pragma once
/// @file borrowed.hpp  Memory that another library lends through DLPack.

#include <string>

#include "dlpack.hpp"
#include "pch.hpp"

namespace vbg::python {

/// Where an array may lie: in host memory alone, or on a GPU as well. On `gpu` its memory is read and written
/// in the turn of `stream`, on others in that of their default stream.
struct Reach {
    bool gpus = false;
    StreamRef stream{};
    Device gpu{};  ///< the stream's
};

/// What an object's __dlpack__() gave, until this goes: then it is given back, exactly once. Make and destroy
/// with the GIL.
class Borrowed {
public:
    Borrowed() = default;
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;
    ~Borrowed();

    /// Asks the object; `what` names the argument. Its own work on the memory is done before what the stream
    /// is given from now on. Throws Refused: memory elsewhere, a capsule that was used already or is none, an
    /// exporter that contradicts itself; and what the object's methods raise.
    void take(py::handle object, const std::string& what, const Reach& reach);
    /// Valid after take().
    [[nodiscard]] const dlpack::Tensor& tensor() const noexcept;
    [[nodiscard]] bool read_only() const noexcept;
    [[nodiscard]] const Device& device() const noexcept { return device_; }

private:
    dlpack::Managed* managed_ = nullptr;
    dlpack::Versioned* versioned_ = nullptr;
    Device device_{};
};

}  // namespace vbg::python
