#include "io/v4l2/machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "io/v4l2/device.hpp"

namespace vbg::v4l2 {

namespace {

constexpr std::string_view kModule = "/sys/module/v4l2loopback";

std::string trimmed(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ' || text.back() == '\0'))
        text.pop_back();
    return text;
}

std::string parameter(Kernel& kernel, std::string_view name) {
    return trimmed(kernel.read_file(fmt::format("{}/parameters/{}", kModule, name)).value_or(""));
}

}  // namespace

std::string kernel_release(Kernel& kernel) {
    return trimmed(kernel.read_file("/proc/sys/kernel/osrelease").value_or(""));
}

std::vector<LoopbackNode> loopback_nodes(Kernel& kernel) {
    // No other driver makes video nodes without a device behind them.
    const std::string folder = "/sys/devices/virtual/video4linux";
    std::vector<LoopbackNode> nodes;
    for (const std::string& name : kernel.list_folder(folder)) {
        if (!name.starts_with("video")) continue;
        nodes.push_back({fmt::format("/dev/{}", name),
                         trimmed(kernel.read_file(fmt::format("{}/{}/name", folder, name)).value_or(""))});
    }
    std::sort(nodes.begin(), nodes.end(), [](const LoopbackNode& a, const LoopbackNode& b) {
        return std::pair(a.path.size(), a.path) < std::pair(b.path.size(), b.path);
    });
    return nodes;
}

std::string reload_command(Kernel& kernel) {
    const auto nodes = loopback_nodes(kernel);
    std::string load(kLoadLoopback);
    if (nodes.size() > 1) {
        std::string numbers, ones, cards;
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            const char* comma = i == 0 ? "" : ",";
            numbers +=
                fmt::format("{}{}", comma, nodes[i].path.substr(std::string_view("/dev/video").size()));
            ones += fmt::format("{}1", comma);
            // What would need quotes, for the shell and for the kernel, gets a name of its own.
            const bool plain =
                !nodes[i].card.empty() && nodes[i].card.find_first_not_of(
                                              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
                                              "WXYZ0123456789-_.") == std::string::npos;
            cards += plain ? fmt::format("{}{}", comma, nodes[i].card) : fmt::format("{}vbg{}", comma, i + 1);
        }
        load = fmt::format(
            "sudo modprobe v4l2loopback devices={} video_nr={} exclusive_caps={} card_label={} max_buffers=8",
            nodes.size(), numbers, ones, cards);
    }
    return fmt::format("{}sudo modprobe -r v4l2loopback && {}", in_container(kernel) ? "on the host: " : "",
                       load);
}

LoopbackModule look_at_loopback(Kernel& kernel) {
    LoopbackModule module;
    const std::string modules = fmt::format("\n{}", kernel.read_file("/proc/modules").value_or(""));
    module.loaded = !kernel.list_folder(std::string(kModule)).empty() ||
                    modules.find("\nv4l2loopback ") != std::string::npos;
    const std::string folder = "/lib/modules/" + kernel_release(kernel);
    module.installed =
        module.loaded ||
        kernel.read_file(folder + "/modules.dep").value_or("").find("v4l2loopback.ko") != std::string::npos;
    module.version = trimmed(kernel.read_file(fmt::format("{}/version", kModule)).value_or(""));
    const std::string caps = parameter(kernel, "exclusive_caps");  // "Y,N,N"
    for (const char c : caps)
        if (c != ',') module.exclusive_caps.push_back(c == 'Y' || c == '1');
    const std::string buffers = parameter(kernel, "max_buffers");
    std::from_chars(buffers.data(), buffers.data() + buffers.size(), module.max_buffers);
    return module;
}

std::optional<std::size_t> loopback_number(const Capabilities& capabilities) {
    const std::size_t dash = capabilities.bus.rfind('-');
    if (!capabilities.is_loopback() || dash == std::string::npos) return std::nullopt;
    std::size_t number = 0;
    const char* end = capabilities.bus.data() + capabilities.bus.size();
    const auto [at, error] = std::from_chars(capabilities.bus.data() + dash + 1, end, number);
    if (error != std::errc() || at != end) return std::nullopt;
    return number;
}

std::optional<bool> secure_boot(Kernel& kernel) {
    // An EFI variable's file is four bytes of attributes and its value (kernel: efivarfs).
    const auto value =
        kernel.read_file("/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c");
    if (!value || value->size() < 5) return std::nullopt;
    return (*value)[4] == 1;
}

bool in_container(Kernel& kernel) {
    return kernel.read_file("/.dockerenv").has_value() ||
           kernel.read_file("/run/.containerenv").has_value() || std::getenv("container") != nullptr;
}

Advice why_no_loopback(Kernel& kernel) {
    const LoopbackModule module = look_at_loopback(kernel);
    if (module.loaded && in_container(kernel)) {
        const auto nodes = loopback_nodes(kernel);
        return {"the module v4l2loopback is loaded, but its node was not passed into this container",
                fmt::format("start the container with --device {}",
                            nodes.empty() ? "/dev/video20" : nodes.front().path)};
    }
    if (module.loaded) {
        return {"the module v4l2loopback is loaded, but has no device", reload_command(kernel)};
    }
    if (in_container(kernel)) {
        return {"the module v4l2loopback is not loaded; a container cannot load it",
                fmt::format("on the host: {}", kLoadLoopback)};
    }
    if (!module.installed) {
        return {
            fmt::format("the module v4l2loopback is not installed for this kernel ({})",
                        kernel_release(kernel)),
            fmt::format("sudo apt install v4l2loopback-dkms linux-headers-$(uname -r) && {}", kLoadLoopback)};
    }
    if (secure_boot(kernel).value_or(false)) {
        return {
            "the module v4l2loopback is not loaded, and Secure Boot is on: the kernel loads it only when its "
            "signing key is enrolled",
            fmt::format("sudo mokutil --import /var/lib/dkms/mok.pub, start the machine anew, choose 'Enroll "
                        "MOK' there, then {}",
                        kLoadLoopback)};
    }
    return {"the module v4l2loopback is not loaded", std::string(kLoadLoopback)};
}

}  // namespace vbg::v4l2
