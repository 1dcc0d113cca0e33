#pragma once
/// @file network_stage.hpp  What every segmenter with a network has in common: parameters, the model file,
/// one run and its checks.

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vbg/context.hpp>
#include <vbg/parameter.hpp>
#include <vector>

#include "cuda/runtime.hpp"
#include "model/network.hpp"
#include "model/replayer.hpp"
#include "segment/matte_output.hpp"

namespace vbg::segment {

/// Parameters that each of them declares.
inline constexpr Parameter kDevice{.name = "device",
                                   .type = ParameterType::text,
                                   .default_value = "auto",
                                   .help =
                                       "Where the network runs: auto, cpu, cuda or cuda:N; auto takes the "
                                       "pipeline's GPU, else the first that works."};
inline constexpr Parameter kPrecision{
    .name = "precision",
    .type = ParameterType::choice,
    .default_value = "auto",
    .help = "Number format of the network; auto takes bf16 or fp16 where the hardware is faster with it.",
    .choices = "auto|fp32|fp16|bf16"};
inline constexpr Parameter kThreads{.name = "threads",
                                    .type = ParameterType::integer,
                                    .default_value = "0",
                                    .help = "Threads of the network on the CPU; 0 = all cores, at most 4.",
                                    .min = 0,
                                    .max = 64};
/// Recorded in configure(), where the pipeline is on the network's GPU. While that lasts (a few tens of
/// milliseconds) CUDA refuses to wait for the whole GPU to every thread of the process, and LibTorch to draw
/// random numbers on it: `off` is for a process that does.
inline constexpr Parameter kGraph{
    .name = "graph",
    .type = ParameterType::choice,
    .default_value = "auto",
    .help =
        "On a GPU: auto records the network's run once and replays it (a CUDA graph) where that gives "
        "the same; off never does.",
    .choices = "auto|off"};
inline constexpr Parameter kThreshold{
    .name = "threshold",
    .type = ParameterType::number,
    .default_value = "none",
    .help = "Above it a pixel is the person's, else background; none gives a soft matte.",
    .min = 0,
    .max = 1,
    .choices = "none"};
inline constexpr Parameter kBlack{
    .name = "black",
    .type = ParameterType::number,
    .default_value = "0",
    .help = "Soft matte: probability up to which a pixel is wholly background; less than white.",
    .min = 0,
    .max = 1};
inline constexpr Parameter kWhite{
    .name = "white",
    .type = ParameterType::number,
    .default_value = "1",
    .help = "Soft matte: probability from which a pixel is wholly the person's; more than black.",
    .min = 0,
    .max = 1};

/// Reads device, precision and threads. Throws Error{invalid_argument} for a device that is no device's name.
[[nodiscard]] net::NetworkOptions network_options(const Parameters& parameters);

/// How the matte ends: threshold, black, white.
struct Finish {
    bool hard = false;
    double threshold = 0, black = 0, white = 1;
    /// Throws Error{invalid_argument} unless black < white.
    explicit Finish(const Parameters& parameters);
    void apply(MatteOutput& output) const;
};

/// Largest input of a network that takes any size, pixels; more would need tens of gigabytes. A 4K frame at
/// full resolution fits.
inline constexpr double kMostInputPixels = 3857. * 2177.;

/// Parts of the resolution asked for at which a network works when it may be coarser, the finest first: each
/// has half the pixels of the one before.
inline constexpr std::array kCoarser{1., 0.7, 0.5};
/// Whether an input of that size still shows a person.
[[nodiscard]] constexpr bool is_fine_enough(int width, int height) noexcept {
    return std::min(width, height) >= 96;
}

/// Empty where the model is there; else what is missing and the command that fetches it.
[[nodiscard]] std::string why_model_is_missing(std::string_view name);

/// One network of one segmenter: finds the file at once, loads it when the stream is known.
class NetworkRunner {
public:
    /// Reads model, device, precision and threads. Throws Error{not_found} where there is no such file.
    explicit NetworkRunner(const Parameters& parameters);

    /// What the file says about itself, without loading the network. Throws Error{model}.
    [[nodiscard]] model::Description read_description() const;
    /// Loads (or shares) the network with these outputs, for inputs that lie there: with device=auto it runs
    /// on the same GPU where LibTorch can. Throws what Network::load() does.
    void load(const std::vector<std::string>& outputs, const Device& inputs);
    [[nodiscard]] const model::Description& description() const { return network_->description(); }
    /// "bodypix (/…/x.pt)": begins every error text about the model.
    [[nodiscard]] const std::string& who() const noexcept { return who_; }
    /// Throws Error{model}: who() and `problem`.
    [[noreturn]] void refuse(const std::string& problem) const;

    /// Runs with this input of zeros, in the turn of the context's stream, until the network is warm at its
    /// size, and recorded where it is to be; the input is zeros afterwards. Several sizes may be warm.
    /// Answers outputs of the size that those of frames have.
    const std::vector<net::Output>& warm_up(NetworkInput& input, const Context& context);
    /// Runs once at a size that is warm. With device=auto and frames in host memory a GPU that fails is left
    /// for the CPU, for as long as this lives. `input` lies where load() was told, and is there in the turn
    /// of the context's stream; where the network is at another place it is carried. Throws Error{model}
    /// where the output's size is not what warm_up() found, or it has NaN.
    const std::vector<net::Output>& run(const float* input, int width, int height, const Context& context);
    /// Queues that run in the turn of the context's stream instead, and expects its answer late; null where
    /// that cannot be, and nothing was done: run() it. The answers are there in the stream's turn, until the
    /// next run of either kind. Throws Error{device, model}.
    const std::vector<net::Recording::OnGpu>* queue(const float* input, int width, int height,
                                                    const Context& context);

private:
    /// Does `work`, putting who() in front of the text of what it throws.
    template <class Work>
    auto named(Work work) const;
    /// Whether inputs lie on a GPU and the network elsewhere.
    [[nodiscard]] bool carries() const noexcept;
    /// Whether runs may be queued for who checks them late.
    [[nodiscard]] bool queues() const noexcept;
    /// The network's answer -> outputs_.
    void evaluate(const float* input, int width, int height, const Context& context);
    void evaluate_once(const float* input, int width, int height, const Context& context);
    /// Has the recording checked with pictures that are not empty, so that no frame has to.
    void check_recording(NetworkInput& input, const Context& context);
    /// Whether that was a GPU's failure, which another place of the network may mend.
    [[nodiscard]] bool may_go_to_cpu(const Error& error) const noexcept;
    void go_to_cpu(const Error& error);
    /// Loads it -> network_. What description() has answered is gone.
    void take(const net::NetworkOptions& options);

    std::string stage_, path_, who_;
    bool record_;
    net::NetworkOptions options_;
    bool left_gpu_ = false;  ///< one that failed, with frames in host memory
    std::shared_ptr<net::Network> network_;
    net::Replayer replayer_;  ///< of network_
    /// A queued run's answer was found bad.
    std::shared_ptr<std::atomic<bool>> was_bad_ = std::make_shared<std::atomic<bool>>(false);
    std::vector<net::Output> outputs_;
    struct Shape {
        int height, width, channels;
    };
    /// Outputs of one size of input.
    struct Shapes {
        int width, height;  ///< of the input
        std::vector<Shape> outputs;
    };
    std::vector<Shapes> shapes_;
    /// Throws unless the outputs are of the sizes they had when they were warm.
    const std::vector<net::Output>& check_outputs(int width, int height);
    /// Whether they are of those sizes; false where none are warm.
    [[nodiscard]] bool are_as_warm(const std::vector<net::Recording::OnGpu>& answers, int width,
                                   int height) const;
    [[nodiscard]] const Shapes* find_shapes(int width, int height) const;

    Device inputs_;               ///< where they lie
    cuda::PinnedBuffer carried_;  ///< one of them, for a network that is elsewhere
    std::size_t carried_bytes_ = 0;
};

}  // namespace vbg::segment
