#pragma once
/// @file device.hpp  An open video node with typed calls. Everything that fails throws vbg::Error as
/// diagnosis.hpp words it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/v4l2/diagnosis.hpp"
#include "io/v4l2/formats.hpp"
#include "io/v4l2/kernel.hpp"

namespace vbg::v4l2 {

/// Numbers that a driver offers: the discrete ones listed, or all from min to max in steps.
struct Steps {
    std::uint32_t min = 0, max = 0, step = 1;
    /// The member nearest to `wanted`.
    [[nodiscard]] std::uint32_t nearest(std::uint32_t wanted) const noexcept;
};

/// Frame sizes of one pixel format.
struct Sizes {
    Steps width, height;  ///< min == max for a discrete size
};

/// Frame rates of one size: discrete where min == max; frames a second.
struct Rates {
    double min = 0, max = 0;
};

/// What VIDIOC_QUERYCAP says, of this very node (not of the whole device).
struct Capabilities {
    std::string driver;  ///< "uvcvideo", "v4l2 loopback"
    std::string card;    ///< the name people know: "Integrated Camera"
    std::string bus;     ///< where it is plugged: "usb-0000:00:14.0-1"
    std::uint32_t flags = 0;
    [[nodiscard]] bool has(std::uint32_t flag) const noexcept { return (flags & flag) != 0; }
    /// Whether pictures can be streamed from it (a metadata node cannot).
    [[nodiscard]] bool captures() const noexcept {
        return has(V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE);
    }
    [[nodiscard]] bool outputs() const noexcept {
        return has(V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_OUTPUT_MPLANE);
    }
    [[nodiscard]] bool is_loopback() const noexcept { return driver == "v4l2 loopback"; }
    /// The buffer type to capture with: single-planar where there is the choice.
    [[nodiscard]] std::uint32_t capture_type() const noexcept {
        return has(V4L2_CAP_VIDEO_CAPTURE) ? V4L2_BUF_TYPE_VIDEO_CAPTURE : V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
    }
    [[nodiscard]] std::uint32_t output_type() const noexcept {
        return has(V4L2_CAP_VIDEO_OUTPUT) ? V4L2_BUF_TYPE_VIDEO_OUTPUT : V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE;
    }
};

/// Owns a descriptor. Movable. Reentrant; attempt() may be called by several threads at once.
class VideoNode {
public:
    VideoNode() = default;
    /// Opens for reading and writing, non-blocking. Throws Error{not_found, device}. The kernel must outlive
    /// the device.
    VideoNode(Kernel& kernel, std::string node, Role role = Role::camera);
    ~VideoNode();
    VideoNode(VideoNode&& other) noexcept;
    VideoNode& operator=(VideoNode&& other) noexcept;

    [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
    [[nodiscard]] int fd() const noexcept { return fd_; }
    [[nodiscard]] const std::string& path() const noexcept { return node_; }
    [[nodiscard]] Kernel& kernel() const noexcept { return *kernel_; }
    void close() noexcept;

    /// An ioctl whose failure the caller handles: 0, or the (positive) errno.
    int attempt(unsigned long request, void* argument) const noexcept;
    /// An ioctl that must work. `name` is the request's, `doing` what it is for, in words.
    void call(unsigned long request, std::string_view name, void* argument, std::string_view doing) const;
    /// The error for a call of this node that failed with `error`.
    [[nodiscard]] Error failure(std::string_view name, std::string_view doing, int error) const;

    [[nodiscard]] Capabilities capabilities() const;

    /// Fourccs that a buffer type offers, in the driver's order; with ones that libvbg does not read.
    [[nodiscard]] std::vector<v4l2_fmtdesc> formats(std::uint32_t buffer_type) const;
    /// Sizes of a fourcc; empty where the driver does not list them.
    [[nodiscard]] std::vector<Sizes> sizes(std::uint32_t fourcc) const;
    /// Rates of a size, highest first; empty where the driver does not list them.
    [[nodiscard]] std::vector<Rates> rates(std::uint32_t fourcc, std::uint32_t width,
                                           std::uint32_t height) const;

    [[nodiscard]] Picture get_format(std::uint32_t buffer_type) const;
    /// Asks for a format and returns what the driver made of it, which may differ in everything.
    Picture set_format(const v4l2_format& wanted) const;
    /// Frames a second, or 0 where the driver does not say.
    [[nodiscard]] double get_rate(std::uint32_t buffer_type) const;
    /// Asks for a rate and returns what the driver made of it; 0 where it has no say in it.
    double set_rate(std::uint32_t buffer_type, double fps) const;

    /// A control's description, or nothing where the device has no such control (or has switched it off).
    [[nodiscard]] std::optional<v4l2_queryctrl> find_control(std::uint32_t id) const;
    /// Whether a menu control has this entry.
    [[nodiscard]] bool has_menu_entry(std::uint32_t id, std::int32_t entry) const;
    [[nodiscard]] std::int32_t get_control(std::uint32_t id) const;
    void set_control(std::uint32_t id, std::int32_t value) const;

    /// Waits for any of `events` (POLLIN, POLLOUT, POLLPRI). What came, 0 when the time is over. POLLERR and
    /// POLLHUP come unasked. Throws Error{device}.
    [[nodiscard]] short wait(short events, std::chrono::milliseconds timeout) const;

private:
    Kernel* kernel_ = nullptr;
    std::string node_;
    Role role_ = Role::camera;
    int fd_ = -1;
};

}  // namespace vbg::v4l2
