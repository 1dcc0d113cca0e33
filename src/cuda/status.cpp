#include "cuda/status.hpp"

#include <fmt/format.h>

namespace vbg::cuda {

namespace {

/// What mends it; empty where nobody can say.
std::string_view remedy_of(int status) noexcept {
    switch (status) {
        case kNotBuilt: return "configure with -DVBG_CUDA=ON, or use device=cpu";
        case kOutOfMemory:
            return "use a smaller picture or fewer pipelines, or end other programs on the GPU";
        case kDriverTooOld: return "install a newer NVIDIA driver, or use device=cpu";
        case kNoDevice: return "load the NVIDIA driver (nvidia-smi shows the GPUs), or use device=cpu";
        case kBadDevice: return "nvidia-smi shows the numbers there are";
        case kDevicesBusy: return "end the program that holds the GPU, or use device=cpu";
        case kNoKernelImage:
            return "build libvbg with this GPU's architecture in VBG_CUDA_ARCHITECTURES, or use device=cpu";
        default: return is_lost(status) ? "start the program again" : "";
    }
}

}  // namespace

std::string_view reason_of(int status) noexcept {
    switch (status) {
        case kNotBuilt: return "this libvbg was built without CUDA";
        case kOutOfMemory: return "the GPU's memory is full";
        case kDriverTooOld: return "the NVIDIA driver is missing or too old for this libvbg";
        case kNoDevice: return "there is no NVIDIA GPU, or its driver is not loaded";
        case kBadDevice: return "there is no GPU of that number";
        case kDevicesBusy: return "another program has the GPU to itself";
        case kNoKernelImage: return "the GPU is too old or too new for this libvbg: it has no code for it";
        default: return is_lost(status) ? "the GPU is lost to this process" : "";
    }
}

bool is_lost(int status) noexcept {
    switch (status) {
        case kMemoryBroken:
        case kLinkBroken:
        case kContained:
        case kMemoryLeak:
        case kServerEnded:
        case kBadAddress:
        case kTimeout:
        case kContextDestroyed:
        case kAssert:
        case kUnknown: return true;
        default: return status >= kHardwareStack && status <= kLaunchFailure;  // what a kernel did wrong
    }
}

Error error_of(int status, std::string_view what, std::string_view text) {
    Errc code = Errc::device;
    if (status == kNotBuilt) code = Errc::not_built;
    if (status == kOutOfMemory) code = Errc::out_of_memory;
    std::string message = fmt::format("{}: ", what);
    const std::string_view reason = reason_of(status), remedy = remedy_of(status);
    if (!reason.empty()) message += reason;
    if (status != kNotBuilt && !text.empty())
        message += reason.empty() ? std::string(text) : fmt::format(" (CUDA: {})", text);
    if (!remedy.empty()) message += fmt::format("; {}", remedy);
    return {code, message};
}

}  // namespace vbg::cuda
