#pragma once
/// @file outlet.hpp  A video node that takes frames (v4l2loopback, or a real output): negotiated, mapped, and
/// shown one frame at a time. No thread and no clock of its own; pacing is feeder.hpp's.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/v4l2/buffers.hpp"

namespace vbg::v4l2 {

/// How frames get to the driver.
enum class Handover { either, mmap, write };

/// What the node is asked for. A node that already has a format keeps it.
struct Wish {
    std::string device;                         ///< a node, a card's name, or "auto"
    PixelFormat format = PixelFormat::unknown;  ///< unknown: one that every program reads
    int width = 0, height = 0;                  ///< pixels; odd sizes are rounded down where chroma wants it
    double fps = 30;                            ///< promised to readers
    Handover handover = Handover::either;
};

/// The node that `device` means: a path as it is; else the first virtual camera with that card name or, for
/// "auto", the first virtual camera that nobody feeds. Throws Error{not_found}.
std::string find_outlet(Kernel& kernel, const std::string& device);

/// Reentrant. Leaves the node usable when destroyed: stream off, buffers given back, capabilities as before.
class Outlet {
public:
    /// Opens and negotiates. Throws Error{not_found, device} with what mends it.
    Outlet(Kernel& kernel, const Wish& wish);
    ~Outlet();
    Outlet(const Outlet&) = delete;
    Outlet& operator=(const Outlet&) = delete;

    /// What the driver agreed on.
    [[nodiscard]] const Picture& picture() const noexcept { return picture_; }
    [[nodiscard]] double fps() const noexcept { return fps_; }
    [[nodiscard]] const VideoNode& node() const noexcept { return node_; }
    /// Bytes of a whole frame in the driver's layout (view_of()).
    [[nodiscard]] std::size_t frame_bytes() const noexcept { return frame_bytes_; }

    /// Hands a frame over, frame_bytes() long. Never writes into the buffer handed over last: that is the one
    /// readers look at. False when the driver still has every buffer (never so with v4l2loopback). Throws
    /// Error{device} when the node is gone or broken.
    bool show(std::span<const std::byte> frame);

private:
    void heal_capabilities();
    void check_role();
    void negotiate(const Wish& wish);
    Picture ask(const Wish& wish);
    [[nodiscard]] PixelFormat choose_format(const Wish& wish) const;
    void prepare(Handover handover);
    [[nodiscard]] std::uint32_t offset_of(std::uint32_t index) const;
    [[nodiscard]] int next_index();
    void show_mapped(std::uint32_t index, std::span<const std::byte> frame);
    void show_written(std::span<const std::byte> frame);

    VideoNode node_;
    Capabilities capabilities_;
    std::uint32_t type_ = 0;
    Picture picture_;
    double fps_ = 0;
    std::size_t frame_bytes_ = 0;
    bool mapped_ = false;
    bool warned_ = false;  ///< said once that a reader took buffers away
    Buffers buffers_;
    std::vector<std::uint32_t> offsets_;  ///< where each buffer lies in the driver's memory
    std::vector<bool> free_;              ///< not with the driver
    int last_ = -1;                       ///< handed over last
};

}  // namespace vbg::v4l2
