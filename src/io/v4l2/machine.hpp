#pragma once
/// @file machine.hpp  What this machine says of its camera drivers, read from /sys, /proc and /lib/modules.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/v4l2/kernel.hpp"

namespace vbg::v4l2 {

struct Capabilities;

/// The command that makes a virtual camera every program finds, and that a slow reader sees whole frames of.
inline constexpr std::string_view kLoadLoopback =
    "sudo modprobe v4l2loopback video_nr=20 exclusive_caps=1 card_label=vbg max_buffers=8";

/// A node of v4l2loopback, as /sys has it: known even where it may not be opened.
struct LoopbackNode {
    std::string path;  ///< "/dev/video20"
    std::string card;  ///< its name
};
std::vector<LoopbackNode> loopback_nodes(Kernel& kernel);

/// The command that takes the module out and loads it anew as it should be, with the nodes it has now. Every
/// program that uses one of them must be closed first. In a container it says that it is for the host.
std::string reload_command(Kernel& kernel);

/// The kernel module v4l2loopback.
struct LoopbackModule {
    bool loaded = false;
    bool installed = false;            ///< for the kernel that runs; true where it is loaded
    std::string version;               ///< "0.12.7", or empty
    std::vector<bool> exclusive_caps;  ///< of each device, by its number on the module's "bus"
    int max_buffers = 0;               ///< 0: not said
};
LoopbackModule look_at_loopback(Kernel& kernel);

/// Number of a loopback device on the module's bus ("platform:v4l2loopback-003" -> 3), or nothing.
std::optional<std::size_t> loopback_number(const Capabilities& capabilities);

/// Whether the firmware lets signed code alone start; nothing where it does not say (no UEFI, a container).
std::optional<bool> secure_boot(Kernel& kernel);

/// "6.1.0-32-amd64"; empty where /proc is missing.
std::string kernel_release(Kernel& kernel);

/// Whether this process runs in a container, as far as one can see.
bool in_container(Kernel& kernel);

/// What is wrong, and the command or step that mends it.
struct Advice {
    std::string text, fix;
};
/// Why there is no virtual camera.
Advice why_no_loopback(Kernel& kernel);

}  // namespace vbg::v4l2
