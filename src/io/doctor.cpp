// The doctor's round. What it says of video nodes is in v4l2/doctor.cpp.
#include <vbg/doctor.hpp>

#include <fmt/format.h>

#include <exception>
#include <utility>

#include <vbg/error.hpp>
#include <vbg/registry.hpp>

#include "cuda/runtime.hpp"
#include "io/pipewire/entry.hpp"
#include "io/v4l2/doctor.hpp"
#include "model/network.hpp"

namespace vbg::inline v0 {

namespace {

Finding look_at_models() {
    try {
        const std::string stands_for = resolve_auto(StageKind::segmenter, "auto");
        return {Severity::ok,
                "model",
                fmt::format("there is a network that finds the person: '{}'", stands_for),
                {}};
    } catch (const Error& e) {
        return {Severity::error, "model",
                fmt::format("there is no network that finds the person: {}", e.what()),
                "vbg-model fetch selfie-general"};
    }
}

Finding look_at_gpu(v4l2::Kernel& kernel) {
    const std::string why = net::why_cpu();
    if (why.empty()) return {Severity::ok, "gpu", "networks run on the NVIDIA GPU", {}};
    if (kernel.read_file("/proc/driver/nvidia/version")) {
        return {Severity::info, "gpu",
                fmt::format("there is an NVIDIA GPU, but networks run on the CPU: {}", why),
                "build libvbg with a LibTorch that has CUDA (CMAKE_PREFIX_PATH)"};
    }
    return {Severity::info, "gpu", fmt::format("networks run on the CPU: {}", why), {}};
}

/// What the picture's own steps (compositing and so on) could run on.
Finding look_at_kernels() {
    const std::string why = cuda::why_not();
    if (why.empty()) {
        return {Severity::ok, "gpu", fmt::format("picture steps can run on {}", cuda::device_name(0)), {}};
    }
    return {Severity::info, "gpu", fmt::format("picture steps run on the CPU: {}", why),
            cuda::built() ? "" : "build libvbg with -DVBG_CUDA=ON for a GPU"};
}

}  // namespace

std::string_view to_string(Severity severity) noexcept {
    switch (severity) {
        case Severity::ok: return "ok";
        case Severity::info: return "info";
        case Severity::warning: return "warning";
        case Severity::error: return "error";
    }
    return "error";
}

std::vector<Finding> diagnose(const DoctorOptions& options) {
    v4l2::Kernel& kernel = v4l2::system_kernel();
    std::vector<Finding> found = v4l2::diagnose_outlets(kernel, options.sink);
    if (options.sink.empty()) found.push_back(diagnose_pipewire());
    for (Finding& one : v4l2::diagnose_cameras(kernel, options.source)) found.push_back(std::move(one));
    found.push_back(look_at_models());
    found.push_back(look_at_gpu(kernel));
    found.push_back(look_at_kernels());
    return found;
}

}  // namespace vbg::inline v0
