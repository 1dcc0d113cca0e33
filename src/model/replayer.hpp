#pragma once
/// @file replayer.hpp  When a network's run on a GPU is recorded, and when the recording is taken for the
/// run.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cuda/commands.hpp"
#include "model/network.hpp"

namespace vbg::net {

/// A recording as cuda::run() takes it.
class Replay final : public cuda::ForeignGraph {
public:
    explicit Replay(std::unique_ptr<Recording> recording) noexcept : recording_(std::move(recording)) {}
    [[nodiscard]] Recording& recording() const noexcept { return *recording_; }
    [[nodiscard]] void* graph() const noexcept override { return recording_->graph(); }
    void play(StreamRef stream) override { recording_->play(stream.native); }

private:
    std::unique_ptr<Recording> recording_;
};

/// Runs a network on a GPU, each run with one of a few inputs that stay where they are: the first runs as
/// they are, then recorded. A recording is believed once it has given what the network gives for a few
/// inputs; what cannot be recorded, or gives something else or nothing where the network gives an answer, is
/// run as before for good. One thread at a time.
class Replayer {
public:
    static constexpr int kPlain = 3;    ///< runs before the recording: until then memory and plans are made
    static constexpr int kChecked = 2;  ///< inputs for which the network is run, too
    static constexpr std::size_t kMost = 8;  ///< recordings kept; the one unused for longest goes first

    /// `tell` gets one line each time that something is not recorded, at most one until forget().
    explicit Replayer(std::function<void(const std::string&)> tell) : tell_(std::move(tell)) {}

    /// As network.run_from_gpu(). `network` must be the same, and be there, until forget().
    void run(Network& network, const float* input, int height, int width, void* stream,
             std::vector<Output>& outputs);
    /// The recording of the run with these arguments, to be queued rather than run() and waited for; it is
    /// there until the next call of another function. Null where it is not believed (yet), or leaves no
    /// answers on the GPU.
    [[nodiscard]] Replay* ready(const float* input, int height, int width, void* stream);
    /// What was queued gave a bad answer. The next run() replays nothing: where the network by itself gives a
    /// good one, it is the recordings that are given up. Until then none is ready().
    void distrust() noexcept { doubted_ = true; }
    /// Before the network or one of the inputs goes, and to start anew. Nothing queued may need them.
    void forget() noexcept;
    /// Runs that were replayed and not done otherwise, for tests.
    [[nodiscard]] int replayed() const noexcept { return replayed_; }

private:
    struct Entry {
        const float* input;
        int height, width;
        void* stream;
        int runs = 0, checks = 0;
        std::unique_ptr<Replay> replay;
        [[nodiscard]] bool is_believed() const noexcept { return replay && checks >= kChecked; }
    };
    Entry* find(const float* input, int height, int width, void* stream);
    Entry& entry(const float* input, int height, int width, void* stream);
    void replay(Network& network, const Entry& entry, std::vector<Output>& outputs);
    void record(Network& network, Entry& entry);
    void check(Entry& entry, const std::vector<Output>& wanted);
    void give_up(const std::string& why);

    std::function<void(const std::string&)> tell_;
    std::vector<Entry> entries_;  ///< the one used last is the last
    std::vector<Output> checked_;
    bool given_up_ = false, doubted_ = false;
    int replayed_ = 0;
};

}  // namespace vbg::net
