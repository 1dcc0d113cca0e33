#include "io/v4l2/diagnosis.hpp"

#include <fmt/format.h>
#include <cerrno>
#include <system_error>

namespace vbg::v4l2 {

namespace {

Advice busy(Kernel& kernel, const Failure& failure) {
    const std::string who = list_holders(kernel, failure.node);
    if (who.empty()) {
        return {"another program uses it, of another user or in a container",
                fmt::format("find it with: sudo fuser -v {}", failure.node)};
    }
    return {fmt::format("it is open in {}", who), "close it there, or choose another node"};
}

Advice forbidden(Kernel& kernel, const Failure& failure) {
    const std::string group = kernel.group_of(failure.node);
    if (group.empty() || group == "root")
        return {"this user may not use it", fmt::format("look at: ls -l {}", failure.node)};
    if (in_container(kernel)) {
        return {fmt::format("this user may not use it: it belongs to the group '{}'", group),
                fmt::format("start the container with --group-add {}", group)};
    }
    return {fmt::format("this user may not use it: it belongs to the group '{}'", group),
            fmt::format("join it with: sudo usermod -aG {} \"$USER\", then log in anew", group)};
}

Advice absent(Kernel& kernel, const Failure& failure) {
    if (failure.role == Role::virtual_camera && !look_at_loopback(kernel).loaded) {
        const Advice advice = why_no_loopback(kernel);
        return {fmt::format("there is no such node: {}", advice.text),
                fmt::format("mend it with: {}", advice.fix)};
    }
    std::string list;
    for (const std::string& node : kernel.nodes())
        list += fmt::format("{}{}", list.empty() ? "" : ", ", node);
    if (!list.empty()) return {fmt::format("there is no such node; there are {}", list), {}};
    if (in_container(kernel)) {
        return {"there is no video node in this container",
                fmt::format("start it with --device {}", failure.node)};
    }
    return {"there is no video node at all",
            "plug a camera in, or load its driver with: sudo modprobe uvcvideo"};
}

Advice refused(Kernel& kernel, const Failure& failure) {
    if (failure.role == Role::virtual_camera) {
        const std::string who = list_holders(kernel, failure.node);
        return {
            fmt::format("the driver refuses the arguments; a virtual camera does so while another program "
                        "holds it with another format{}",
                        who.empty() ? std::string() : fmt::format(" (open in {})", who)),
            fmt::format("close what reads or feeds it; if that is not enough: {}", reload_command(kernel))};
    }
    return {"the driver refuses the arguments",
            fmt::format("see what it offers with: v4l2-ctl -d {} --list-formats-ext", failure.node)};
}

Advice gone(Kernel& kernel, const Failure& failure) {
    if (failure.role == Role::virtual_camera) {
        return {"the node is gone: its module was unloaded",
                fmt::format("bring it back with: {}", why_no_loopback(kernel).fix)};
    }
    return {"the device is gone: unplugged, or its driver was unloaded", "plug it in again"};
}

}  // namespace

std::string list_holders(Kernel& kernel, const std::string& node) {
    std::string text;
    for (const Holder& holder : kernel.holders(node)) {
        // This program has it open once, to make the call that failed.
        if (holder.self && holder.descriptors <= 1) continue;
        text += fmt::format("{}{} (process {})", text.empty() ? "" : ", ", holder.name, holder.pid);
    }
    return text;
}

Advice advise(Kernel& kernel, const Failure& failure) {
    switch (failure.error) {
        case EBUSY: return busy(kernel, failure);
        case EACCES:
        case EPERM: return forbidden(kernel, failure);
        case ENOENT: return absent(kernel, failure);
        case ENODEV:
        case ENXIO: return gone(kernel, failure);
        case EINVAL: return refused(kernel, failure);
        case ENOTTY: return {"that is no video node, or its driver does not know this call", {}};
        case EIO:
            return {"the device or its driver reports a fault",
                    "plug it out and in again, and see: sudo dmesg | tail"};
        case ENOSPC:
            return {"the USB bus has not enough bandwidth left",
                    "choose a smaller size or MJPEG, or plug the camera into another port"};
        case EPIPE: return {"the device stalled", "plug it out and in again"};
        case ENOLINK: return {"there is no signal at its input", "check the cable and what feeds it"};
        case ENOLCK: return {"the signal at its input is not stable", "check the cable and what feeds it"};
        case ERANGE: return {"the signal at its input has a size or rate that the device cannot take", {}};
        case ENOMEM: return {"the driver could not get the memory for its buffers", "choose a smaller size"};
        default: return {};
    }
}

std::string diagnose(Kernel& kernel, const Failure& failure) {
    const Advice advice = advise(kernel, failure);
    return advice.fix.empty() ? advice.text : fmt::format("{}; {}", advice.text, advice.fix);
}

Error failure_error(Kernel& kernel, const Failure& failure) {
    const std::string why = diagnose(kernel, failure);
    const bool open = failure.call == "open";
    std::string text = fmt::format("{}: cannot {}", failure.node,
                                   open                    ? "open it"
                                   : failure.doing.empty() ? "use it"
                                                           : failure.doing);
    text += fmt::format(" ({}{})", open ? "" : fmt::format("{}: ", failure.call),
                        std::generic_category().message(failure.error));
    if (!why.empty()) text += ": " + why;
    return {failure.error == ENOENT ? Errc::not_found : Errc::device, text, failure.error};
}

}  // namespace vbg::v4l2
