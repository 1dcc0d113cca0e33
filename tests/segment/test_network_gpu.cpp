// Networks on a real GPU, whose inputs other streams have only just made, against the CPU. Without a GPU it
// is test_on_gpu.cpp that runs.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
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
constexpr int kHeight = 96, kWidth = 128;

std::string why_no_gpu() { return cuda::why_not().empty() ? net::why_cpu() : cuda::why_not(); }

/// Another one for every number; values 0 to 1.
std::vector<float> input_of(int number) {
    std::vector<float> values(std::size_t{kHeight} * kWidth * 3);
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

}  // namespace

TEST_CASE("a network on a GPU takes its input in the turn of the stream that makes it") {
    if (const std::string why = why_no_gpu(); !why.empty()) {
        MESSAGE("SKIP: LibTorch needs a real GPU, CI has none; benchmarks/bench_cuda/run.sh runs it: ", why);
        return;
    }
    vbg_test::TempDir folder;
    test::make_module(
        folder / "m.pt", "def forward(self, x):\n    return torch.conv2d(x, self.weight)\n",
        R"({"name": "made", "input": {"rule": "multiple", "stride": 1, "scale": [1, 1, 1], "offset": [0, 0, 0]}, )"
        R"("outputs": [{"name": "matte", "meaning": "person_probability"}]})",
        0.3F);
    auto options = test::options(Precision::fp32);
    const auto on_cpu = Network::load(folder / "m.pt", options);
    options.device = "cuda:0";
    const auto on_gpu = Network::load(folder / "m.pt", options);
    CAPTURE(on_gpu->summary());
    REQUIRE(on_gpu->gpu() == 0);

    const cuda::Stream streams[] = {cuda::Stream(kGpu), cuda::Stream(kGpu)};
    const std::size_t bytes = input_of(0).size() * sizeof(float);
    const cuda::DeviceBuffer inputs[] = {cuda::DeviceBuffer(bytes, kGpu), cuda::DeviceBuffer(bytes, kGpu)};
    std::vector<net::Output> wanted, got;
    for (int i = 0; i < 40; ++i) {
        CAPTURE(i);
        const auto which = static_cast<std::size_t>(i % 3 == 0);
        const std::vector<float> given = input_of(i);
        cuda::copy_bytes(given.data(), inputs[which].data(), bytes, kGpu, streams[which].ref());
        on_gpu->run_from_gpu(reinterpret_cast<const float*>(inputs[which].data()), kHeight, kWidth,
                             streams[which].ref().native, got);
        on_cpu->run(given.data(), kHeight, kWidth, wanted);
        // cuDNN multiplies numbers rounded to 11 bits (TF32); another input is off by far more.
        CHECK(difference(wanted, got) <= 0.02F);
        on_gpu->run(given.data(), kHeight, kWidth, got);
        CHECK(difference(wanted, got) <= 0.02F);
    }
}
