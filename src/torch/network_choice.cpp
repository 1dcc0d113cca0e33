#include "torch/network_choice.hpp"

#include <ATen/Context.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <algorithm>
#include <cctype>
#include <vbg/error.hpp>

#include "torch/network_cpu.hpp"

namespace vbg::net {
namespace {

std::string torch_version() { return std::string("LibTorch ") + TORCH_VERSION; }

/// GPUs this LibTorch sees; 0 also where it was built without CUDA or the driver does not start.
int gpu_count() noexcept {
    try {
        return static_cast<int>(torch::cuda::device_count());
    } catch (...) {
        return 0;
    }
}

std::string no_gpu() {
    return at::hasCUDA() ? "no usable CUDA device is there"
                         : torch_version() + " sees no CUDA device (or was built without CUDA)";
}

/// "cuda" or "cuda:N"; the caller has seen that it begins so.
int gpu_index(const std::string& text) {
    if (text == "cuda") return 0;
    const std::string digits = text.substr(5);
    const bool number =
        text[4] == ':' && !digits.empty() && digits.size() <= 3 &&
        std::all_of(digits.begin(), digits.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    if (!number)
        throw Error(Errc::invalid_argument,
                    "device '" + text + "' is not understood: wanted auto, cpu, cuda or cuda:N");
    return std::stoi(digits);
}

void choose_device(const NetworkOptions& options, Choice& choice) {
    const std::string& text = options.device;
    if (text == "cpu") return;
    if (text == "auto" || text.empty()) {
        if (gpu_count() > 0)
            choice.device = c10::Device(c10::kCUDA, 0);
        else
            choice.device_reason = no_gpu();
        return;
    }
    if (text.rfind("cuda", 0) != 0)
        throw Error(Errc::invalid_argument,
                    "device '" + text + "' is not known: wanted auto, cpu, cuda or cuda:N");
    const int index = gpu_index(text);
    const int count = gpu_count();
    if (count == 0)
        throw Error(Errc::device, "device '" + text + "' was asked for, but " + no_gpu() +
                                      ": use device=auto or cpu, or build with a LibTorch that has CUDA "
                                      "(CMAKE_PREFIX_PATH)");
    if (index >= count)
        throw Error(Errc::device,
                    "device '" + text + "' was asked for, but there " +
                        (count == 1 ? "is 1 GPU: cuda:0"
                                    : "are " + std::to_string(count) +
                                          " GPUs: cuda:0 to cuda:" + std::to_string(count - 1)));
    choice.device = c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(index));
}

/// The instructions that make bf16 fast on this CPU, or nullptr.
const char* fast_bf16() noexcept {
    if (cpu_features().amx_bf16) return "amx_bf16";
    if (cpu_features().avx512_bf16) return "avx512_bf16";
    return nullptr;
}

void choose_type(const NetworkOptions& options, Choice& choice) {
    const bool gpu = choice.device.is_cuda();
    const char* instructions = fast_bf16();
    choice.asked = options.precision != Precision::automatic;
    switch (options.precision) {
        case Precision::automatic:
            if (gpu) {
                choice.type = c10::kHalf;
                choice.type_reason = "GPUs are fastest in it";
            } else if (instructions != nullptr) {
                choice.type = c10::kBFloat16;
                choice.type_reason = std::string("the CPU has ") + instructions;
            } else {
                choice.type_reason = "the CPU has neither amx_bf16 nor avx512_bf16";
            }
            return;
        case Precision::fp32: choice.type_reason = "as asked"; return;
        case Precision::bf16:
            choice.type = c10::kBFloat16;
            choice.type_reason =
                gpu || instructions != nullptr ? "as asked" : "as asked, though this CPU is slow in it";
            return;
        case Precision::fp16:
            if (!gpu)
                throw Error(
                    Errc::invalid_argument,
                    "precision=fp16 needs a GPU, but the network is to run on the CPU, where LibTorch has no "
                    "fast half floats: use precision=auto, bf16 or fp32");
            choice.type = c10::kHalf;
            choice.type_reason = "as asked";
            return;
    }
    throw Error(Errc::invalid_argument, "precision number " +
                                            std::to_string(static_cast<int>(options.precision)) +
                                            " is not known: wanted auto, fp32, fp16 or bf16");
}

}  // namespace

std::string why_cpu() { return gpu_count() > 0 ? std::string() : no_gpu(); }

Choice choose(const NetworkOptions& options) {
    Choice choice;
    if (options.threads < 0 || options.threads > 256)
        throw Error(Errc::invalid_argument, "threads=" + std::to_string(options.threads) +
                                                " is out of range: wanted 1 to 256, or 0 for the default");
    choice.threads = options.threads > 0 ? options.threads : default_threads();
    choose_device(options, choice);
    choose_type(options, choice);
    return choice;
}

const char* to_text(c10::ScalarType type) noexcept {
    if (type == c10::kHalf) return "fp16";
    return type == c10::kBFloat16 ? "bf16" : "fp32";
}

}  // namespace vbg::net
