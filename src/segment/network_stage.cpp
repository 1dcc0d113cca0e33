#include "segment/network_stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vbg/error.hpp>
#include <vbg/log.hpp>
#include <vbg/model.hpp>

#include "core/device.hpp"
#include "core/late_answers.hpp"
#include "cuda/commands.hpp"
#include "model/module_file.hpp"

namespace vbg::segment {

namespace {

net::Precision precision(std::string_view word) {
    if (word == "fp32") return net::Precision::fp32;
    if (word == "fp16") return net::Precision::fp16;
    if (word == "bf16") return net::Precision::bf16;
    return net::Precision::automatic;
}

std::size_t input_bytes(int width, int height) {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3 * sizeof(float);
}

}  // namespace

net::NetworkOptions network_options(const Parameters& parameters) {
    net::NetworkOptions options;
    options.device = parameters.text("device");
    if (!parse_device(options.device)) {
        throw Error(Errc::invalid_argument, fmt::format("{}: device='{}': wanted auto, cpu, cuda or cuda:N",
                                                        parameters.stage(), options.device));
    }
    options.precision = precision(parameters.text("precision"));
    options.threads = parameters.integer("threads");
    return options;
}

Finish::Finish(const Parameters& parameters)
    : hard(!parameters.is_word("threshold")),
      threshold(hard ? parameters.number("threshold") : 0),
      black(parameters.number("black")),
      white(parameters.number("white")) {
    if (black < white) return;
    throw Error(Errc::invalid_argument,
                fmt::format("{}: black={} is not less than white={}", parameters.stage(), black, white));
}

void Finish::apply(MatteOutput& output) const {
    hard ? output.set_hard(threshold) : output.set_soft(black, white);
}

std::string why_model_is_missing(std::string_view name) {
    try {
        (void)find_model_file(name);
        return "";
    } catch (const Error& error) {
        return error.what();
    }
}

NetworkRunner::NetworkRunner(const Parameters& parameters)
    : stage_(parameters.stage()),
      record_(parameters.text("graph") == "auto"),
      replayer_([stage = stage_](const std::string& why) {
          log(LogLevel::info, fmt::format("{}: the network is not replayed as a CUDA graph: {}", stage, why));
      }) {
    options_ = network_options(parameters);
    try {
        path_ = find_model_file(parameters.text("model")).string();
    } catch (const Error& error) {
        throw Error(error.code(), fmt::format("{}: {}", stage_, error.what()));
    }
    who_ = fmt::format("{} ({})", stage_, path_);
}

template <class Work>
auto NetworkRunner::named(Work work) const {
    try {
        return work();
    } catch (const Error& error) {
        throw Error(error.code(), who() + ": " + error.what(), error.sys_errno());
    }
}

model::Description NetworkRunner::read_description() const {
    return named([&] { return net::read_description(path_); });
}

void NetworkRunner::load(const std::vector<std::string>& outputs, const Device& inputs) {
    options_.outputs = outputs;
    inputs_ = inputs;
    net::NetworkOptions options = options_;
    if (on_host(inputs) && left_gpu_)
        options = net::for_cpu(options);
    else if (!on_host(inputs) && options.device == "auto" && net::why_cpu().empty())
        options.device = device_text(inputs);
    replayer_.forget();
    was_bad_->store(false);
    shapes_.clear();
    take(options);
}

void NetworkRunner::take(const net::NetworkOptions& options) {
    network_ = named([&] { return net::Network::load(path_, options); });
    log(LogLevel::info, fmt::format("{}: {}", stage_, network_->summary()));
}

void NetworkRunner::refuse(const std::string& problem) const {
    throw Error(Errc::model, who() + ": " + problem);
}

bool NetworkRunner::carries() const noexcept { return !on_host(inputs_) && network_->gpu() != inputs_.index; }

const std::vector<net::Output>& NetworkRunner::warm_up(NetworkInput& input, const Context& context) {
    const int width = input.width(), height = input.height();
    if (const std::size_t bytes = input_bytes(width, height); carries() && bytes > carried_bytes_) {
        carried_ = cuda::PinnedBuffer(bytes, inputs_);
        carried_bytes_ = bytes;
    }
    // As frames will come: LibTorch keeps memory for each thread and stream by itself, and the last run is
    // recorded.
    for (int i = 0; i < net::Replayer::kPlain; ++i) evaluate(input.values(), width, height, context);
    std::erase_if(shapes_, [&](const Shapes& s) { return s.width == width && s.height == height; });
    Shapes& shapes = shapes_.emplace_back(Shapes{width, height, {}});
    for (const net::Output& output : outputs_) {
        if (output.height < 1 || output.width < 1 || output.channels < 1) {
            refuse(fmt::format("an output is {}x{} with {} channels; wanted at least one value", output.width,
                               output.height, output.channels));
        }
        shapes.outputs.push_back({output.height, output.width, output.channels});
    }
    if (record_ && !on_host(inputs_) && !carries()) check_recording(input, context);
    return outputs_;
}

void NetworkRunner::check_recording(NetworkInput& input, const Context& context) {
    const int width = input.width(), height = input.height();
    std::vector<float> values(input_bytes(width, height) / sizeof(float));
    for (int i = 1; i <= net::Replayer::kChecked; ++i) {
        for (std::size_t k = 0; k < values.size(); ++k)
            values[k] = static_cast<float>(k * (k / 96 + static_cast<std::size_t>(6 * i)) % 101) / 50.F - 1.F;
        input.put(values, context);
        try {
            evaluate(input.values(), width, height, context);
        } catch (const Error& error) {
            if (error.code() != Errc::model) throw;  // no picture is like that
        }
    }
    std::fill(values.begin(), values.end(), 0.F);
    input.put(values, context);
}

bool NetworkRunner::may_go_to_cpu(const Error& error) const noexcept {
    return options_.device == "auto" && on_host(inputs_) && !network_->on_cpu() &&
           (error.code() == Errc::device || error.code() == Errc::out_of_memory);
}

void NetworkRunner::go_to_cpu(const Error& error) {
    log(LogLevel::warning, fmt::format("{}; the network goes on on the CPU", error.what()));
    left_gpu_ = true;
    take(net::for_cpu(options_));
}

void NetworkRunner::evaluate(const float* input, int width, int height, const Context& context) {
    try {
        evaluate_once(input, width, height, context);
    } catch (const Error& error) {
        if (!may_go_to_cpu(error)) throw;
        go_to_cpu(error);
        evaluate_once(input, width, height, context);
    }
}

void NetworkRunner::evaluate_once(const float* input, int width, int height, const Context& context) {
    const StreamRef stream = context.stream();
    if (carries()) {
        cuda::copy_bytes(input, carried_.data(), input_bytes(width, height), inputs_, stream);
        cuda::synchronize(inputs_, stream);
        input = reinterpret_cast<const float*>(carried_.data());
    }
    if (!on_host(inputs_)) cuda::flush(inputs_, stream);  // LibTorch queues what it does by itself
    if (was_bad_->exchange(false)) replayer_.distrust();
    named([&] {
        if (on_host(inputs_) || carries())
            network_->run(input, height, width, outputs_);
        else if (record_)
            replayer_.run(*network_, input, height, width, stream.native, outputs_);
        else
            network_->run_from_gpu(input, height, width, stream.native, outputs_);
    });
}

const std::vector<net::Output>& NetworkRunner::run(const float* input, int width, int height,
                                                   const Context& context) {
    evaluate(input, width, height, context);
    return check_outputs(width, height);
}

/// Inputs of several pipelines go through a network that they share together, which takes a wait.
bool NetworkRunner::queues() const noexcept {
    return record_ && !on_host(inputs_) && !carries() && network_.use_count() == 1 && !was_bad_->load();
}

const std::vector<net::Recording::OnGpu>* NetworkRunner::queue(const float* input, int width, int height,
                                                               const Context& context) {
    LateAnswers* const late = late_answers(context);
    if (late == nullptr || !queues()) return nullptr;
    const StreamRef stream = context.stream();
    net::Replay* const replay = replayer_.ready(input, height, width, stream.native);
    if (replay == nullptr) return nullptr;
    const net::Recording& recording = replay->recording();
    if (!are_as_warm(recording.answers(), width, height)) return nullptr;
    named([&] { cuda::run(*replay, inputs_, stream); });
    late->expect(recording.bad(), who_, stream, was_bad_);
    return &recording.answers();
}

const NetworkRunner::Shapes* NetworkRunner::find_shapes(int width, int height) const {
    const auto found = std::find_if(shapes_.begin(), shapes_.end(),
                                    [&](const Shapes& s) { return s.width == width && s.height == height; });
    return found == shapes_.end() ? nullptr : &*found;
}

bool NetworkRunner::are_as_warm(const std::vector<net::Recording::OnGpu>& answers, int width,
                                int height) const {
    const Shapes* const warm = find_shapes(width, height);
    return warm != nullptr && std::equal(answers.begin(), answers.end(), warm->outputs.begin(),
                                         warm->outputs.end(), [](const auto& got, const Shape& wanted) {
                                             return got.height == wanted.height &&
                                                    got.width == wanted.width &&
                                                    got.channels == wanted.channels;
                                         });
}

const std::vector<net::Output>& NetworkRunner::check_outputs(int width, int height) {
    const Shapes* const warm = find_shapes(width, height);
    if (warm == nullptr)
        throw Error(Errc::internal, fmt::format("{}: is not warm at {}x{}", stage_, width, height));
    const std::vector<Shape>& shapes = warm->outputs;
    if (outputs_.size() != shapes.size())
        refuse(fmt::format("gave {} outputs; wanted {}", outputs_.size(), shapes.size()));
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        const net::Output& got = outputs_[i];
        const Shape& wanted = shapes[i];
        if (got.height == wanted.height && got.width == wanted.width && got.channels == wanted.channels)
            continue;
        refuse(
            fmt::format("an output changed from {}x{}x{} to {}x{}x{} for the same size of input; convert or "
                        "export the model again",
                        wanted.height, wanted.width, wanted.channels, got.height, got.width, got.channels));
    }
    return outputs_;
}

}  // namespace vbg::segment
