#pragma once
/// @file bench_cuda.hpp  What the parts of bench_cuda share.

#include <chrono>
#include <filesystem>
#include <functional>
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

/// Numbers that cannot be trusted are not made: what is wrong is not timed.
class Wrong : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// What one part found.
struct Report {
    nlohmann::json rows = nlohmann::json::array();
    std::vector<std::string> wrong;

    /// Calls it. What it throws is told and kept, and the rest goes on.
    void attempt(const std::function<void()>& body);
};

/// Slow gradients with noise.
[[nodiscard]] vbg::Frame picture(int width, int height, vbg::PixelFormat format);
/// The value that so much (0..1) of them do not exceed; 0 of none.
[[nodiscard]] double percentile(std::vector<double> values, double part);

/// A spec with more parameters.
[[nodiscard]] std::string with(const std::string& spec, const std::string& parameters);

/// Each part of the benchmark prints its table.
void measure_kernels(const Options& options, Report& report);
void measure_pipelines(const Options& options, Report& report);
void measure_streams(const Options& options, Report& report);
void compare_masks(const Options& options, Report& report);

}  // namespace bench_cuda
