#include "io/v4l2/device.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <utility>

namespace vbg::v4l2 {

namespace {

/// A text field of a V4L2 structure: ends at its first zero, or at its end.
template <std::size_t N>
std::string text_of(const __u8 (&field)[N]) {
    const auto* end = std::find(std::begin(field), std::end(field), 0);
    return {std::begin(field), end};
}

/// Time per frame as frames a second; 0 where it means nothing.
double rate_of(const v4l2_fract& interval) {
    if (interval.numerator == 0 || interval.denominator == 0) return 0;
    return static_cast<double>(interval.denominator) / interval.numerator;
}

/// Frames a second as time per frame. Whole rates are written exactly, and so are 30000/1001 and its kin.
v4l2_fract interval_of(double fps) {
    const double whole = std::round(fps);
    if (std::abs(fps - whole) < 1e-6) return {1, static_cast<std::uint32_t>(whole)};
    return {1001, static_cast<std::uint32_t>(std::lround(fps * 1001))};
}

// Enumerations end with EINVAL. A driver that never says so is stopped here.
constexpr std::uint32_t kMaxEntries = 1024;

}  // namespace

std::uint32_t Steps::nearest(std::uint32_t wanted) const noexcept {
    const std::uint32_t inside = std::clamp(wanted, min, std::max(min, max));
    const std::uint32_t pace = std::max(step, 1U);
    const std::uint32_t below = min + (inside - min) / pace * pace;
    const bool up = inside - below > pace / 2 && below + pace <= max;
    return up ? below + pace : below;
}

VideoNode::VideoNode(Kernel& kernel, std::string node, Role role)
    : kernel_(&kernel), node_(std::move(node)), role_(role) {
    const int result = kernel.open(node_, O_RDWR | O_NONBLOCK);
    if (result < 0) throw failure("open", {}, -result);
    fd_ = result;
}

VideoNode::~VideoNode() { close(); }

VideoNode::VideoNode(VideoNode&& other) noexcept
    : kernel_(other.kernel_),
      node_(std::move(other.node_)),
      role_(other.role_),
      fd_(std::exchange(other.fd_, -1)) {}

VideoNode& VideoNode::operator=(VideoNode&& other) noexcept {
    if (this == &other) return *this;
    close();
    kernel_ = other.kernel_;
    node_ = std::move(other.node_);
    role_ = other.role_;
    fd_ = std::exchange(other.fd_, -1);
    return *this;
}

void VideoNode::close() noexcept {
    if (fd_ >= 0) kernel_->close(std::exchange(fd_, -1));
}

int VideoNode::attempt(unsigned long request, void* argument) const noexcept {
    const int result = kernel_->ioctl(fd_, request, argument);
    return result < 0 ? -result : 0;
}

void VideoNode::call(unsigned long request, std::string_view name, void* argument,
                     std::string_view doing) const {
    if (const int error = attempt(request, argument); error != 0) throw failure(name, doing, error);
}

Error VideoNode::failure(std::string_view name, std::string_view doing, int error) const {
    return failure_error(*kernel_, {node_, name, std::string(doing), error, role_});
}

Capabilities VideoNode::capabilities() const {
    v4l2_capability raw{};
    call(VIDIOC_QUERYCAP, "VIDIOC_QUERYCAP", &raw, "ask what it is");
    const bool own = (raw.capabilities & V4L2_CAP_DEVICE_CAPS) != 0;
    return {text_of(raw.driver), text_of(raw.card), text_of(raw.bus_info),
            own ? raw.device_caps : raw.capabilities};
}

std::vector<v4l2_fmtdesc> VideoNode::formats(std::uint32_t buffer_type) const {
    std::vector<v4l2_fmtdesc> found;
    for (std::uint32_t i = 0; i < kMaxEntries; ++i) {
        v4l2_fmtdesc one{};
        one.index = i;
        one.type = buffer_type;
        if (attempt(VIDIOC_ENUM_FMT, &one) != 0) break;
        found.push_back(one);
    }
    return found;
}

std::vector<Sizes> VideoNode::sizes(std::uint32_t fourcc) const {
    std::vector<Sizes> found;
    for (std::uint32_t i = 0; i < kMaxEntries; ++i) {
        v4l2_frmsizeenum one{};
        one.index = i;
        one.pixel_format = fourcc;
        if (attempt(VIDIOC_ENUM_FRAMESIZES, &one) != 0) break;
        if (one.type == V4L2_FRMSIZE_TYPE_DISCRETE) {
            const auto& d = one.discrete;
            found.push_back({{d.width, d.width, 1}, {d.height, d.height, 1}});
            continue;
        }
        const auto& s = one.stepwise;  // continuous is stepwise with steps of 1
        found.push_back(
            {{s.min_width, s.max_width, s.step_width}, {s.min_height, s.max_height, s.step_height}});
        break;  // there is one such entry only
    }
    return found;
}

std::vector<Rates> VideoNode::rates(std::uint32_t fourcc, std::uint32_t width, std::uint32_t height) const {
    std::vector<Rates> found;
    for (std::uint32_t i = 0; i < kMaxEntries; ++i) {
        v4l2_frmivalenum one{};
        one.index = i;
        one.pixel_format = fourcc;
        one.width = width;
        one.height = height;
        if (attempt(VIDIOC_ENUM_FRAMEINTERVALS, &one) != 0) break;
        if (one.type == V4L2_FRMIVAL_TYPE_DISCRETE) {
            const double rate = rate_of(one.discrete);
            if (rate > 0) found.push_back({rate, rate});
            continue;
        }
        // The longest interval is the lowest rate. A shortest interval of zero sets no limit.
        const double low = rate_of(one.stepwise.max), high = rate_of(one.stepwise.min);
        found.push_back({low, high > 0 ? high : 1000.0});
        break;
    }
    std::sort(found.begin(), found.end(), [](const Rates& a, const Rates& b) { return a.max > b.max; });
    return found;
}

Picture VideoNode::get_format(std::uint32_t buffer_type) const {
    v4l2_format format{};
    format.type = buffer_type;
    call(VIDIOC_G_FMT, "VIDIOC_G_FMT", &format, "ask for its format");
    return unpack(format);
}

Picture VideoNode::set_format(const v4l2_format& wanted) const {
    v4l2_format format = wanted;
    call(VIDIOC_S_FMT, "VIDIOC_S_FMT", &format, fmt::format("set {}", describe(unpack(wanted))));
    return unpack(format);
}

double VideoNode::get_rate(std::uint32_t buffer_type) const {
    v4l2_streamparm parameters{};
    parameters.type = buffer_type;
    if (attempt(VIDIOC_G_PARM, &parameters) != 0) return 0;
    const bool output =
        buffer_type == V4L2_BUF_TYPE_VIDEO_OUTPUT || buffer_type == V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE;
    return rate_of(output ? parameters.parm.output.timeperframe : parameters.parm.capture.timeperframe);
}

double VideoNode::set_rate(std::uint32_t buffer_type, double fps) const {
    v4l2_streamparm parameters{};
    parameters.type = buffer_type;
    if (attempt(VIDIOC_G_PARM, &parameters) != 0) return 0;
    const bool output =
        buffer_type == V4L2_BUF_TYPE_VIDEO_OUTPUT || buffer_type == V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE;
    auto& interval = output ? parameters.parm.output.timeperframe : parameters.parm.capture.timeperframe;
    interval = interval_of(fps);
    const int error = attempt(VIDIOC_S_PARM, &parameters);
    if (error == EBUSY || error == ENODEV || error == EIO)
        throw failure("VIDIOC_S_PARM", fmt::format("set {} frames/s", fps), error);
    return error != 0 ? get_rate(buffer_type) : rate_of(interval);
}

std::optional<v4l2_queryctrl> VideoNode::find_control(std::uint32_t id) const {
    v4l2_queryctrl control{};
    control.id = id;
    if (attempt(VIDIOC_QUERYCTRL, &control) != 0) return std::nullopt;
    if ((control.flags & V4L2_CTRL_FLAG_DISABLED) != 0) return std::nullopt;
    return control;
}

bool VideoNode::has_menu_entry(std::uint32_t id, std::int32_t entry) const {
    if (entry < 0) return false;
    v4l2_querymenu menu{};
    menu.id = id;
    menu.index = static_cast<std::uint32_t>(entry);
    return attempt(VIDIOC_QUERYMENU, &menu) == 0;
}

std::int32_t VideoNode::get_control(std::uint32_t id) const {
    v4l2_control control{id, 0};
    call(VIDIOC_G_CTRL, "VIDIOC_G_CTRL", &control, "read a camera control");
    return control.value;
}

void VideoNode::set_control(std::uint32_t id, std::int32_t value) const {
    v4l2_control control{id, value};
    call(VIDIOC_S_CTRL, "VIDIOC_S_CTRL", &control, fmt::format("set a camera control to {}", value));
}

short VideoNode::wait(short events, std::chrono::milliseconds timeout) const {
    pollfd item{fd_, events, 0};
    const int result = kernel_->poll({&item, 1}, timeout);
    if (result < 0) throw failure("poll", "wait for it", -result);
    return result == 0 ? static_cast<short>(0) : item.revents;
}

}  // namespace vbg::v4l2
