#include "io/v4l2/cameras.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>

namespace vbg::v4l2 {

namespace {

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

std::string lasting_name(Kernel& kernel, const std::string& path) {
    for (const auto& [link, node] : kernel.links()) {
        if (node == path && link.find("/by-id/") != std::string::npos) return link;
    }
    return {};
}

/// What the node is; throws where it cannot be asked.
CameraNode look_at(Kernel& kernel, const std::string& path, Capabilities& capabilities) {
    const VideoNode node(kernel, path);
    capabilities = node.capabilities();
    return {path,
            capabilities.card,
            capabilities.bus,
            capabilities.driver,
            lasting_name(kernel, path),
            capabilities.is_loopback()};
}

std::string list_text(const std::vector<CameraNode>& cameras, const std::vector<std::string>& problems) {
    std::string text;
    for (const CameraNode& camera : cameras)
        text += fmt::format("{}{} ({})", text.empty() ? "; there are " : ", ", camera.path, camera.card);
    if (cameras.empty()) {
        text =
            "; there is none: plug one in, or load its driver with: sudo modprobe uvcvideo (in a container: "
            "pass "
            "its node with --device /dev/video0)";
    }
    for (const std::string& problem : problems) text += "; " + problem;
    return text;
}

const CameraNode* named(const std::vector<CameraNode>& cameras, const std::string& device) {
    const std::string wanted = lower(device);
    for (const CameraNode& camera : cameras) {
        if (lower(camera.card) == wanted) return &camera;
    }
    for (const CameraNode& camera : cameras) {
        if (lower(camera.card).find(wanted) != std::string::npos) return &camera;
    }
    return nullptr;
}

const CameraNode* first_real(const std::vector<CameraNode>& cameras) {
    const auto at =
        std::find_if(cameras.begin(), cameras.end(), [](const CameraNode& c) { return !c.loopback; });
    return at == cameras.end() ? nullptr : &*at;
}

/// The same camera at the same plug, else one of that name.
const CameraNode* again(const std::vector<CameraNode>& cameras, const CameraNode& known) {
    for (const CameraNode& camera : cameras) {
        if (camera.same_as(known)) return &camera;
    }
    for (const CameraNode& camera : cameras) {
        if (!camera.loopback && camera.card == known.card && camera.driver == known.driver) return &camera;
    }
    return nullptr;
}

/// The node at a path, whether it is a camera or not: what it is not is said.
CameraNode at_path(Kernel& kernel, const std::string& path) {
    const std::string real = kernel.real_path(path);
    Capabilities capabilities;
    CameraNode camera = look_at(kernel, real, capabilities);
    if (capabilities.captures()) return camera;
    const char* why =
        "it is a node without pictures (metadata, radio or output); cameras often have two nodes";
    if (capabilities.is_loopback()) {
        why =
            "it is a virtual camera that nobody feeds (with exclusive_caps=1 it is a camera only while a "
            "program "
            "writes to it)";
    }
    throw Error(Errc::device,
                fmt::format("{} ({}): no pictures come from it: {}{}", real, camera.card, why,
                            list_text(list_camera_nodes(kernel), {})),
                ENOTTY);
}

}  // namespace

bool CameraNode::same_as(const CameraNode& other) const noexcept {
    // A by-id name holds the serial number: it decides where both have one.
    if (!by_id.empty() && !other.by_id.empty() && by_id == other.by_id) return true;
    return card == other.card && driver == other.driver && bus == other.bus;
}

std::vector<CameraNode> list_camera_nodes(Kernel& kernel, std::vector<std::string>* problems) {
    std::vector<CameraNode> cameras;
    for (const std::string& path : kernel.nodes()) {
        try {
            Capabilities capabilities;
            CameraNode camera = look_at(kernel, path, capabilities);
            if (capabilities.captures()) cameras.push_back(std::move(camera));
        } catch (const Error& e) {
            if (problems != nullptr) problems->emplace_back(e.what());
        }
    }
    return cameras;
}

CameraNode find_camera(Kernel& kernel, const std::string& device, const std::optional<CameraNode>& known) {
    const bool is_path = device.find('/') != std::string::npos;
    const bool is_number = !device.empty() && std::all_of(device.begin(), device.end(), [](unsigned char c) {
        return std::isdigit(c) != 0;
    });
    if (is_number) return find_camera(kernel, "/dev/video" + device, known);
    if (is_path && !known) return at_path(kernel, device);

    if (known) {
        // Where it was, as a rule; then no other node need be opened.
        try {
            Capabilities capabilities;
            CameraNode camera = look_at(kernel, known->path, capabilities);
            if (capabilities.captures() && camera.same_as(*known)) return camera;
        } catch (const Error&) {
            // Looked for everywhere, below.
        }
    }
    std::vector<std::string> problems;
    const auto cameras = list_camera_nodes(kernel, &problems);
    const CameraNode* found = nullptr;
    if (known) {
        found = again(cameras, *known);
        // Another camera at the node that was asked for is what was asked for.
        const auto nodes = kernel.nodes();
        if (found == nullptr && is_path &&
            std::find(nodes.begin(), nodes.end(), kernel.real_path(device)) != nodes.end())
            return at_path(kernel, device);
        if (found == nullptr) {
            throw Error(Errc::device,
                        fmt::format("{} ({}) is gone: plug it in again{}", known->card, known->path,
                                    list_text(cameras, problems)),
                        ENODEV);
        }
        return *found;
    }
    const bool any = device.empty() || device == "auto";
    found = any ? first_real(cameras) : named(cameras, device);
    if (found == nullptr) {
        throw Error(Errc::not_found,
                    any ? fmt::format("no camera{}", list_text(cameras, problems))
                        : fmt::format("no camera of the name '{}'{}", device, list_text(cameras, problems)),
                    ENODEV);
    }
    return *found;
}

}  // namespace vbg::v4l2
