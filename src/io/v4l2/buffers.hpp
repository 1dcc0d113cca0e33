#pragma once
/// @file buffers.hpp  The memory-mapped buffers of a video node, for capture and output, single- and
/// multi-planar alike.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "io/v4l2/device.hpp"

namespace vbg::v4l2 {

/// One buffer that the driver gave back.
struct Filled {
    std::uint32_t index = 0;
    std::array<std::uint32_t, 3> bytes{};   ///< bytes of picture in each memory plane (after its offset)
    std::array<std::uint32_t, 3> offset{};  ///< where they begin
    std::uint32_t flags = 0;                ///< V4L2_BUF_FLAG_...
    std::uint32_t sequence = 0;
    std::chrono::nanoseconds timestamp{};  ///< by the driver's clock; see the flags
};

/// Reentrant. The device must outlive it.
class Buffers {
public:
    Buffers() = default;
    ~Buffers();
    Buffers(Buffers&& other) noexcept;
    Buffers& operator=(Buffers&& other) noexcept;

    /// Asks for `count` buffers and maps them. The driver may give fewer or more. Throws Error{device}.
    void allocate(const VideoNode& device, std::uint32_t buffer_type, std::uint32_t count);
    /// Stops, unmaps, and gives the memory back. Harmless when nothing is allocated.
    void release() noexcept;

    [[nodiscard]] std::size_t count() const noexcept { return maps_.size(); }
    /// The memory of a buffer, one span a memory plane.
    [[nodiscard]] std::span<const std::span<std::byte>> memory(std::uint32_t index) const {
        return {maps_[index].planes.data(), maps_[index].count};
    }
    [[nodiscard]] bool streaming() const noexcept { return streaming_; }
    /// How many buffers the driver has now.
    [[nodiscard]] std::size_t queued() const noexcept { return queued_; }

    void start();
    /// All buffers come back; queue() them again before the next start().
    void stop() noexcept;

    /// Gives a buffer to the driver. For output `bytes` says how much of each memory plane is picture (one
    /// plane for single-planar nodes); ignored for capture. Throws Error{device}.
    void queue(std::uint32_t index, std::span<const std::uint32_t> bytes = {},
               std::chrono::nanoseconds timestamp = {}, std::uint32_t field = V4L2_FIELD_NONE);
    /// The next buffer the driver has done with, or nothing when there is none yet. Throws Error{device}.
    std::optional<Filled> dequeue();

private:
    struct Map {
        std::array<std::span<std::byte>, 3> planes{};
        std::size_t count = 0;
    };
    [[nodiscard]] v4l2_buffer describe(std::uint32_t index, v4l2_plane* planes) const noexcept;
    void map(std::uint32_t index);
    void forget() noexcept;
    const VideoNode* device_ = nullptr;
    std::uint32_t type_ = 0;
    bool requested_ = false;
    bool streaming_ = false;
    std::size_t queued_ = 0;
    std::vector<Map> maps_;
};

}  // namespace vbg::v4l2
