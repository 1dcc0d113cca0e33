#pragma once
/// @file runtime.hpp  GPUs, memory on them, streams and events, for all of libvbg; no CUDA header is needed.
/// Everything here may be called with no GPU, no driver, and in a build without CUDA: what then cannot be
/// done throws Error{not_built} or Error{device}, and the text says why.
///
/// What is queued in a stream happens in its turn, after the call has returned. Nothing waits for a whole
/// device. While a frame is gathered (commands.hpp) it is queued when that is handed over; whatever waits for
/// it sees to that.

#include <cstddef>
#include <memory>
#include <string>

#include <vbg/error.hpp>
#include <vbg/types.hpp>

namespace vbg::cuda {

/// Whether this libvbg has CUDA in it (VBG_CUDA).
[[nodiscard]] bool built() noexcept;
/// Where a stage that has a kernel can work: on the CPU, and on GPUs where CUDA is built in. For
/// Stage::runs_on().
[[nodiscard]] bool runs_on(DeviceType type) noexcept;
/// GPUs that the driver shows; 0 where there is no driver. Never throws.
[[nodiscard]] int device_count() noexcept;
/// Why the GPU of that number cannot be used; empty where it can. Starts the driver.
[[nodiscard]] std::string why_not(int gpu = 0);
/// "NVIDIA H200"; empty where there is no such GPU.
[[nodiscard]] std::string device_name(int gpu);
/// Throws Error{device, not_built} unless the GPU can be used; `who` names who wants it.
void need_device(const Device& device, std::string_view who);

/// Owner of memory on a GPU. Movable. Frees at once: let the streams that use it finish before.
class DeviceBuffer {
public:
    DeviceBuffer() = default;
    /// Throws Error{out_of_memory, device, not_built}. The memory is not cleared.
    DeviceBuffer(std::size_t bytes, const Device& device);
    [[nodiscard]] std::byte* data() const noexcept { return data_.get(); }

private:
    struct Free {
        int gpu;
        void operator()(std::byte* memory) const noexcept;
    };
    std::unique_ptr<std::byte, Free> data_;
};

/// Owner of host memory that a GPU reads and writes by itself while the CPU goes on. Movable. Memory that is
/// not pinned is copied with the caller waiting.
class PinnedBuffer {
public:
    PinnedBuffer() = default;
    /// Throws Error{out_of_memory, device, not_built}. The memory is not cleared.
    PinnedBuffer(std::size_t bytes, const Device& device);
    [[nodiscard]] std::byte* data() const noexcept { return data_.get(); }

private:
    struct Free {
        void operator()(std::byte* memory) const noexcept;
    };
    std::unique_ptr<std::byte, Free> data_;
};

class Event;

/// A queue of work on one GPU, beside its default one. Movable; its end does not wait for the work.
class Stream {
public:
    explicit Stream(const Device& device);
    [[nodiscard]] StreamRef ref() const noexcept { return {stream_.get()}; }
    /// Waits until all that was queued is done. Throws Error{device} where some of it failed.
    void synchronize() const;
    /// Lets what is queued from now on wait for the event; the caller does not.
    void wait(const Event& event) const;

private:
    struct Free {
        int gpu;
        void operator()(void* stream) const noexcept;
    };
    std::unique_ptr<void, Free> stream_;
};

/// A point in a stream's work.
class Event {
public:
    explicit Event(const Device& device);
    /// Marks the end of what the stream was given so far.
    void record(StreamRef stream);
    /// Whether the marked point was reached; true before the first record().
    [[nodiscard]] bool ready() const;
    /// Waits for it.
    void synchronize() const;

private:
    friend void wait_in(const Device& device, StreamRef stream, const Event& event);
    struct Free {
        int gpu;
        void operator()(void* event) const noexcept;
    };
    std::unique_ptr<void, Free> event_;
};

/// Lets what the stream is given from now on wait for the event; the caller does not.
void wait_in(const Device& device, StreamRef stream, const Event& event);
/// Waits until all that the stream was given is done. Throws Error{device} where some of it failed.
void synchronize(const Device& device, StreamRef stream);

/// Copies a picture or matte between host memory and a GPU, or on it, in the stream's turn: size and format
/// must be equal; padding is left alone. Rows may run in either direction in both. Neither memory may be
/// touched before the stream has got there. Throws Error{invalid_argument, device, not_built}.
void copy(const ConstFrameView& from, const FrameView& to, StreamRef stream);
void copy(const ConstMaskView& from, const MaskView& to, StreamRef stream);
/// Host memory that plain bytes come from or go to: only from and to pinned memory does a GPU copy by itself.
enum class HostBytes { any, pinned };
/// Plain bytes, at most 2 GiB; either end may be host memory.
void copy_bytes(const void* from, void* to, std::size_t bytes, const Device& device, StreamRef stream,
                HostBytes host = HostBytes::any);

}  // namespace vbg::cuda
