// Inputs of several threads that go through one network together: each must get what it gets alone. On the
// CPU, where networks do so only if told; on a GPU they do by themselves.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cmath>
#include <string>
#include <thread>
#include <vbg/error.hpp>
#include <vector>

#include "segment/network_options.hpp"
#include "support/temp_dir.hpp"
#include "support/torch_make.hpp"

using namespace vbg;
using namespace vbg::test;
using net::Network;
using net::NetworkOptions;
using net::Precision;

namespace {

constexpr int kHeight = 48, kWidth = 64, kThreads = 4, kRounds = 10;

/// It takes its time, so that calls meet.
constexpr auto kSlow =
    "    y = torch.conv2d(x, self.weight)\n    for i in range(3000):\n        y = torch.relu(y)\n    return "
    "y\n";

std::string made(const std::string& folder, const std::string& forward) {
    const std::string path = folder + "/m.pt";
    make_module(
        path, "def forward(self, x):\n" + forward,
        R"({"name": "made", "input": {"rule": "fixed", "width": 64, "height": 48, "scale": [0.01, 0.01, 0.01], )"
        R"("offset": [0, 0, 0]}, "outputs": [{"name": "matte", "meaning": "person_probability"}]})",
        0.3F);
    return path;
}

std::shared_ptr<Network> load(const std::string& path, NetworkOptions::Batches batches) {
    NetworkOptions chosen = options(Precision::fp32, {}, 1);
    chosen.batches = batches;
    return Network::load(path, chosen);
}

std::vector<float> input_of(int number) {
    std::vector<float> values(std::size_t{kHeight} * kWidth * 3);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>((i * 7 + static_cast<std::size_t>(number) * 31) % 101) / 100.F;
    return values;
}

float right_answer(const std::vector<float>& input, std::size_t pixel) {
    return 0.3F * (input[3 * pixel] + input[3 * pixel + 1] + input[3 * pixel + 2]);
}

/// Answers rightly for the input it was made for, and counts how often.
class Counted final : public net::Recording {
public:
    Counted(const std::vector<float>& input, std::atomic<int>& runs) : input_(input), runs_(runs) {}
    void run(std::vector<net::Output>& outputs) override {
        ++runs_;
        outputs.assign(1, {kHeight, kWidth, 1, std::vector<float>(std::size_t{kHeight} * kWidth)});
        for (std::size_t i = 0; i < outputs[0].data.size(); ++i) outputs[0].data[i] = right_answer(input_, i);
    }

private:
    const std::vector<float>& input_;
    std::atomic<int>& runs_;
};

/// All threads ask at the same moment, often, each with its own inputs, and with its own recording where
/// `replayed` counts them; returns the largest difference from 0.3 times the sum of a pixel's colours.
float ask_together(Network& network, std::atomic<int>* replayed = nullptr) {
    std::barrier start(kThreads);
    std::vector<float> worst(kThreads);
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t)
        threads.emplace_back([&, t] {
            std::vector<net::Output> outputs;
            for (int round = 0; round < kRounds; ++round) {
                const std::vector<float> input = input_of(t * kRounds + round);
                start.arrive_and_wait();
                if (replayed != nullptr) {
                    Counted recorded(input, *replayed);
                    network.run_from_gpu(input.data(), kHeight, kWidth, nullptr, outputs, &recorded);
                } else {
                    network.run(input.data(), kHeight, kWidth, outputs);
                }
                for (std::size_t i = 0; i < outputs.at(0).data.size(); ++i) {
                    auto& mine = worst[static_cast<std::size_t>(t)];
                    mine = std::max(mine, std::abs(outputs[0].data[i] - right_answer(input, i)));
                }
            }
        });
    for (std::thread& thread : threads) thread.join();
    return *std::max_element(worst.begin(), worst.end());
}

}  // namespace

TEST_CASE("inputs of several threads go through a network together, and each gets its own answer") {
    const vbg_test::TempDir folder;
    const auto network = load(made(folder / ".", kSlow), NetworkOptions::Batches::always);
    CHECK(network->summary().find("one picture at a time") == std::string::npos);
    net::Batcher::Counts counts;
    for (int i = 1; i <= 50 && counts.batches == counts.calls; ++i) {  // until two have met
        CHECK(ask_together(*network) < 1e-5F);
        counts = network->batch_counts();
        CHECK(counts.calls == static_cast<std::uint64_t>(i) * kThreads * kRounds);
    }
    CHECK(counts.batches < counts.calls);
    MESSAGE(counts.calls, " calls in ", counts.batches, " batches");
}

TEST_CASE("on the CPU each call runs by itself unless told otherwise") {
    const vbg_test::TempDir folder;
    const std::string path = made(folder / ".", "    return torch.conv2d(x, self.weight)\n");
    for (const auto batches : {NetworkOptions::Batches::on_gpu, NetworkOptions::Batches::never}) {
        const auto network = load(path, batches);
        CHECK(ask_together(*network) < 1e-5F);
        CHECK(network->batch_counts().calls == 0);
    }
}

TEST_CASE("a network made for one picture takes one at a time, and says so") {
    const vbg_test::TempDir folder;
    // The first fails for two, the second gives both something else.
    for (const char* forward : {"    return torch.conv2d(x.view([1, 3, 48, 64]), self.weight)\n",
                                "    return torch.conv2d(x, self.weight) + 0.1 * float(x.size(0) - 1)\n"}) {
        CAPTURE(forward);
        const auto network = load(made(folder / ".", forward), NetworkOptions::Batches::always);
        CAPTURE(network->summary());
        CHECK(network->summary().find("takes one picture at a time") != std::string::npos);
        CHECK(ask_together(*network) < 1e-5F);
        CHECK(network->batch_counts().calls == 0);
    }
}

TEST_CASE("an input that runs alone is replayed, one that runs with others is not") {
    const vbg_test::TempDir folder;
    const std::string path = made(folder / ".", kSlow);
    std::atomic<int> replayed = 0;
    SUBCASE("a network that takes one at a time") {
        CHECK(ask_together(*load(path, NetworkOptions::Batches::never), &replayed) < 1e-5F);
        CHECK(replayed == kThreads * kRounds);
    }
    SUBCASE("one that takes several") {
        const auto network = load(path, NetworkOptions::Batches::always);
        net::Batcher::Counts counts;
        for (int i = 1; i <= 50 && counts.batches == counts.calls; ++i) {
            CHECK(ask_together(*network, &replayed) < 1e-5F);
            counts = network->batch_counts();
        }
        const auto alone = static_cast<std::uint64_t>(replayed);
        CHECK(alone < counts.batches);  // one batch at least was of several
        CHECK(counts.calls - alone >= 2 * (counts.batches - alone));
    }
}

TEST_CASE("on the CPU nothing is recorded") {
    const vbg_test::TempDir folder;
    const auto network =
        load(made(folder / ".", "    return torch.conv2d(x, self.weight)\n"), NetworkOptions::Batches::never);
    const std::vector<float> input = input_of(1);
    try {
        (void)network->record(input.data(), kHeight, kWidth, nullptr);
        FAIL("recorded");
    } catch (const Error& error) {
        CHECK(error.code() == Errc::not_built);
        CHECK(std::string(error.what()) == "made does not run on a GPU");
    }
}
