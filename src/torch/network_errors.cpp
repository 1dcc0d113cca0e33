#include "torch/network_errors.hpp"

#include <algorithm>
#include <initializer_list>
#include <vbg/error.hpp>

namespace vbg::net {

std::string reason(const std::exception& error) {
    const std::string text = error.what();
    const std::string mark = "RuntimeError: ";
    const std::size_t marked = text.rfind(mark);
    const std::size_t begin =
        text.find_first_not_of("\n ", marked == std::string::npos ? 0 : marked + mark.size());
    return begin == std::string::npos ? "no reason given"
                                      : text.substr(begin, text.find('\n', begin) - begin);
}

namespace {

bool has(const std::string& text, std::initializer_list<const char*> words) {
    return std::any_of(words.begin(), words.end(),
                       [&](const char* word) { return text.find(word) != std::string::npos; });
}

bool is_out_of_memory(const std::string& text) {
    return has(text, {"can't allocate memory", "out of memory", "CUBLAS_STATUS_ALLOC_FAILED",
                      "CUDNN_STATUS_ALLOC_FAILED", "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED"});
}

/// Where no way to convolve works, LibTorch says only that, not why: the GPU is too full for any, or lost.
bool is_of_device(const std::string& text) {
    return has(text, {"CUDA", "cuDNN", "unable to find an engine"});
}

}  // namespace

void rethrow(const std::exception& error, const std::string& name, c10::Device device, int height,
             int width) {
    const std::string at =
        name + " at " + std::to_string(width) + "x" + std::to_string(height) + " on " + device.str();
    const std::string text = reason(error);
    if (is_out_of_memory(text))
        throw Error(Errc::out_of_memory, at + ": " + text + ". Use a lower resolution");
    if (device.is_cuda() && is_of_device(text)) throw Error(Errc::device, at + ": " + text);
    throw Error(Errc::model, at + ": the network failed: " + text);
}

}  // namespace vbg::net
