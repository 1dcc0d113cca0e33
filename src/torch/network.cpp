#include "model/network.hpp"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <vbg/error.hpp>

#include "cuda/when_full.hpp"
#include "model/module_file.hpp"
#include "model/one_thread.hpp"
#include "torch/gpu_graph.hpp"
#include "torch/gpu_stream.hpp"
#include "torch/network_cache.hpp"
#include "torch/network_check.hpp"
#include "torch/network_choice.hpp"
#include "torch/network_errors.hpp"
#include "torch/network_graph.hpp"
#include "torch/network_summary.hpp"
#include "torch/network_values.hpp"

namespace vbg::net {
namespace {

/// Pictures that go through a network together: so many, and so many values of all inputs together, that one
/// more would gain nothing on a GPU. (BodyPix at 1280x720, medium: 16 of 680 thousand.)
constexpr std::size_t kMostTogether = 16, kMostValues = 12'000'000;

std::size_t most_together(const Batcher::Call::Kind& kind) {
    const std::size_t values =
        static_cast<std::size_t>(kind.height) * static_cast<std::size_t>(kind.width) * 3;
    return std::clamp<std::size_t>(kMostValues / values, 1, kMostTogether);
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
        gpu_memory_.used = choice_.device.is_cuda();
        if (gpu_memory_.used) cuda::when_full(&GpuStream::give_back_memory);
        together_ = GpuStream::of_its_own(choice_.device);
    }

    [[nodiscard]] const model::Description& description() const noexcept override { return description_; }
    [[nodiscard]] const std::string& summary() const noexcept override { return summary_; }

    void warm_up(int height, int width) override {
        const std::vector<float> grey(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * 3,
                                      0.F);
        std::vector<Output> ignored;
        for (int i = 0; i < 2; ++i) run(grey.data(), height, width, ignored);
    }

    [[nodiscard]] Batcher::Counts batch_counts() const override {
        return batcher_ ? batcher_->counts() : Batcher::Counts{};
    }
    [[nodiscard]] int gpu() const noexcept override {
        return choice_.device.is_cuda() && GpuStream::possible() ? static_cast<int>(choice_.device.index())
                                                                 : -1;
    }

    [[nodiscard]] bool on_cpu() const noexcept override { return choice_.device.is_cpu(); }
    void run(const float* input, int height, int width, std::vector<Output>& outputs) override {
        answer({input, {height, width, false}, nullptr, outputs, nullptr});
    }
    void run_from_gpu(const float* input, int height, int width, void* stream, std::vector<Output>& outputs,
                      Recording* recorded) override {
        answer({input, {height, width, gpu() >= 0}, stream, outputs, recorded});
    }
    std::unique_ptr<Recording> record(const float* input, int height, int width, void* stream) override {
        if (gpu() < 0) throw Error(Errc::not_built, description_.name + " does not run on a GPU");
        check_input(description_, input, height, width);
        return named(height, width,
                     [&] { return std::make_unique<Recorded>(*this, input, height, width, stream); });
    }

private:
    class Recorded final : public Recording {
    public:
        Recorded(const TorchNetwork& network, const float* input, int height, int width, void* stream)
            : network_(network), height_(height), width_(width), stream_(stream) {
            const c10::InferenceMode inference;
            const c10::Device device = network.choice_.device;
            const auto work = [&] {
                std::vector<at::Tensor> results = network.evaluate(pixels(device, input, height, width));
                std::vector<at::Tensor> there = laid_out(network.outputs_, results);
                return there.empty() ? results : there;
            };
            // The runs before may have been done by other threads, in batches; LibTorch makes cuDNN ready for
            // each thread.
            const GpuStream turn(device, stream);
            work();
            try {
                graph_.emplace(device, work);
            } catch (...) {
                try {
                    work();  // what CUDA still has to say about it, it says at the next kernel
                } catch (const std::exception&) {
                }
                throw;
            }
            note_answers();
        }
        void run(std::vector<Output>& outputs) override {
            const c10::InferenceMode inference;
            const std::vector<at::Tensor> results = network_.named(height_, width_, [&] {
                const GpuStream turn(network_.choice_.device, stream_);
                graph_->replay();
                return fetch(pictures());
            });
            network_.take_one(results, {0, 1}, outputs);
        }
        [[nodiscard]] const std::vector<OnGpu>& answers() const noexcept override { return answers_; }
        [[nodiscard]] const int* bad() const noexcept override { return bad_; }
        void play(void* stream) override {
            const c10::InferenceMode inference;
            network_.named(height_, width_, [&] {
                const GpuStream turn(network_.choice_.device, stream);
                graph_->replay();
            });
        }
        [[nodiscard]] void* graph() const noexcept override { return graph_->native(); }

    private:
        void note_answers() {
            const std::vector<at::Tensor>& results = graph_->results();
            if (results.size() != network_.outputs_.size() + 1) return;  // not laid out
            bad_ = results.back().data_ptr<int>();
            for (auto result = results.begin(); result != results.end() - 1; ++result)
                answers_.push_back({static_cast<int>(result->size(1)), static_cast<int>(result->size(2)),
                                    static_cast<int>(result->size(3)), result->data_ptr<float>()});
        }
        /// The results as the network gives them: those laid out in the very memory that answers() tell of.
        [[nodiscard]] std::vector<at::Tensor> pictures() const {
            std::vector<at::Tensor> results = graph_->results();
            if (answers_.empty()) return results;
            results.pop_back();
            for (at::Tensor& result : results) result = result.permute({0, 3, 1, 2});
            return results;
        }

        const TorchNetwork& network_;
        int height_, width_;
        void* stream_;
        std::optional<GpuGraph> graph_;
        std::vector<OnGpu> answers_;
        const int* bad_ = nullptr;
    };

    struct Call : Batcher::Call {
        Call(const float* its_input, const Kind& its_kind, void* its_stream, std::vector<Output>& results,
             Recording* its_recording)
            : Batcher::Call(its_input, its_kind, its_stream), outputs(results), recorded(its_recording) {}
        std::vector<Output>& outputs;
        Recording* recorded;  ///< of this call by itself; null: none
    };

    /// Does `work`, and tells what LibTorch throws in our words.
    template <class Work>
    std::invoke_result_t<Work> named(int height, int width, Work work) const {
        try {
            return work();
        } catch (const Error&) {
            throw;
        } catch (const std::exception& error) {
            rethrow(error, description_.name, choice_.device, height, width);
        }
    }

    void answer(Call&& call) {
        check_input(description_, call.input, call.kind.height, call.kind.width);
        if (batcher_) return batcher_->run(call, most_together(call.kind));
        answer_all({&call});
        if (call.failure) std::rethrow_exception(call.failure);
    }
    void lead(const Batcher::Calls& calls);
    void answer_all(const Batcher::Calls& calls);
    std::vector<at::Tensor> forward_all(const Batcher::Calls& calls) const;
    void take_one(const std::vector<at::Tensor>& results, const PlaceInBatch& place,
                  std::vector<Output>& outputs) const {
        outputs.resize(results.size());
        for (std::size_t i = 0; i < results.size(); ++i)
            take_output(description_, outputs_[i], results[i], place, outputs[i]);
    }

    std::vector<at::Tensor> forward(const at::Tensor& given) const { return fetch(evaluate(given)); }

    /// The results where the network runs.
    std::vector<at::Tensor> evaluate(const at::Tensor& given) const {
        const at::Tensor input = writes_input_ ? given.clone() : given;
        // In two steps: in one, values in host memory would be converted there.
        return graph_ ? graph_->run(input.to(choice_.device).to(choice_.type))
                      : run_plainly(*plain_, input, positions_);
    }

    void build(const std::string& path);
    torch::jit::Module read(const std::string& path) const;
    bool attempt(const std::string& path, c10::ScalarType type, Effort effort,
                 const std::vector<at::Tensor>& reference, std::string& why_not);
    bool attempt_all(const std::string& path, const std::vector<at::Tensor>& reference, std::string& why_not);
    void allow_batches(const std::vector<at::Tensor>& reference);

    /// The first member, so that the last to go.
    struct GpuMemory {
        bool used = false;
        ~GpuMemory() {
            if (used) GpuStream::give_back_memory();
        }
    } gpu_memory_;
    model::Description description_;
    NetworkOptions options_;
    Choice choice_;
    std::vector<model::OutputDescription> outputs_;
    std::vector<int> positions_;
    std::optional<Graph> graph_;
    std::optional<torch::jit::Module> plain_;  ///< only where no graph could be made
    bool writes_input_ = false;  ///< the network works in place on what it is given, which is the caller's
    Difference difference_;
    OneThread worker_;  ///< of batches
    std::optional<Batcher> batcher_;
    void* together_ = nullptr;  ///< stream of pictures that go through it together
    std::string why_no_batches_;
    std::string summary_;
};

/// What makes cuDNN plan (a new number of pictures) is done by one thread: LibTorch keeps its plans for each
/// thread by itself, and a thread's first run with them takes as long as many frames. Replays need none.
void TorchNetwork::lead(const Batcher::Calls& calls) {
    if (calls.size() == 1 && static_cast<Call&>(*calls.front()).recorded != nullptr) return answer_all(calls);
    worker_.run([&] { answer_all(calls); });
}

/// Throws for all of them, or notes what one alone did wrong.
void TorchNetwork::answer_all(const Batcher::Calls& calls) {
    const auto& first = static_cast<Call&>(*calls.front());
    if (calls.size() == 1 && first.recorded != nullptr) return first.recorded->run(first.outputs);
    const c10::InferenceMode inference;
    const std::vector<at::Tensor> results =
        named(first.kind.height, first.kind.width, [&] { return forward_all(calls); });
    for (std::size_t n = 0; n < calls.size(); ++n) {
        auto& call = static_cast<Call&>(*calls[n]);
        try {
            take_one(results, {n, calls.size()}, call.outputs);
        } catch (...) {
            call.failure = std::current_exception();
        }
    }
}

/// In the call's stream where it is one on a GPU, else in the network's own: LibTorch keeps memory for each
/// stream.
std::vector<at::Tensor> TorchNetwork::forward_all(const Batcher::Calls& calls) const {
    const Batcher::Call& first = *calls.front();
    const c10::Device device = first.kind.on_gpu ? choice_.device : c10::Device(c10::kCPU);
    if (choice_.device.is_cpu()) use_threads(choice_.threads);
    const GpuStream turn(device, calls.size() == 1 ? first.stream : together_);
    std::vector<at::Tensor> inputs;
    for (const Batcher::Call* call : calls) {
        if (calls.size() > 1) turn.comes_after(call->stream);
        inputs.push_back(pixels(device, call->input, call->kind.height, call->kind.width));
    }
    return forward(inputs.size() == 1 ? inputs.front() : at::cat(inputs));
}

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
    for (std::size_t i = 0; i < reference.size(); ++i)
        take_output(description_, outputs_[i], reference[i], {0, 1}, checked);

    std::string why_not;
    bool done = attempt_all(path, reference, why_not);
    if (!done && choice_.device.is_cuda()) {  // it has no code for GPUs, or the GPU no room, or it has failed
        why_not = choice_.device.str() + ": " + why_not;
        choice_ = choose(for_cpu(options_));
        use_threads(choice_.threads);
        done = attempt_all(path, reference, why_not);
    }
    if (!done) {
        choice_.type = c10::kFloat;
        choice_.device = c10::kCPU;
        plain_ = std::move(module);
    }
    if (done) allow_batches(reference);
    summary_ = text_of({description_.name, choice_, graph_ ? graph_->fused() : 0,
                        done ? &difference_ : nullptr, why_no_batches_, why_not});
}

/// Networks may be made for one picture at a time, so two go through it first, of which one is the other
/// upside down: each must get the answer that it gets alone.
void TorchNetwork::allow_batches(const std::vector<at::Tensor>& reference) {
    using Batches = NetworkOptions::Batches;
    if (options_.batches == Batches::never) return;
    if (options_.batches == Batches::on_gpu && choice_.device.is_cpu()) return;
    try {
        const at::Tensor picture = check_picture(description_.input);
        const at::Tensor turned = picture.flip({2});
        const std::vector<at::Tensor> other = forward(turned);
        std::vector<at::Tensor> firsts, seconds;
        for (const at::Tensor& both : forward(at::cat({picture, turned}))) {
            firsts.push_back(both.narrow(0, 0, 1));
            seconds.push_back(both.narrow(0, 1, 1));
        }
        const bool exact = choice_.type == c10::kFloat && choice_.device.is_cpu();
        if (is_rounding(compare(reference, firsts), exact) && is_rounding(compare(other, seconds), exact))
            batcher_.emplace(kMostTogether, [this](const Batcher::Calls& calls) { lead(calls); });
        else
            why_no_batches_ = "two together give other results";
    } catch (const std::exception& error) {
        why_no_batches_ = reason(error);
    }
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
