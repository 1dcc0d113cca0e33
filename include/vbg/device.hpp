#pragma once
/// @file device.hpp  Where stages can work on this machine; pictures on GPUs.

#include <cstddef>
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
/// no driver,
/// ...). Starts the GPU's driver. Never throws for what it finds wrong. Thread-safe.
[[nodiscard]] VBG_API std::vector<DeviceInfo> list_devices();

/// Frees what DeviceFrame and DeviceMask own.
struct VBG_API DeviceMemoryFree {
    Device device;
    void operator()(std::byte* memory) const noexcept;
};

/// A picture on a GPU (cuda), or in host memory that a GPU reads and writes by itself (cuda_host, pinned),
/// that owns its pixels. Rows start at multiples of 256 bytes. Movable, not copyable; let the streams that
/// use it finish before it goes. Reentrant.
class VBG_API DeviceFrame {
public:
    DeviceFrame() = default;
    /// Allocates on spec.device; the pixels are not cleared. Throws Error{invalid_argument, out_of_memory,
    /// device, not_built}.
    explicit DeviceFrame(const FrameSpec& spec);
    [[nodiscard]] bool empty() const noexcept { return storage_ == nullptr; }
    /// Valid as long as this frame lives and is not moved from.
    [[nodiscard]] FrameView view() noexcept { return view_; }
    [[nodiscard]] ConstFrameView view() const noexcept { return view_; }

private:
    std::unique_ptr<std::byte, DeviceMemoryFree> storage_;
    FrameView view_{};
};

/// A matte, likewise.
class VBG_API DeviceMask {
public:
    DeviceMask() = default;
    /// As DeviceFrame's.
    DeviceMask(int width, int height, const Device& device, MaskFormat format = MaskFormat::u8);
    [[nodiscard]] bool empty() const noexcept { return storage_ == nullptr; }
    /// Valid as long as this matte lives and is not moved from.
    [[nodiscard]] MaskView view() noexcept { return view_; }
    [[nodiscard]] ConstMaskView view() const noexcept { return view_; }

private:
    std::unique_ptr<std::byte, DeviceMemoryFree> storage_;
    MaskView view_{};
};

/// Copies pixels between host memory and a GPU, or on one, in the stream's turn: neither end may be touched
/// before the stream has got there. Same size and format; rows may run either way. Memory that is not pinned
/// makes the caller wait. Throws Error{invalid_argument, device, not_built}. Thread-safe.
VBG_API void copy_pixels(const ConstFrameView& from, const FrameView& to, StreamRef stream);
VBG_API void copy_pixels(const ConstMaskView& from, const MaskView& to, StreamRef stream);

/// convert() of frame.hpp for two pictures on one GPU, in the stream's turn; within 2 levels of what the CPU
/// gives. For two pictures in host memory it is that function. Throws Error{invalid_argument,
/// unsupported_format, device, not_built}. Thread-safe.
VBG_API void convert(const ConstFrameView& from, const FrameView& to, StreamRef stream);

}  // namespace vbg::inline v0
