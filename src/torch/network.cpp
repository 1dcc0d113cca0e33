#include "model/network.hpp"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <optional>
#include <utility>
#include <vbg/error.hpp>

#include "model/module_file.hpp"
#include "torch/gpu_stream.hpp"
#include "torch/network_cache.hpp"
#include "torch/network_check.hpp"
#include "torch/network_choice.hpp"
#include "torch/network_graph.hpp"

namespace vbg::net {
namespace {

/// What happened, in one line: LibTorch's texts end in a C++ stack trace, and those of its interpreter begin
/// with one of the script and give the reason after "RuntimeError:".
std::string reason(const std::exception& error) {
    const std::string text = error.what();
    const std::string mark = "RuntimeError: ";
    const std::size_t marked = text.rfind(mark);
    const std::size_t begin =
        text.find_first_not_of("\n ", marked == std::string::npos ? 0 : marked + mark.size());
    return begin == std::string::npos ? "no reason given"
                                      : text.substr(begin, text.find('\n', begin) - begin);
}

bool is_out_of_memory(const std::string& text) {
    return text.find("can't allocate memory") != std::string::npos ||
           text.find("out of memory") != std::string::npos;
}

[[noreturn]] void rethrow(const std::exception& error, const std::string& name, c10::Device device,
                          int height, int width) {
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

const char* name_of(Effort effort) noexcept {
    if (effort == Effort::plain) return "";
    return effort == Effort::fused ? " with fused convolutions" : " rewritten";
}

/// LibTorch keeps the number of OpenMP threads per calling thread, so every thread that runs a network says
/// it once. It stays set afterwards: changing it back and forth makes LibTorch start its other thread pool
/// anew.
void use_threads(int threads) {
    if (at::get_num_threads() != threads) at::set_num_threads(threads);
}

/// The wanted outputs, as the description lists them. Throws Error{invalid_argument} naming those there are.
std::vector<model::OutputDescription> wanted_outputs(const model::Description& description,
                                                     const std::vector<std::string>& names) {
    if (names.empty()) return description.outputs;
    std::vector<model::OutputDescription> wanted;
    for (const std::string& name : names) {
        if (const auto* found = description.find_output(name)) {
            wanted.push_back(*found);
            continue;
        }
        std::string all;
        for (const auto& output : description.outputs) all += (all.empty() ? "" : ", ") + output.name;
        throw Error(Errc::invalid_argument,
                    "model '" + description.name + "' has no output '" + name + "'; it has: " + all);
    }
    return wanted;
}

std::string shape_text(const at::Tensor& tensor) {
    std::string text = "[";
    for (const auto side : tensor.sizes()) text += (text.size() > 1 ? ", " : "") + std::to_string(side);
    return text + "]";
}

class TorchNetwork final : public Network {
public:
    TorchNetwork(const std::string& path, const NetworkOptions& options)
        : description_(read_description(path)),
          options_(options),
          choice_(choose(options)),
          outputs_(wanted_outputs(description_, options.outputs)) {
        const c10::InferenceMode inference;
        use_threads(choice_.threads);
        build(path);
    }

    [[nodiscard]] const model::Description& description() const noexcept override { return description_; }
    [[nodiscard]] const std::string& summary() const noexcept override { return summary_; }

    void warm_up(int height, int width) override {
        const std::vector<float> grey(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * 3,
                                      0.F);
        std::vector<Output> ignored;
        for (int i = 0; i < 2; ++i) run(grey.data(), height, width, ignored);
    }

    [[nodiscard]] int gpu() const noexcept override {
        return choice_.device.is_cuda() && GpuStream::possible() ? static_cast<int>(choice_.device.index())
                                                                 : -1;
    }

    void run(const float* input, int height, int width, std::vector<Output>& outputs) override {
        run_on(c10::kCPU, input, height, width, outputs);
    }
    void run_from_gpu(const float* input, int height, int width, void* stream,
                      std::vector<Output>& outputs) override {
        if (gpu() < 0) return run(input, height, width, outputs);
        try {
            const GpuStream turn(choice_.device, stream);
            run_on(choice_.device, input, height, width, outputs);
        } catch (const Error&) {
            throw;
        } catch (const std::exception& error) {
            rethrow(error, description_.name, choice_.device, height, width);
        }
    }

private:
    /// `input` lies on `device`.
    void run_on(c10::Device device, const float* input, int height, int width, std::vector<Output>& outputs) {
        check_input(input, height, width);
        const c10::InferenceMode inference;
        std::vector<at::Tensor> results;
        try {
            if (choice_.device.is_cpu()) use_threads(choice_.threads);
            // from_blob wants a pointer to non-const; nothing writes through it.
            const at::Tensor pixels = at::from_blob(const_cast<float*>(input), {1, height, width, 3},
                                                    at::TensorOptions(at::kFloat).device(device));
            results = forward(pixels.permute({0, 3, 1, 2}));
        } catch (const Error&) {
            throw;
        } catch (const std::exception& error) {
            rethrow(error, description_.name, choice_.device, height, width);
        }
        outputs.resize(results.size());
        for (std::size_t i = 0; i < results.size(); ++i) take(results[i], outputs_[i], outputs[i]);
    }

    std::vector<at::Tensor> forward(const at::Tensor& given) const {
        const at::Tensor input = writes_input_ ? given.clone() : given;
        std::vector<at::Tensor> results = graph_ ? graph_->run(input.to(choice_.device, choice_.type))
                                                 : run_plainly(*plain_, input, positions_);
        for (at::Tensor& result : results) result = result.to(at::kCPU, at::kFloat);
        return results;
    }

    void check_input(const float* input, int height, int width) const;
    void take(const at::Tensor& result, const model::OutputDescription& wanted, Output& output) const;
    void build(const std::string& path);
    torch::jit::Module read(const std::string& path) const;
    bool attempt(const std::string& path, c10::ScalarType type, Effort effort,
                 const std::vector<at::Tensor>& reference, std::string& why_not);
    bool attempt_all(const std::string& path, const std::vector<at::Tensor>& reference, std::string& why_not);
    void describe(const Difference* difference, const std::string& why_not);

    model::Description description_;
    NetworkOptions options_;
    Choice choice_;
    std::vector<model::OutputDescription> outputs_;
    std::vector<int> positions_;
    std::optional<Graph> graph_;
    std::optional<torch::jit::Module> plain_;  ///< only where no graph could be made
    bool writes_input_ = false;  ///< the network works in place on what it is given, which is the caller's
    Difference difference_;
    std::string summary_;
};

torch::jit::Module TorchNetwork::read(const std::string& path) const {
    try {
        return torch::jit::load(path, c10::kCPU);
    } catch (const std::exception& error) {
        throw Error(Errc::model,
                    "'" + path + "' is no TorchScript file this LibTorch can read: " + reason(error));
    }
}

bool TorchNetwork::attempt(const std::string& path, c10::ScalarType type, Effort effort,
                           const std::vector<at::Tensor>& reference, std::string& why_not) {
    try {
        graph_.emplace(read(path), positions_, GraphOptions{choice_.device, type, effort});
        choice_.type = type;
        difference_ = compare(reference, forward(check_picture(description_.input)));
        // On a GPU cuDNN rounds what it multiplies in fp32 to TF32, as many bits as fp16 has.
        if (is_rounding(difference_, type == c10::kFloat && choice_.device.is_cpu())) return true;
        why_not += std::string(why_not.empty() ? "" : "; ") + to_text(type) + name_of(effort) +
                   " gave other results than plain fp32 (off by up to " +
                   std::to_string(difference_.largest) + ")";
    } catch (const std::exception& error) {
        why_not += std::string(why_not.empty() ? "" : "; ") + to_text(type) + name_of(effort) +
                   " failed: " + reason(error);
    }
    graph_.reset();
    return false;
}

/// From the best to the plainest way; the first that agrees with the plain network on a small picture is
/// taken.
bool TorchNetwork::attempt_all(const std::string& path, const std::vector<at::Tensor>& reference,
                               std::string& why_not) {
    std::vector<c10::ScalarType> types = {choice_.type};
    if (choice_.type != c10::kFloat) types.push_back(c10::kFloat);
    for (const c10::ScalarType type : types)
        for (const Effort effort : {Effort::fused, Effort::rewritten, Effort::plain}) {
            if (effort == Effort::fused && choice_.device.is_cuda()) continue;  // nothing is fused there
            if (attempt(path, type, effort, reference, why_not)) return true;
        }
    return false;
}

void TorchNetwork::build(const std::string& path) {
    torch::jit::Module module = read(path);
    module.eval();
    const int count = output_count(module, description_.name);
    for (const auto& output : outputs_) {
        if (output.index < 0 || output.index >= count)
            throw Error(Errc::model, description_.name + ": the description says output '" + output.name +
                                         "' is number " + std::to_string(output.index) +
                                         ", but forward() returns " + std::to_string(count));
        positions_.push_back(output.index);
    }
    std::vector<at::Tensor> reference;
    const auto [height, width] = check_size(description_.input);
    try {
        const at::Tensor picture = check_picture(description_.input).contiguous();
        const at::Tensor before = picture.clone();
        reference = run_plainly(module, picture, positions_);
        writes_input_ = !picture.equal(before);
    } catch (const std::exception& error) {
        rethrow(error, description_.name, c10::kCPU, height, width);
    }
    Output checked;
    for (std::size_t i = 0; i < reference.size(); ++i) take(reference[i], outputs_[i], checked);

    std::string why_not;
    bool done = attempt_all(path, reference, why_not);
    if (!done && choice_.device.is_cuda()) {  // it has no code for GPUs, or the GPU no room, or it has failed
        why_not = choice_.device.str() + ": " + why_not;
        choice_ = choose_cpu(options_);
        use_threads(choice_.threads);
        done = attempt_all(path, reference, why_not);
    }
    if (!done) {
        choice_.type = c10::kFloat;
        choice_.device = c10::kCPU;
        plain_ = std::move(module);
    }
    describe(done ? &difference_ : nullptr, why_not);
}

void TorchNetwork::describe(const Difference* difference, const std::string& why_not) {
    summary_ = description_.name + " on " + choice_.device.str() + ", " + to_text(choice_.type);
    if (why_not.empty()) summary_ += " (" + choice_.type_reason + ")";
    if (choice_.device.is_cpu())
        summary_ += ", " + std::to_string(choice_.threads) + (choice_.threads == 1 ? " thread" : " threads");
    if (graph_ && graph_->fused() > 0)
        summary_ += ", " + std::to_string(graph_->fused()) + " convolutions as single oneDNN steps";
    if (!choice_.device_reason.empty()) summary_ += "; " + choice_.device_reason;
    if (difference != nullptr) {
        char text[64];
        std::snprintf(text, sizeof text, "%.2g", difference->largest);
        summary_ += std::string("; checked against the plain network: off by at most ") + text;
    }
    if (!why_not.empty()) summary_ += "; fell back because " + why_not;
}

void TorchNetwork::check_input(const float* input, int height, int width) const {
    const model::InputDescription& wanted = description_.input;
    const int stride = std::max(wanted.stride, 1);
    std::string rule;
    if (input == nullptr || height < 1 || width < 1) {
        rule = "at least 1x1 and data";
    } else if (wanted.rule == model::SizeRule::fixed && (height != wanted.height || width != wanted.width)) {
        rule = std::to_string(wanted.width) + "x" + std::to_string(wanted.height);
    } else if (wanted.rule == model::SizeRule::stride_plus &&
               ((height - 1) % stride != 0 || (width - 1) % stride != 0)) {
        rule = "sides that are a multiple of " + std::to_string(stride) + ", plus 1";
    } else if (wanted.rule == model::SizeRule::multiple && (height % stride != 0 || width % stride != 0)) {
        rule = "sides that are a multiple of " + std::to_string(stride);
    }
    if (!rule.empty())
        throw Error(Errc::invalid_argument, "model '" + description_.name + "' got an input of " +
                                                std::to_string(width) + "x" + std::to_string(height) +
                                                ", wanted " + rule);
}

void TorchNetwork::take(const at::Tensor& result, const model::OutputDescription& wanted,
                        Output& output) const {
    const std::string where = "model '" + description_.name + "', output '" + wanted.name + "'";
    if (result.dim() != 4 || result.size(0) != 1 || result.size(1) != wanted.channels || result.numel() == 0)
        throw Error(Errc::model, where + " has the shape " + shape_text(result) + ", wanted [1, " +
                                     std::to_string(wanted.channels) + ", height, width]");
    if (!result.is_floating_point())
        throw Error(Errc::model,
                    where + " holds " + c10::toString(result.scalar_type()) + " values, wanted float");
    const at::Tensor values = result.to(at::kFloat).permute({0, 2, 3, 1}).contiguous();
    output.height = static_cast<int>(values.size(1));
    output.width = static_cast<int>(values.size(2));
    output.channels = static_cast<int>(values.size(3));
    const float* data = values.data_ptr<float>();
    output.data.assign(data, data + values.numel());
    float sum = 0;  // v - v is 0 for every finite v and NaN for the others
    for (const float v : output.data) sum += v - v;
    if (!(sum == 0.F))
        throw Error(Errc::model,
                    where +
                        " holds NaN or infinity: the weights are damaged, or the number format is too "
                        "narrow for this network (try precision=fp32)");
}

}  // namespace

std::shared_ptr<Network> Network::load(const std::string& path, const NetworkOptions& options) {
    return shared_network(path, options, [&]() -> std::shared_ptr<Network> {
        try {
            return std::make_shared<TorchNetwork>(path, options);
        } catch (const Error&) {
            throw;
        } catch (const std::exception& error) {
            throw Error(Errc::model, "cannot load '" + path + "': " + reason(error));
        }
    });
}

}  // namespace vbg::net
