// When a network is recorded, believed and given up, with a network that only counts.
#include <doctest/doctest.h>

#include <limits>
#include <memory>
#include <string>
#include <vbg/error.hpp>
#include <vector>

#include "model/replayer.hpp"

using namespace vbg;
using net::Output;
using net::Replayer;

namespace {

/// Gives the input's first value plus 1. What its recordings add instead, and whether there are any, is set.
class Counting final : public net::Network {
public:
    int runs = 0, records = 0, replays = 0, alive = 0;
    int alive_in_run = 0;  ///< recordings, when it ran last
    float added = 1;       ///< by recordings
    bool can_record = true, stale = false;
    bool can_replay = true, can_run = true, stays_there = true;
    Errc trouble = Errc::out_of_memory;  ///< of replays
    const float* recorded_input = nullptr;
    const void* played_in = nullptr;

    [[nodiscard]] const model::Description& description() const noexcept override { return description_; }
    [[nodiscard]] const std::string& summary() const noexcept override { return summary_; }
    [[nodiscard]] int gpu() const noexcept override { return 0; }
    [[nodiscard]] bool on_cpu() const noexcept override { return false; }
    [[nodiscard]] net::Batcher::Counts batch_counts() const override { return {}; }
    void warm_up(int /*height*/, int /*width*/) override {}
    void run(const float* /*input*/, int /*height*/, int /*width*/, std::vector<Output>& /*out*/) override {}
    void run_from_gpu(const float* input, int height, int width, void* /*stream*/,
                      std::vector<Output>& outputs, net::Recording* recorded) override {
        if (recorded != nullptr) return recorded->run(outputs);
        ++runs;
        alive_in_run = alive;
        if (!can_run) throw Error(Errc::device, "the GPU is gone");
        answer(*input + 1, height, width, outputs);
    }
    std::unique_ptr<net::Recording> record(const float* input, int height, int width,
                                           void* /*stream*/) override {
        ++records;
        recorded_input = input;
        if (!can_record) throw Error(Errc::model, "a step that waits cannot be recorded");
        return std::make_unique<Recorded>(*this, input, height, width);
    }

private:
    struct Recorded final : net::Recording {
        Recorded(Counting& of, const float* from, int high, int wide)
            : network(of), input(from), first(*from), height(high), width(wide) {
            ++network.alive;
        }
        ~Recorded() override { --network.alive; }
        Recorded(const Recorded&) = delete;
        Recorded& operator=(const Recorded&) = delete;
        void run(std::vector<Output>& outputs) override {
            ++network.replays;
            if (!network.can_replay) throw Error(network.trouble, "no room for the results");
            answer((network.stale ? first : *input) + network.added, height, width, outputs);
        }
        [[nodiscard]] const std::vector<OnGpu>& answers() const noexcept override {
            return network.stays_there ? there : Recording::answers();
        }
        void play(void* stream) override { network.played_in = stream; }
        [[nodiscard]] void* graph() const noexcept override { return &network; }
        std::vector<OnGpu> there{{1, 2, 1, nullptr}};
        Counting& network;
        const float* input;
        float first;
        int height, width;
    };
    static void answer(float value, int height, int width, std::vector<Output>& outputs) {
        outputs.assign(1, {height, width, 1, {value, -value}});
    }
    model::Description description_;
    std::string summary_;
};

struct Fixture {
    Counting network;
    std::vector<std::string> told;
    Replayer replayer{[this](const std::string& why) { told.push_back(why); }};
    std::vector<Output> outputs;
    float inputs[16] = {};
    int streams[2] = {};

    /// Runs with `value` in the input of that number and tells whether the answer is right.
    bool right(float value, int input = 0, int height = 6, int stream = 0) {
        inputs[input] = value;
        replayer.run(network, &inputs[input], height, 8, &streams[stream], outputs);
        return outputs.size() == 1 && outputs[0].height == height && outputs[0].data[0] == value + 1;
    }
    net::Replay* ready(int input = 0, int height = 6, int stream = 0) {
        return replayer.ready(&inputs[input], height, 8, &streams[stream]);
    }
    void run_until_replayed(int input = 0, int height = 6, int stream = 0) {
        for (int i = 0; i < Replayer::kPlain + Replayer::kChecked; ++i)
            CHECK(right(static_cast<float>(i), input, height, stream));
    }
};

}  // namespace

TEST_CASE("a network is recorded once it is warm, watched for two inputs, then replayed") {
    Fixture f;
    for (int i = 0; i < 3; ++i) CHECK(f.right(static_cast<float>(i)));
    CHECK(f.network.runs == 3);
    CHECK(f.network.records == 1);
    CHECK(f.network.recorded_input == &f.inputs[0]);
    CHECK(f.network.replays == 0);
    for (int i = 0; i < 2; ++i) CHECK(f.right(10.F + static_cast<float>(i)));
    CHECK(f.network.runs == 5);
    CHECK(f.network.replays == 2);
    CHECK(f.replayer.replayed() == 0);
    for (int i = 0; i < 50; ++i) CHECK(f.right(static_cast<float>(i * i)));
    CHECK(f.network.runs == 5);
    CHECK(f.network.records == 1);
    CHECK(f.replayer.replayed() == 50);
    CHECK(f.told.empty());
}

TEST_CASE("another input, size or stream is another recording") {
    Fixture f;
    f.run_until_replayed();
    CHECK(f.right(7));
    CHECK(f.replayer.replayed() == 1);
    f.run_until_replayed(1);
    f.run_until_replayed(0, 12);
    f.run_until_replayed(0, 6, 1);
    CHECK(f.network.records == 4);
    CHECK(f.network.alive == 4);
    CHECK(f.replayer.replayed() == 1);
    CHECK(f.right(8));  // the first is still there
    CHECK(f.replayer.replayed() == 2);
    for (int input = 1; input < 16; ++input) f.run_until_replayed(input);
    CHECK(f.network.alive == static_cast<int>(Replayer::kMost));
    const int records = f.network.records;
    CHECK(f.right(9));  // gone long ago: begins anew
    CHECK(f.network.records == records);
}

TEST_CASE("what cannot be recorded is run as before, and that is told once") {
    Fixture f;
    f.network.can_record = false;
    for (int i = 0; i < 20; ++i) CHECK(f.right(static_cast<float>(i)));
    CHECK(f.network.runs == 20);
    CHECK(f.network.records == 1);
    CHECK(f.told == std::vector<std::string>{"a step that waits cannot be recorded"});
    f.run_until_replayed(1);
    CHECK(f.network.records == 1);
    f.network.can_record = true;
    f.replayer.forget();
    f.run_until_replayed();
    CHECK(f.network.alive == 1);
    CHECK(f.told.size() == 1);
}

TEST_CASE("a recording that gives something else is not believed") {
    Fixture f;
    SUBCASE("other values") { f.network.added = 1.5F; }
    SUBCASE("no numbers") { f.network.added = std::numeric_limits<float>::quiet_NaN(); }
    SUBCASE("the answer to the input it was recorded with") { f.network.stale = true; }
    for (int i = 0; i < 20; ++i) CHECK(f.right(static_cast<float>(i)));
    CHECK(f.network.runs == 20);
    CHECK(f.replayer.replayed() == 0);
    CHECK(f.network.alive == 0);
    CHECK(f.told == std::vector<std::string>{"the recording does not give what the network gives"});
}

TEST_CASE("rounding is believed") {
    Fixture f;
    f.network.added = 1.05F;  // a hundredth of 5, about what 16 bits do in another order
    for (int i = 0; i < 20; ++i) (void)f.right(static_cast<float>(i));
    CHECK(f.replayer.replayed() == 15);
    CHECK(f.told.empty());
}

TEST_CASE("a recording that fails later gives its memory back, and the network runs as before") {
    Fixture f;
    f.run_until_replayed();
    CHECK(f.right(7));
    f.network.can_replay = false;
    CHECK(f.right(8));
    CHECK(f.network.alive_in_run == 0);
    for (int i = 0; i < 10; ++i) CHECK(f.right(static_cast<float>(i)));
    CHECK(f.replayer.replayed() == 1);
    CHECK(f.network.alive == 0);
    CHECK(f.network.replays == 2 + 1 + 1);
    CHECK(f.told == std::vector<std::string>{"no room for the results"});
    f.network.can_run = false;  // what fails without a recording, too, is told by an error
    CHECK_THROWS_WITH_AS((void)f.right(8), "the GPU is gone", Error);
}

TEST_CASE("where the network gives no answer either, the recording is kept") {
    Fixture f;
    f.run_until_replayed();
    f.network.trouble = Errc::model;
    f.network.can_replay = f.network.can_run = false;
    CHECK_THROWS_WITH_AS((void)f.right(8), "the GPU is gone", Error);
    CHECK(f.told.empty());
    CHECK(f.network.alive == 1);
    f.network.can_replay = f.network.can_run = true;
    const int runs = f.network.runs;
    CHECK(f.right(9));
    CHECK(f.network.runs == runs);
    CHECK(f.replayer.replayed() == 1);
    f.network.can_replay = false;
    CHECK(f.right(10));  // the network can: now it is the recording
    CHECK(f.told == std::vector<std::string>{"no room for the results"});
    CHECK(f.network.alive == 0);
}

TEST_CASE("a recording may be queued once it is believed, as long as it leaves its answers there") {
    Fixture f;
    for (int i = 0; i < Replayer::kPlain + Replayer::kChecked; ++i) {
        CHECK(f.ready() == nullptr);
        CHECK(f.right(static_cast<float>(i)));
    }
    net::Replay* const replay = f.ready();
    REQUIRE(replay != nullptr);
    CHECK(f.ready() == replay);
    CHECK(replay->graph() == &f.network);
    replay->play({&f.streams[1]});
    CHECK(f.network.played_in == &f.streams[1]);
    CHECK(f.network.replays == Replayer::kChecked);
    CHECK(f.ready(1) == nullptr);
    CHECK(f.ready(0, 12) == nullptr);
    CHECK(f.ready(0, 6, 1) == nullptr);
    f.network.stays_there = false;
    CHECK(f.ready() == nullptr);
    CHECK(f.right(3));  // and is replayed and waited for
    CHECK(f.replayer.replayed() == 1);
    f.network.stays_there = true;
    f.replayer.forget();
    CHECK(f.ready() == nullptr);
}

TEST_CASE("what is queued counts as used") {
    Fixture f;
    f.run_until_replayed();
    for (int input = 1; input < 12; ++input) {
        f.run_until_replayed(input);
        CHECK(f.ready() != nullptr);
    }
    CHECK(f.ready(1) == nullptr);
    CHECK(f.network.alive == static_cast<int>(Replayer::kMost));
}

TEST_CASE(
    "a bad answer of a queued recording is the recording's fault only where the network gives a good one") {
    Fixture f;
    f.run_until_replayed();
    const int runs = f.network.runs, replays = f.network.replays;
    f.replayer.distrust();
    CHECK(f.ready() == nullptr);
    SUBCASE("the network's") {
        f.network.can_run = false;
        CHECK_THROWS_WITH_AS((void)f.right(8), "the GPU is gone", Error);
        f.network.can_run = true;
        CHECK(f.told.empty());
        CHECK(f.ready() != nullptr);
        CHECK(f.right(9));
        CHECK(f.replayer.replayed() == 1);
    }
    SUBCASE("the recording's") {
        CHECK(f.right(8));
        CHECK(f.network.replays == replays);
        CHECK(f.told ==
              std::vector<std::string>{"a replay gave NaN or infinity where the network gives an answer"});
        CHECK(f.network.alive == 0);
        CHECK(f.ready() == nullptr);
        CHECK(f.right(9));
        CHECK(f.network.runs == runs + 2);
    }
    SUBCASE("of a network that has gone since") {
        f.replayer.forget();
        f.run_until_replayed();
        CHECK(f.ready() != nullptr);
    }
}

TEST_CASE("nothing of a network is left when it is to go") {
    Fixture f;
    f.run_until_replayed();
    CHECK(f.network.alive == 1);
    f.replayer.forget();
    CHECK(f.network.alive == 0);
    f.run_until_replayed();
    CHECK(f.network.records == 2);
}
