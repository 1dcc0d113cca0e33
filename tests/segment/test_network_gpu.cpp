// Networks on a real GPU, whose inputs other streams have only just made, against the CPU. Without a GPU it
// is test_on_gpu.cpp that runs.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vbg/error.hpp>
#include <vector>

#include "cuda/runtime.hpp"
#include "segment/network_options.hpp"
#include "support/temp_dir.hpp"
#include "support/torch_make.hpp"

using namespace vbg;
using net::Network;
using net::Precision;

namespace {

constexpr Device kGpu{DeviceType::cuda, 0};
constexpr int kInputHeight = 96, kInputWidth = 128;

bool can_run_here() {
    const std::string why = cuda::why_not().empty() ? net::why_cpu() : cuda::why_not();
    if (!why.empty())
        MESSAGE("SKIP: LibTorch needs a real GPU, CI has none; benchmarks/bench_cuda/run.sh runs it: ", why);
    return why.empty();
}

/// Another one for every number; values 0 to 1.
std::vector<float> values_of(int number) {
    std::vector<float> values(std::size_t{kInputHeight} * kInputWidth * 3);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>((i * 7 + static_cast<std::size_t>(number) * 31) % 101) / 100.F;
    return values;
}

float difference(const std::vector<net::Output>& a, const std::vector<net::Output>& b) {
    REQUIRE(a.size() == 1);
    REQUIRE(b.size() == 1);
    REQUIRE(a[0].data.size() == b[0].data.size());
    float most = 0;
    for (std::size_t i = 0; i < a[0].data.size(); ++i)
        most = std::max(most, std::abs(a[0].data[i] - b[0].data[i]));
    return most;
}

/// A network on the CPU and the same on the GPU.
struct Both {
    explicit Both(const std::string& forward,
                  const std::string& output = R"("meaning": "person_probability")") {
        test::make_module(
            folder / "m.pt", "def forward(self, x):\n" + forward,
            R"({"name": "made", "input": {"rule": "multiple", "stride": 1, "scale": [1, 1, 1], "offset": [0, 0, 0]}, )"
            R"("outputs": [{"name": "matte", )" +
                output + "}]}",
            0.3F);
        auto options = test::options(Precision::fp32);
        on_cpu = Network::load(folder / "m.pt", options);
        options.device = "cuda:0";
        on_gpu = Network::load(folder / "m.pt", options);
        INFO(on_gpu->summary());
        REQUIRE(on_gpu->gpu() == 0);
    }
    vbg_test::TempDir folder;
    std::shared_ptr<Network> on_cpu, on_gpu;
};

constexpr auto kPlain = "    return torch.conv2d(x, self.weight)\n";
// cuDNN multiplies numbers rounded to 11 bits (TF32); another input is off by far more.
constexpr float kMost = 0.02F;
constexpr std::size_t kBytes = std::size_t{kInputHeight} * kInputWidth * 3 * sizeof(float);

/// Replays a recording for inputs that the stream has only just got.
void check_replays(const Both& both, net::Recording& recorded, const cuda::DeviceBuffer& input,
                   StreamRef stream) {
    const auto* const there = reinterpret_cast<const float*>(input.data());
    std::vector<net::Output> wanted, got;
    for (int i = 0; i < 20; ++i) {
        CAPTURE(i);
        const std::vector<float> given = values_of(i);
        cuda::copy_bytes(given.data(), input.data(), kBytes, kGpu, stream);
        both.on_gpu->run_from_gpu(there, kInputHeight, kInputWidth, stream.native, got, &recorded);
        both.on_cpu->run(given.data(), kInputHeight, kInputWidth, wanted);
        CHECK(difference(wanted, got) <= kMost);
    }
}

}  // namespace

TEST_CASE("a network on a GPU takes its input in the turn of the stream that makes it") {
    if (!can_run_here()) return;
    const Both both(kPlain);
    const cuda::Stream streams[] = {cuda::Stream(kGpu), cuda::Stream(kGpu)};
    const cuda::DeviceBuffer inputs[] = {cuda::DeviceBuffer(kBytes, kGpu), cuda::DeviceBuffer(kBytes, kGpu)};
    std::vector<net::Output> wanted, got;
    for (int i = 0; i < 40; ++i) {
        CAPTURE(i);
        const auto which = static_cast<std::size_t>(i % 3 == 0);
        const std::vector<float> given = values_of(i);
        cuda::copy_bytes(given.data(), inputs[which].data(), kBytes, kGpu, streams[which].ref());
        both.on_gpu->run_from_gpu(reinterpret_cast<const float*>(inputs[which].data()), kInputHeight,
                                  kInputWidth, streams[which].ref().native, got);
        both.on_cpu->run(given.data(), kInputHeight, kInputWidth, wanted);
        CHECK(difference(wanted, got) <= kMost);
        both.on_gpu->run(given.data(), kInputHeight, kInputWidth, got);
        CHECK(difference(wanted, got) <= kMost);
    }
}

TEST_CASE(
    "a network recorded on a GPU gives the same, in any stream, and what others queue meanwhile is done") {
    if (!can_run_here()) return;
    const Both both(kPlain);
    const cuda::Stream own(kGpu);
    const cuda::DeviceBuffer input(kBytes, kGpu), others(kBytes, kGpu);
    const auto* const there = reinterpret_cast<const float*>(input.data());
    for (const StreamRef stream : {own.ref(), StreamRef{}}) {
        std::atomic<bool> stop = false;
        std::atomic<int> wrong = 0;
        std::thread other([&] {
            std::vector<float> back(kBytes / sizeof(float));
            for (int i = 0; !stop; ++i) {
                const std::vector<float> given = values_of(i);
                cuda::copy_bytes(given.data(), others.data(), kBytes, kGpu, stream);
                cuda::copy_bytes(others.data(), back.data(), kBytes, kGpu, stream);
                cuda::synchronize(kGpu, stream);
                wrong += back != given;
            }
        });
        for (int i = 0; i < 5; ++i) {
            const auto recorded = both.on_gpu->record(there, kInputHeight, kInputWidth, stream.native);
            check_replays(both, *recorded, input, stream);
        }
        stop = true;
        other.join();
        CHECK(wrong == 0);
    }
}

TEST_CASE("a network that cannot be recorded runs as before, and others are recorded") {
    if (!can_run_here()) return;
    // Its second step depends on a number that the CPU must be told.
    const Both waits(
        "    y = torch.conv2d(x, self.weight)\n    return y if float(x.mean()) < 10.0 else y + y\n");
    const Both both(kPlain);
    const cuda::Stream stream(kGpu);
    const cuda::DeviceBuffer input(kBytes, kGpu);
    const auto* const there = reinterpret_cast<const float*>(input.data());
    std::vector<net::Output> wanted, got;
    for (int i = 0; i < 3; ++i) {
        CHECK_THROWS_AS((void)waits.on_gpu->record(there, kInputHeight, kInputWidth, stream.ref().native),
                        Error);
        const std::vector<float> given = values_of(i);
        cuda::copy_bytes(given.data(), input.data(), kBytes, kGpu, stream.ref());
        waits.on_gpu->run_from_gpu(there, kInputHeight, kInputWidth, stream.ref().native, got);
        waits.on_cpu->run(given.data(), kInputHeight, kInputWidth, wanted);
        CHECK(difference(wanted, got) <= kMost);
        const auto recorded = both.on_gpu->record(there, kInputHeight, kInputWidth, stream.ref().native);
        check_replays(both, *recorded, input, stream.ref());
    }
}

TEST_CASE(
    "a recorded network that is not waited for leaves on the GPU what it gives, and whether that is a "
    "number") {
    if (!can_run_here()) return;
    const Both one(kPlain);
    const Both two("    return torch.cat([torch.conv2d(x, self.weight), x[:, 1:2]], 1)\n",
                   R"("meaning": "class_logits", "channels": 2, "person_class": 1)");
    const cuda::Stream streams[] = {cuda::Stream(kGpu), cuda::Stream(kGpu)};
    const cuda::DeviceBuffer input(kBytes, kGpu);
    const auto* const there = reinterpret_cast<const float*>(input.data());
    for (const Both* both : {&one, &two}) {
        const auto recorded = both->on_gpu->record(there, kInputHeight, kInputWidth, streams[0].ref().native);
        CHECK(recorded->graph() != nullptr);
        REQUIRE(recorded->bad() != nullptr);
        REQUIRE(recorded->answers().size() == 1);
        const net::Recording::OnGpu& answer = recorded->answers().front();
        CHECK(answer.height == kInputHeight);
        CHECK(answer.width == kInputWidth);
        REQUIRE(answer.channels == (both == &one ? 1 : 2));
        std::vector<net::Output> wanted, waited, queued(1);
        queued[0].data.resize(std::size_t{kInputHeight} * kInputWidth *
                              static_cast<std::size_t>(answer.channels));
        for (int i = 0; i < 20; ++i) {
            CAPTURE(i);
            const StreamRef stream = streams[i % 2].ref();
            const bool bad_input = i % 5 == 3;
            std::vector<float> given = values_of(i);
            if (bad_input) given[1234] = std::numeric_limits<float>::infinity();
            int bad = -1;
            cuda::copy_bytes(given.data(), input.data(), kBytes, kGpu, stream);
            recorded->play(stream.native);
            cuda::copy_bytes(answer.data, queued[0].data.data(), queued[0].data.size() * sizeof(float), kGpu,
                             stream);
            cuda::copy_bytes(recorded->bad(), &bad, sizeof bad, kGpu, stream);
            cuda::synchronize(kGpu, stream);
            CHECK(bad == bad_input);
            if (bad_input) {
                CHECK_THROWS_AS(recorded->run(waited), Error);
                continue;
            }
            recorded->run(waited);
            CHECK(queued[0].data == waited[0].data);
            both->on_cpu->run(given.data(), kInputHeight, kInputWidth, wanted);
            CHECK(difference(wanted, queued) <= kMost);
        }
    }
}
