#include "core/device.hpp"

#include <fmt/format.h>

#include <charconv>
#include <vbg/error.hpp>

namespace vbg {

std::string device_text(const Device& device) {
    return on_host(device) ? "host memory" : fmt::format("cuda:{}", device.index);
}

std::optional<Device> parse_device(std::string_view word) {
    if (word == "auto" || word == "cpu") return Device{};
    if (word == "cuda") return Device{DeviceType::cuda, 0};
    if (!word.starts_with("cuda:")) return std::nullopt;
    const std::string_view number = word.substr(5);
    Device device{DeviceType::cuda, 0};
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), device.index);
    if (number.size() > 3 || error != std::errc{} || end != number.data() + number.size() || device.index < 0)
        return std::nullopt;
    return device;
}

void need_host(const Device& device, std::string_view who) {
    if (on_host(device)) return;
    throw Error(
        Errc::invalid_argument,
        fmt::format("{}: the pixels lie on {}, but this works on host memory only; copy them there first",
                    who, device_text(device)));
}

}  // namespace vbg
