#include "torch/network_errors.hpp"

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

bool is_out_of_memory(const std::string& text) {
    return text.find("can't allocate memory") != std::string::npos ||
           text.find("out of memory") != std::string::npos;
}

}  // namespace

void rethrow(const std::exception& error, const std::string& name, c10::Device device, int height,
             int width) {
    const std::string at =
        name + " at " + std::to_string(width) + "x" + std::to_string(height) + " on " + device.str();
    const std::string text = reason(error);
    if (is_out_of_memory(text))
        throw Error(Errc::out_of_memory, at + ": " + text + ". Use a lower resolution");
    if (device.is_cuda() &&
        (text.find("CUDA") != std::string::npos || text.find("cuDNN") != std::string::npos))
        throw Error(Errc::device, at + ": " + text);
    throw Error(Errc::model, at + ": the network failed: " + text);
}

}  // namespace vbg::net
