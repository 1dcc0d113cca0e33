#pragma once
/// @file cameras.hpp  Which cameras there are, and which one a user means.

#include <optional>
#include <string>
#include <vector>

#include "io/v4l2/device.hpp"

namespace vbg::v4l2 {

/// A node that gives pictures, and what it can be told by.
struct CameraNode {
    std::string path;    ///< "/dev/video0"
    std::string card;    ///< "Integrated Camera"
    std::string bus;     ///< where it is plugged
    std::string driver;  ///< "uvcvideo"
    std::string by_id;   ///< "/dev/v4l/by-id/usb-..." where udev made one, else empty
    bool loopback = false;
    bool same_as(const CameraNode& other) const noexcept;  ///< the very camera, whatever its node's number
};

/// Every node that captures pictures, in the order of their numbers: metadata and output nodes are left out.
/// Nodes that cannot be asked (no right to, gone) are left out too, and `problems` gets why, one line each.
std::vector<CameraNode> list_camera_nodes(Kernel& kernel, std::vector<std::string>* problems = nullptr);

/// The node that `device` means:
///  - a path (with a '/'): that node, links followed;
///  - "auto" or empty: the first camera in order that is no loopback;
///  - else a name: the camera whose name is that, else the first whose name contains it, letter case aside; a
///  bare
///    number N is /dev/videoN.
/// `known` is the camera found before: it is looked for first, at any node, so that one that was pulled out
/// and put in again is found again; "auto" and names never change over to another while it is away. Throws
/// Error{not_found, device} with the cameras there are.
CameraNode find_camera(Kernel& kernel, const std::string& device,
                       const std::optional<CameraNode>& known = {});

}  // namespace vbg::v4l2
