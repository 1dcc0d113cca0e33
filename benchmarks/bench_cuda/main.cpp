// The way through a GPU, measured; every result is compared with the CPU's before it is timed.
//
//   bench_cuda [--device cuda:N] [--segmenter SPEC] [--pictures FOLDER] [--streams N] [--quick] [--json FILE]
//              [kernels] [pipelines] [streams] [masks]
//
// Without a part all four are done. What is wrong is told, and the exit status is 1 then; the rest is
// measured all the same. run.sh builds, tests and does it all with one command.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <map>
#include <random>

#include "bench_cuda/bench_cuda.hpp"
#include "core/device.hpp"
#include "cuda/runtime.hpp"

namespace bench_cuda {

vbg::Frame picture(int width, int height, vbg::PixelFormat format) {
    vbg::Frame bgr(width, height, vbg::PixelFormat::bgr8), made(width, height, format);
    std::minstd_rand rng(7);
    for (int y = 0; y < height; ++y) {
        std::byte* row = bgr.view().row(y);
        for (int i = 0; i < 3 * width; ++i)
            row[i] =
                static_cast<std::byte>((i * (i % 3 + 1) / 9 + y / 2 + static_cast<int>(rng() >> 27)) & 255);
    }
    vbg::convert(std::as_const(bgr).view(), made.view());
    return made;
}

double percentile(std::vector<double> values, double part) {
    if (values.empty()) return 0;
    const auto at = static_cast<std::size_t>(std::lround(part * static_cast<double>(values.size() - 1)));
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
    return values[at];
}

std::string with(const std::string& spec, const std::string& parameters) {
    return spec + (spec.find(':') == std::string::npos ? ":" : ",") + parameters;
}

void Report::attempt(const std::function<void()>& body) {
    try {
        body();
    } catch (const std::exception& error) {
        fmt::print("WRONG: {}\n", error.what());
        wrong.emplace_back(error.what());
    }
}

namespace {

int usage(const std::string& problem) {
    fmt::print(stderr,
               "bench_cuda: {}\nusage: bench_cuda [--device cuda:N] [--segmenter SPEC] [--pictures FOLDER] "
               "[--streams N] "
               "[--quick] [--json FILE] [kernels] [pipelines] [streams] [masks]\n",
               problem);
    return 2;
}

int run(int argc, char** argv) {
    const std::map<std::string, std::function<void(const Options&, Report&)>> parts{
        {"kernels", measure_kernels},
        {"pipelines", measure_pipelines},
        {"streams", measure_streams},
        {"masks", compare_masks}};
    Options options;
    std::string json;
    std::vector<std::string> wanted;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--quick") {
            options.quick = true;
        } else if (parts.count(word) == 1) {
            wanted.push_back(word);
        } else if (i + 1 == argc) {
            return usage("'" + word + "' is no part and no option with a value");
        } else if (const std::string value = argv[++i]; word == "--device") {
            options.device = value;
        } else if (word == "--segmenter") {
            options.segmenter = value;
        } else if (word == "--pictures") {
            options.pictures = value;
        } else if (word == "--streams") {
            options.streams = std::stoi(value);
        } else if (word == "--json") {
            json = value;
        } else {
            return usage("no option " + word);
        }
    }
    const auto device = vbg::parse_device(options.device);
    if (!device || device->type != vbg::DeviceType::cuda)
        return usage("--device " + options.device + ": wanted cuda:N");
    if (const std::string why = vbg::cuda::why_not(device->index); !why.empty()) {
        fmt::print(stderr, "bench_cuda: nothing was measured: {}: {}\n", options.device, why);
        return 1;
    }
    if (wanted.empty()) wanted = {"kernels", "pipelines", "streams", "masks"};
    nlohmann::json all{{"gpu", vbg::cuda::device_name(device->index)},
                       {"date", fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::time(nullptr)))},
                       {"quick", options.quick}};
    fmt::print("{} on {}{}\n", all["gpu"].get<std::string>(), all["date"].get<std::string>(),
               options.quick ? ": a quick try, not a measurement" : "");
    std::vector<std::string> wrong;
    for (const auto& part : wanted) {
        fmt::print("\n== {}\n", part);
        Report report;
        report.attempt([&] { parts.at(part)(options, report); });
        all[part] = report.rows;
        wrong.insert(wrong.end(), report.wrong.begin(), report.wrong.end());
        all["wrong"] = wrong;
        if (!json.empty()) std::ofstream(json) << all.dump(2) << '\n';  // whatever happens in the next one
    }
    return wrong.empty() ? 0 : 1;
}

}  // namespace

}  // namespace bench_cuda

int main(int argc, char** argv) {
    vbg::prepare_process(argc, argv);
    std::setvbuf(stdout, nullptr, _IOLBF, 0);  // so that nothing is lost when its time is over
    try {
        return bench_cuda::run(argc, argv);
    } catch (const std::exception& error) {
        fmt::print(stderr, "bench_cuda: {}\n", error.what());
        return 1;
    }
}
