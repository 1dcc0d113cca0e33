#include "devices.hpp"

#include <atomic>
#include <vector>

#include "dlpack.hpp"
#include "errors.hpp"
#include "gil.hpp"

namespace vbg::python {

namespace {

std::vector<DeviceInfo> listed() {
    const WithoutGil free;  // a GPU's driver takes its time to start
    return list_devices();
}

}  // namespace

Device device_named(const std::string& word) {
    if (word == "cpu") return {};
    const std::string wanted = word == "cuda" ? "cuda:0" : word;
    std::string names;
    for (const DeviceInfo& device : listed()) {
        names += (names.empty() ? "" : ", ") + device.name;
        if (device.name != wanted) continue;
        if (device.why_not.empty()) return device.device;
        throw Error(Errc::device, "device='" + word + "' cannot be used: " + device.why_not + "; take 'cpu'");
    }
    throw Refused(Refused::As::value, "device='" + word + "': there is none such; there are " + names);
}

std::string device_text(const Device& device) {
    return device.type == DeviceType::cuda ? "cuda:" + std::to_string(device.index) : "cpu";
}

std::string gpu_why_not(int gpu) {
    static std::atomic<std::uint64_t> usable{0};
    const std::uint64_t bit = gpu >= 0 && gpu < 64 ? std::uint64_t{1} << static_cast<unsigned>(gpu) : 0;
    if ((usable & bit) != 0) return {};
    for (const DeviceInfo& device : listed()) {
        if (device.device != Device{DeviceType::cuda, gpu}) continue;
        if (device.why_not.empty()) usable |= bit;
        return device.why_not;
    }
    return "there is no such GPU";
}

StreamRef stream_numbered(std::uintptr_t number) noexcept {
    if (number == dlpack::kDefaultStream) return {};
    return {reinterpret_cast<void*>(number)};  // NOLINT(performance-no-int-to-ptr): Python's way to say one
}

std::uintptr_t number_of(StreamRef stream) noexcept {
    return reinterpret_cast<std::uintptr_t>(stream.native);
}

void bind_devices(py::module_& module) {
    module.def(
        "devices",
        [] {
            py::list list;
            for (const DeviceInfo& device : listed()) {
                list.append(py::dict("name"_a = device.name, "summary"_a = device.summary,
                                     "why_not"_a = device.why_not));
            }
            return list;
        },
        R"(Where stages can work on this machine, as dictionaries: name, summary, why_not.

The first is the CPU; where no GPU is seen, "cuda:0" is listed with the reason. `why_not` is empty where a device can
be used. Starts the driver of GPUs.

>>> import vbg
>>> vbg.devices()[0]
{'name': 'cpu', 'summary': 'host memory', 'why_not': ''}
)");
}

}  // namespace vbg::python
