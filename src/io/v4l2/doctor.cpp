#include "io/v4l2/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "io/v4l2/device.hpp"
#include "io/v4l2/diagnosis.hpp"
#include "io/v4l2/machine.hpp"

namespace vbg::v4l2 {

namespace {

constexpr const char* kOutlet = "virtual camera";
constexpr const char* kCamera = "camera";

/// A node that could be opened and asked, or why not.
struct Look {
    std::string path;
    VideoNode node;
    Capabilities capabilities;
    int error = 0;  ///< 0: all went well
};

/// What is found at a node that cannot be opened or asked.
Finding closed_finding(Kernel& kernel, const Look& look, Role role) {
    const Advice advice = advise(kernel, {look.path, "open", {}, look.error, role});
    const std::string why = advice.text.empty() ? std::generic_category().message(look.error) : advice.text;
    return {Severity::error, role == Role::camera ? kCamera : kOutlet,
            fmt::format("{} cannot be opened: {}", look.path, why), advice.fix};
}

std::vector<Look> look_at(Kernel& kernel, Role role, const std::string& only) {
    std::vector<Look> looks;
    auto paths = kernel.nodes();
    if (!only.empty()) paths = {only};
    for (const std::string& path : paths) {
        Look look;
        look.path = path;
        try {
            look.node = VideoNode(kernel, path, role);
            look.capabilities = look.node.capabilities();
        } catch (const Error& e) {
            look.error = e.sys_errno() != 0 ? e.sys_errno() : EIO;
        }
        looks.push_back(std::move(look));
    }
    return looks;
}

std::set<std::string> paths_of(const std::vector<LoopbackNode>& nodes) {
    std::set<std::string> paths;
    for (const LoopbackNode& node : nodes) paths.insert(node.path);
    return paths;
}

std::string holders_or_nobody(Kernel& kernel, const std::string& node) {
    const std::string who = list_holders(kernel, node);
    return who.empty() ? "nobody this user may see" : who;
}

Finding exclusive_caps_finding(Kernel& kernel, const Look& look) {
    return {Severity::warning, kOutlet,
            fmt::format("{}: loaded without exclusive_caps=1: Chrome, Edge and programs built on them do not "
                        "list it as a camera",
                        look.path),
            fmt::format("close every program that uses it, then: {}", reload_command(kernel))};
}

/// The format that the node has now, as text; empty where it has none.
std::string format_text(const VideoNode& node, const Picture& picture) {
    if (picture.width == 0) return {};
    const double rate = node.get_rate(V4L2_BUF_TYPE_VIDEO_CAPTURE);
    return rate > 0 ? fmt::format("{} at {:g} frames/s", describe(picture), rate) : describe(picture);
}

void look_at_format(Kernel& kernel, const Look& look, std::vector<Finding>& found) {
    v4l2_format raw{};
    raw.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    if (look.node.attempt(VIDIOC_G_FMT, &raw) != 0) return;
    const Picture picture = unpack(raw);
    if (picture.format != nullptr && !picture.format->jpeg) {
        if (const std::string text = format_text(look.node, picture); !text.empty())
            found.push_back(
                {Severity::info, kOutlet, fmt::format("{}: its format is {}", look.path, text), {}});
        return;
    }
    found.push_back(
        {Severity::error, kOutlet,
         fmt::format("{}: it holds the format {}, which libvbg does not write; open in {}", look.path,
                     describe(picture), holders_or_nobody(kernel, look.path)),
         fmt::format("close those programs; if that is not enough: v4l2-ctl -d {} -c keep_format=0",
                     look.path)});
}

void look_at_outlet(Kernel& kernel, const LoopbackModule& module, const Look& look,
                    std::vector<Finding>& found) {
    const Capabilities& caps = look.capabilities;
    const auto number = loopback_number(caps);
    const bool exclusive = number && *number < module.exclusive_caps.size()
                               ? module.exclusive_caps[*number]
                               : !(caps.captures() && caps.outputs());
    if (!exclusive) found.push_back(exclusive_caps_finding(kernel, look));
    if (!caps.captures() && !caps.outputs()) {
        found.push_back(
            {Severity::warning, kOutlet,
             fmt::format("{}: a program that only wrote to it has left it without capabilities", look.path),
             fmt::format("start vbg-cam --sink {}: that mends it", look.path)});
        return;
    }
    const bool fed = exclusive && !caps.outputs();
    const std::string who = list_holders(kernel, look.path);
    if (fed) {
        found.push_back({Severity::info,
                         kOutlet,
                         fmt::format("{} '{}': is being fed; open in {}", look.path, caps.card,
                                     who.empty() ? "nobody this user may see" : who),
                         {}});
    } else {
        found.push_back({Severity::ok,
                         kOutlet,
                         fmt::format("{} '{}': free to be fed{}", look.path, caps.card,
                                     who.empty() ? "" : "; open in " + who),
                         {}});
    }
    if (caps.captures()) look_at_format(kernel, look, found);
}

/// Largest size of a format, and the highest rate there; zeros where the driver does not say.
struct Reach {
    std::uint32_t width = 0, height = 0;
    long rate = 0;
    [[nodiscard]] std::uint64_t pixels() const { return std::uint64_t{width} * height; }
    bool operator<(const Reach& other) const {
        return std::pair(other.pixels(), other.rate) < std::pair(pixels(), rate);
    }
};

Reach reach_of(const VideoNode& node, std::uint32_t fourcc) {
    Reach reach;
    for (const Sizes& size : node.sizes(fourcc)) {
        const Reach one{size.width.max, size.height.max, 0};
        if (one.pixels() > reach.pixels()) reach = one;
    }
    if (reach.width == 0) return reach;
    for (const Rates& rate : node.rates(fourcc, reach.width, reach.height))
        reach.rate = std::max(reach.rate, std::lround(rate.max));
    return reach;
}

/// "MJPG up to 1920x1080 at 30 frames/s; YUYV up to 1280x720 at 10 frames/s"; the largest first.
std::string offers_text(const VideoNode& node, std::uint32_t type) {
    std::map<Reach, std::string> offers;
    for (const v4l2_fmtdesc& one : node.formats(type)) {
        if (find_format(one.pixelformat) == nullptr) continue;
        std::string& formats = offers[reach_of(node, one.pixelformat)];
        formats += fmt::format("{}{}", formats.empty() ? "" : ", ", fourcc_text(one.pixelformat));
    }
    std::string text;
    for (const auto& [reach, formats] : offers) {
        text += fmt::format("{}{}", text.empty() ? "" : "; ", formats);
        if (reach.width > 0) text += fmt::format(" up to {}x{}", reach.width, reach.height);
        if (reach.rate > 0) text += fmt::format(" at {} frames/s", reach.rate);
    }
    return text;
}

void look_at_camera(Kernel& kernel, const Look& look, std::vector<Finding>& found) {
    const std::string offers = offers_text(look.node, look.capabilities.capture_type());
    if (offers.empty()) {
        found.push_back(
            {Severity::warning, kCamera,
             fmt::format("{} '{}': has no format that libvbg reads", look.path, look.capabilities.card),
             fmt::format("see what it offers: v4l2-ctl -d {} --list-formats-ext", look.path)});
        return;
    }
    found.push_back(
        {Severity::ok,
         kCamera,
         fmt::format("{} '{}' ({}): {}", look.path, look.capabilities.card, look.capabilities.driver, offers),
         {}});
    const std::string who = list_holders(kernel, look.path);
    if (who.empty()) return;
    found.push_back(
        {Severity::info,
         kCamera,
         fmt::format("{}: is open in {}; while that program shows it, others cannot", look.path, who),
         {}});
}

}  // namespace

std::vector<Finding> diagnose_outlets(Kernel& kernel, const std::string& only) {
    std::vector<Finding> found;
    const LoopbackModule module = look_at_loopback(kernel);
    if (module.loaded) {
        found.push_back({Severity::ok,
                         kOutlet,
                         fmt::format("the module v4l2loopback {}is loaded",
                                     module.version.empty() ? "" : module.version + " "),
                         {}});
    }
    if (module.loaded && module.max_buffers > 0 && module.max_buffers < 3) {
        found.push_back(
            {Severity::info, kOutlet,
             fmt::format("v4l2loopback has {} buffers: a program that reads slowly may see half of one "
                         "frame and half of another",
                         module.max_buffers),
             fmt::format("where that is seen, close every program that uses it, then: {}",
                         reload_command(kernel))});
    }
    const std::set<std::string> virtual_nodes = paths_of(loopback_nodes(kernel));
    int outlets = 0;
    for (const Look& look : look_at(kernel, Role::virtual_camera, only)) {
        if (look.error != 0) {
            // A node that may not be opened and is not known to be a virtual one is reported with the
            // cameras.
            if (only.empty() && virtual_nodes.count(look.path) == 0) continue;
            found.push_back(closed_finding(kernel, look, Role::virtual_camera));
            ++outlets;
            continue;
        }
        // Other drivers' outputs are plugs for a screen, not virtual cameras; they count where they are
        // named.
        if (only.empty() && !look.capabilities.is_loopback()) continue;
        if (!look.capabilities.is_loopback() && !look.capabilities.outputs()) {
            found.push_back({Severity::error, kOutlet,
                             fmt::format("{} '{}' is a camera: frames come out of it and none go in",
                                         look.path, look.capabilities.card),
                             "name a virtual camera instead; vbg-cam doctor without --sink lists them"});
        } else {
            look_at_outlet(kernel, module, look, found);
        }
        ++outlets;
    }
    if (outlets == 0) {
        const Advice advice = why_no_loopback(kernel);
        found.push_back({Severity::error, kOutlet, "there is no virtual camera: " + advice.text, advice.fix});
    }
    return found;
}

std::vector<Finding> diagnose_cameras(Kernel& kernel, const std::string& only) {
    std::vector<Finding> found;
    const std::set<std::string> virtual_nodes = paths_of(loopback_nodes(kernel));
    int cameras = 0, closed = 0;
    for (const Look& look : look_at(kernel, Role::camera, only)) {
        if (look.error != 0) {
            if (only.empty() && virtual_nodes.count(look.path) != 0) continue;
            found.push_back(closed_finding(kernel, look, Role::camera));
            ++closed;
            continue;
        }
        // Nodes of loopbacks are virtual cameras; those that do not capture carry metadata or take frames.
        if (look.capabilities.is_loopback()) continue;
        if (look.capabilities.captures()) {
            look_at_camera(kernel, look, found);
            ++cameras;
        } else if (!only.empty()) {
            found.push_back(
                {Severity::error, kCamera,
                 fmt::format("{}: gives no pictures (a webcam has a second node for metadata)", look.path),
                 "name its other node; vbg-cam doctor without --source lists them"});
            ++closed;
        }
    }
    if (cameras > 0 || closed > 0) return found;
    const bool driver = !kernel.list_folder("/sys/module/uvcvideo").empty();
    found.push_back({Severity::warning, kCamera, "there is no camera",
                     in_container(kernel) ? "start the container with --device /dev/video0"
                     : driver ? "plug one in; a laptop may have a switch or key that takes its camera away"
                              : "plug one in; where that changes nothing: sudo modprobe uvcvideo"});
    return found;
}

}  // namespace vbg::v4l2
