#pragma once
/// @file device.hpp  Where stages can work on this machine; pictures go there and back.

#include <memory>
#include <string>
#include <vector>

#include <vbg/error.hpp>
#include <vbg/types.hpp>

namespace vbg::inline v0 {

/// One place to work, or the reason why there is none.
struct DeviceInfo {
    Device device;
    std::string name;     ///< "cpu", "cuda:0"
    std::string summary;  ///< "host memory", "NVIDIA H200"
    std::string why_not;  ///< why nothing can work there; empty where it can
};

/// The CPU, then every GPU; where no GPU is seen, one line for cuda:0 that says why (no CUDA in this build,
/// no driver, ...). Starts the GPU's driver. Never throws for what it finds wrong. Thread-safe.
[[nodiscard]] VBG_API std::vector<DeviceInfo> list_devices();

/// Copies pixels between host memory and a GPU, or on one, in the stream's turn: neither end may be touched
/// before the stream has got there. Same size and format; rows may run either way. Memory that is not pinned
/// makes the caller wait. Throws Error{invalid_argument, device, not_built}. Thread-safe.
VBG_API void copy_pixels(const ConstFrameView& from, const FrameView& to, StreamRef stream);
VBG_API void copy_pixels(const ConstMaskView& from, const MaskView& to, StreamRef stream);

/// convert() of frame.hpp for two pictures on one GPU, in the stream's turn; within 2 levels of what the CPU
/// gives. For two pictures in host memory it is that function. Throws Error{invalid_argument,
/// unsupported_format, device, not_built}. Thread-safe.
VBG_API void convert(const ConstFrameView& from, const FrameView& to, StreamRef stream);

/// Waits until all that the stream was given is done; a null stream is the GPU's default one. In host memory
/// there is nothing to wait for. Throws Error{device} where some of it failed, Error{not_built}. Thread-safe.
VBG_API void wait_for_stream(const Device& device, StreamRef stream);
/// What `later` is given from now on is done after all that `earlier` was given so far; the caller does not
/// wait. Both are streams of that GPU. Throws Error{device, not_built}. Thread-safe.
VBG_API void order_streams(const Device& device, StreamRef earlier, StreamRef later);

/// A stream on a GPU, for programs that have no CUDA of their own to make one with. It goes on beside the
/// GPU's default stream. Its end does not wait for the work. Movable.
class VBG_API GpuStream {
public:
    /// Throws Error{invalid_argument} for host memory, Error{device, not_built}.
    explicit GpuStream(const Device& device);
    GpuStream(GpuStream&& other) noexcept;
    GpuStream& operator=(GpuStream&& other) noexcept;
    ~GpuStream();
    /// What functions that take a stream take; it is a cudaStream_t. Valid as long as this lives.
    [[nodiscard]] StreamRef ref() const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace vbg::inline v0
