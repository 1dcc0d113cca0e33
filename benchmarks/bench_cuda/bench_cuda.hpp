#pragma once
/// @file bench_cuda.hpp  What the parts of bench_cuda share.

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vbg/vbg.hpp>
#include <vector>

namespace bench_cuda {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

struct Options {
    std::string device = "cuda:0";
    std::string segmenter;  ///< spec of the network; empty: the newest bodypix there is, else constant
    std::filesystem::path pictures;  ///< folder of binary .ppm files, for the masks
    int streams = 0;                 ///< pipelines at once; 0: as many as hold the rate
    bool quick = false;              ///< a few frames only: does it work at all?
};

/// Numbers that cannot be trusted are not made: a wrong result ends the program with these words.
class Wrong : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Slow gradients with noise.
[[nodiscard]] vbg::Frame picture(int width, int height, vbg::PixelFormat format);
/// The value that so much (0..1) of them do not exceed; 0 of none.
[[nodiscard]] double percentile(std::vector<double> values, double part);

/// Each part of the benchmark prints its table and answers it as JSON.
nlohmann::json measure_kernels(const Options& options);
nlohmann::json measure_pipelines(const Options& options);
nlohmann::json measure_streams(const Options& options);
nlohmann::json compare_masks(const Options& options);

}  // namespace bench_cuda
