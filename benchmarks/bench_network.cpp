// The network alone: BodyPix 075 / stride 16, segments head, at the sizes that resolution=medium gives for
// frames of 360, 720, 1080 and 2160 lines. fp32 is first compared with the original's raw output, bf16 with
// fp32; what differs is not timed. The weights come from VBG_TEST_DATA (default ../shared), or a .pt from
// VBG_BENCH_MODEL.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vbg/error.hpp>
#include <vbg/process.hpp>
#include <vector>

#include "model/convert.hpp"
#include "model/network.hpp"

namespace {

using vbg::net::Network;
using vbg::net::Output;
using vbg::net::Precision;

std::filesystem::path data_folder() {
    const char* set = std::getenv("VBG_TEST_DATA");
    return set != nullptr && *set != '\0' ? set : "../shared";
}

/// The .pt to time; empty where there is none.
std::string model_file() {
    if (const char* set = std::getenv("VBG_BENCH_MODEL")) return set;
    const auto weights = data_folder() / "models/bodypix/mobilenet/quant2/075/model-stride16.json";
    if (!std::filesystem::exists(weights)) return {};
    const auto made =
        std::filesystem::temp_directory_path() / ("vbg-bench-" + std::to_string(::getpid()) + ".pt");
    vbg::model::convert(weights, made, {});
    return made.string();
}

/// The last `count` floats of a .npy file of float32: its data without its header. Empty where it is not
/// there.
std::vector<float> npy_tail(const std::filesystem::path& path, std::size_t count) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    std::vector<float> values(count);
    const auto bytes = static_cast<std::streamoff>(count * sizeof(float));
    if (!file || file.tellg() < bytes) return {};
    file.seekg(-bytes, std::ios::end);
    file.read(reinterpret_cast<char*>(values.data()), bytes);
    return values;
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
    if (a.size() != b.size()) return INFINITY;
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        largest = std::max(largest, std::abs(static_cast<double>(a[i]) - b[i]));
    return largest;
}

std::shared_ptr<Network> load(const std::string& path, Precision precision, int threads) {
    vbg::net::NetworkOptions options;
    options.device = "cpu";
    options.precision = precision;
    options.threads = threads;
    options.outputs = {"segments"};
    return Network::load(path, options);
}

/// The original's output for one photo of 257x257, and what it was made from. Without it: soft waves.
struct Reference {
    std::vector<float> input, wanted;
    int side = 257;
    Reference() {
        const auto folder = data_folder() / "goldens/bodypix/cpu/quant2_075_s16/astronaut_512";
        input = npy_tail(folder / "resized.npy", 257 * 257 * 3);
        if (!input.empty()) wanted = npy_tail(folder / "raw_segments.npy", 17 * 17);
        if (wanted.empty())
            input = waves(257, 257);
        else
            for (float& v : input) v = v / 127.5F - 1.F;
    }
    static std::vector<float> waves(int height, int width) {
        std::vector<float> picture(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * 3);
        for (std::size_t i = 0; i < picture.size(); ++i)
            picture[i] = std::sin(static_cast<float>(i % 6151) * 0.01F);
        return picture;
    }
};

/// Empty where the network is right, else what is wrong.
std::string check(Network& network, Network& plain, bool fp32) {
    static const Reference reference;
    std::vector<Output> got, wanted;
    network.run(reference.input.data(), reference.side, reference.side, got);
    plain.run(reference.input.data(), reference.side, reference.side, wanted);
    const auto& truth = reference.wanted.empty() ? wanted[0].data : reference.wanted;
    const double off = largest_difference(got[0].data, truth);
    if (off <= (fp32 ? 2e-3 : 2.0)) return {};
    return "logits are off by " + std::to_string(off);
}

void run(benchmark::State& state, const std::string& path, Precision precision, int threads, int height,
         int width) {
    try {
        const auto network = load(path, precision, threads);
        const auto plain = load(path, Precision::fp32, threads);
        const std::string wrong = check(*network, *plain, precision == Precision::fp32);
        if (!wrong.empty()) return state.SkipWithError(wrong.c_str());
        state.SetLabel(network->summary());
        const std::vector<float> picture = Reference::waves(height, width);
        std::vector<Output> outputs;
        network->warm_up(height, width);
        for (auto _ : state) network->run(picture.data(), height, width, outputs);
        state.counters["time_per_input_pixel"] =
            benchmark::Counter(static_cast<double>(height) * width,
                               benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
        state.counters["frames_per_s"] = benchmark::Counter(1, benchmark::Counter::kIsIterationInvariantRate);
    } catch (const vbg::Error& error) {
        state.SkipWithError(error.what());
    }
}

}  // namespace

int main(int argc, char** argv) {
    vbg::prepare_process(argc, argv);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    const std::string path = model_file();
    if (path.empty()) {
        std::cout << "SKIP: no weights in " << data_folder().string()
                  << "/models (VBG_TEST_DATA), no VBG_BENCH_MODEL\n";
        return 0;
    }
    const std::pair<int, int> sizes[] = {{177, 321}, {353, 641}, {529, 961}, {1073, 1921}};
    for (const auto& [height, width] : sizes)
        for (const auto& [name, precision] :
             std::map<std::string, Precision>{{"auto", Precision::automatic}, {"fp32", Precision::fp32}})
            for (const int threads : {1, 2}) {
                const std::string title = "network/" + std::to_string(width) + "x" + std::to_string(height) +
                                          "/" + name + "/threads:" + std::to_string(threads);
                benchmark::RegisterBenchmark(title.c_str(),
                                             [=, p = precision, h = height, w = width](auto& state) {
                                                 run(state, path, p, threads, h, w);
                                             })
                    ->Unit(benchmark::kMillisecond)
                    ->UseRealTime();
            }
    benchmark::RunSpecifiedBenchmarks();
    if (std::getenv("VBG_BENCH_MODEL") == nullptr) std::filesystem::remove(path);
    return 0;
}
