#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include <vbg/device.hpp>

#include "cuda/runtime.hpp"

namespace vbg::inline v0 {

std::vector<DeviceInfo> list_devices() {
    std::vector<DeviceInfo> found{{{}, "cpu", "host memory", {}}};
    const int gpus = std::max(1, cuda::device_count());
    for (int gpu = 0; gpu < gpus; ++gpu) {
        std::string summary = cuda::device_name(gpu);
        if (summary.empty()) summary = "NVIDIA GPU";
        found.push_back(
            {{DeviceType::cuda, gpu}, fmt::format("cuda:{}", gpu), std::move(summary), cuda::why_not(gpu)});
    }
    return found;
}

}  // namespace vbg::inline v0
