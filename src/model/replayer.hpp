#pragma once
/// @file replayer.hpp  When a network's run on a GPU is recorded, and when the recording is taken for the
/// run.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/network.hpp"

namespace vbg::net {

/// Runs a network on a GPU, each run with one of a few inputs that stay where they are: the first runs as
/// they are, then recorded. A recording is believed once it has given what the network gives for a few
/// inputs; what cannot be recorded or replayed, or gives something else, is run as before for good. One
/// thread at a time.
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
    /// Before the network or one of the inputs goes, and to start anew.
    void forget() noexcept;
    /// Runs that were replayed and not done otherwise, for tests.
    [[nodiscard]] int replayed() const noexcept { return replayed_; }

private:
    struct Entry {
        const float* input;
        int height, width;
        void* stream;
        int runs = 0, checks = 0;
        std::unique_ptr<Recording> recording;
    };
    Entry& entry(const float* input, int height, int width, void* stream);
    void record(Network& network, Entry& entry);
    void check(Entry& entry, const std::vector<Output>& wanted);
    void give_up(const std::string& why);

    std::function<void(const std::string&)> tell_;
    std::vector<Entry> entries_;  ///< the one used last is the last
    std::vector<Output> checked_;
    bool given_up_ = false;
    int replayed_ = 0;
};

}  // namespace vbg::net
