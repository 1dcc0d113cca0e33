#pragma once
/// @file network.hpp  A loaded TorchScript network, without a torch header. C++17-clean.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/batcher.hpp"
#include "model/description.hpp"

namespace vbg::net {

enum class Precision : std::int32_t { automatic, fp32, fp16, bf16 };

struct NetworkOptions {
    std::string device = "auto";  ///< auto | cpu | cuda | cuda:N
    Precision precision = Precision::automatic;
    /// Intra-op threads on the CPU; 0 = all cores, at most 4. LibTorch keeps this number per calling thread:
    /// the thread that loads or runs the network keeps it afterwards, for whatever else it does with
    /// LibTorch; other threads are not touched.
    int threads = 0;
    /// Names of outputs wanted; what only the others need is never computed. Empty = every output.
    std::vector<std::string> outputs;
    /// Inputs that come from several threads at once go through the network together. On a GPU they do by
    /// default; the CPU's cores are busy with one.
    enum class Batches : std::int32_t { on_gpu, never, always } batches = Batches::on_gpu;
};

/// The same for the CPU, where fp16 becomes what is best there.
[[nodiscard]] NetworkOptions for_cpu(NetworkOptions options);

/// One output of one run: float32, NHWC, batch 1. The vector keeps its capacity from run to run.
struct Output {
    int height = 0, width = 0, channels = 0;
    std::vector<float> data;
};

/// One run of a network as a GPU has recorded it, with the memory that it reads and writes.
class Recording {
public:
    virtual ~Recording();
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;
    /// The run again, with what lies in that memory in the stream's turn now. Throws as
    /// Network::run_from_gpu().
    virtual void run(std::vector<Output>& outputs) = 0;

    /// What run() fetches, where it lies on the GPU: float32, NHWC, batch 1.
    struct OnGpu {
        int height = 0, width = 0, channels = 0;
        const float* data = nullptr;
    };
    /// The outputs as play() leaves them, in run()'s order; they stay where they are. Empty where they cannot
    /// be had there: then the following cannot, either.
    [[nodiscard]] virtual const std::vector<OnGpu>& answers() const noexcept;
    /// On the GPU: 0 where answers() hold neither NaN nor infinity. Null where there are none.
    [[nodiscard]] virtual const int* bad() const noexcept;
    /// The run again, in the turn of `stream` (a cudaStream_t) and without waiting: answers() and *bad() are
    /// there in its turn, until it is run again. Throws Error{device}.
    virtual void play(void* stream);
    /// What play() does, as a cudaGraph_t that stays the same; null where there is none.
    [[nodiscard]] virtual void* graph() const noexcept;

protected:
    Recording();
};

/// Why `device=auto` takes the CPU on this machine; empty where it takes a GPU. Thread-safe.
[[nodiscard]] std::string why_cpu();

/// Weights and compiled code; immutable once loaded, shared by every pipeline that asks for the same
/// (file, device, precision, outputs). State that belongs to one stream lives with the caller.
class Network {
public:
    virtual ~Network();
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    /// Loads `path` (.pt with a description inside or beside it) or returns the one already loaded.
    /// Throws Error{not_found, model, device, invalid_argument}.
    static std::shared_ptr<Network> load(const std::string& path, const NetworkOptions& options);

    [[nodiscard]] virtual const model::Description& description() const noexcept = 0;
    /// What was chosen and why, for the log, e.g. "bodypix-mobilenet-075-16 on cpu, bf16 (the CPU has
    /// avx512_bf16), 2 threads; checked against the plain network: off by at most 0.26".
    [[nodiscard]] virtual const std::string& summary() const noexcept = 0;

    /// Number of the GPU it runs on, where run_from_gpu() takes inputs; -1: they come from host memory.
    /// Thread-safe.
    [[nodiscard]] virtual int gpu() const noexcept = 0;

    /// Whether it runs on the CPU. Thread-safe.
    [[nodiscard]] virtual bool on_cpu() const noexcept = 0;

    /// Runs once or more at this size, so that the first real frame costs what all others do.
    virtual void warm_up(int height, int width) = 0;

    /// input: height x width x 3 floats, already normalised as description().input says. Thread-safe; what
    /// several threads ask at once may be answered together (NetworkOptions::batches).
    /// outputs: one for each of NetworkOptions::outputs, in that order; where that was empty, one for each of
    /// description().outputs. Throws Error{invalid_argument} for a size the description does not allow,
    /// Error{model} when an output has the wrong shape or type, or holds NaN or infinity,
    /// Error{out_of_memory}, and Error{device} when the device fails.
    virtual void run(const float* input, int height, int width, std::vector<Output>& outputs) = 0;

    /// run() for an input that lies on gpu(), and is there when `stream` (a cudaStream_t; null: the default
    /// one) gets to it. The network runs in that stream; the answer is waited for. With gpu() -1 it is
    /// run(). `recorded`, if not null, is record()'s for the same arguments: it is replayed unless the input
    /// runs together with others'. Thread-safe.
    virtual void run_from_gpu(const float* input, int height, int width, void* stream,
                              std::vector<Output>& outputs, Recording* recorded = nullptr) = 0;

    /// Records what run_from_gpu() does at this size with an input at this address, after doing it once
    /// more; to be replayed in `stream`'s turn, which others may use meanwhile. The recording must not
    /// outlive the network or the input, and is one thread's at a time. Throws Error{not_built} where there
    /// is no such thing, and Error{model, device, out_of_memory} where the network cannot be recorded; then
    /// all is as before. Thread-safe.
    virtual std::unique_ptr<Recording> record(const float* input, int height, int width, void* stream) = 0;

    /// Calls answered together with others' or alone, and batches; zeros where each runs by itself.
    /// Thread-safe.
    [[nodiscard]] virtual Batcher::Counts batch_counts() const = 0;

protected:
    Network();
};

}  // namespace vbg::net
