#include "core/device.hpp"

#include <fmt/format.h>

#include <vbg/error.hpp>

namespace vbg {

std::string device_text(const Device& device) {
    return on_host(device) ? "host memory" : fmt::format("cuda:{}", device.index);
}

void need_host(const Device& device, std::string_view who) {
    if (on_host(device)) return;
    throw Error(
        Errc::invalid_argument,
        fmt::format("{}: the pixels lie on {}, but this works on host memory only; copy them there first",
                    who, device_text(device)));
}

}  // namespace vbg
