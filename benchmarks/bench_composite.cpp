// The compositor: checked against integer division first, then timed, beside the same blend written with
// OpenCV's whole-picture operations.
#include <fmt/format.h>

#include <opencv2/imgproc.hpp>
#include <vbg/registry.hpp>

#include "bench_pictures.hpp"

namespace {

using vbg::Frame;

bool correct(const Frame& fg, const Frame& bg, const vbg::Mask& alpha, const Frame& out) {
    for (int y = 0; y < out.height(); ++y) {
        for (int i = 0; i < 3 * out.width(); ++i) {
            const int a = std::to_integer<int>(alpha.view().row(y)[i / 3]);
            const int x = std::to_integer<int>(fg.view().row(y)[i]) * a +
                          std::to_integer<int>(bg.view().row(y)[i]) * (255 - a);
            if (std::to_integer<int>(out.view().row(y)[i]) != (2 * x + 255) / 510) return false;
        }
    }
    return true;
}

/// What a program would write with OpenCV: floating point, three channels of alpha.
void opencv_over(const cv::Mat& fg, const cv::Mat& alpha, const cv::Mat& bg, cv::Mat& out) {
    cv::Mat a, f, b;
    cv::cvtColor(alpha, a, cv::COLOR_GRAY2BGR);
    cv::multiply(fg, a, f, 1.0 / 255, CV_32F);
    cv::subtract(cv::Scalar::all(255), a, a);
    cv::multiply(bg, a, b, 1.0 / 255, CV_32F);
    cv::add(f, b, out, cv::noArray(), CV_8U);
}

void over(benchmark::State& state, int width, int height, bool all_soft, int threads) {
    Frame fg = vbg_bench::picture(width, height, 1), bg = vbg_bench::picture(width, height, 2);
    Frame out(width, height, vbg::PixelFormat::bgr8);
    vbg::Mask alpha = vbg_bench::matte(width, height);
    if (all_soft) vbg::fill(alpha.view(), 100);
    vbg::Context context(threads);
    auto stage = vbg::make_compositor("over");
    stage->configure({width, height, vbg::PixelFormat::bgr8, {}, {}, 0}, context);
    const auto run = [&] { stage->compose(fg.view(), alpha.view(), bg.view(), out.view(), context); };
    run();
    if (!correct(fg, bg, alpha, out)) return state.SkipWithError("wrong result: not timed");
    const cv::Mat f = vbg_bench::mat_of(fg.view()), b = vbg_bench::mat_of(bg.view());
    const cv::Mat a(height, width, CV_8UC1, alpha.view().data, static_cast<std::size_t>(alpha.view().stride));
    cv::Mat o;
    vbg_bench::measure(state, width, height, 10, run, [&] { opencv_over(f, a, b, o); });
}

}  // namespace

int main(int argc, char** argv) {
    cv::setNumThreads(1);
    for (const auto& [w, h] : vbg_bench::kSizes) {
        const std::string size = fmt::format("{}x{}", w, h);
        const auto add = [&, w = w, h = h](const std::string& name, bool soft, int threads) {
            benchmark::RegisterBenchmark((name + "/" + size).c_str(), over, w, h, soft, threads)
                ->UseManualTime()
                ->Unit(benchmark::kMillisecond);
        };
        add("over/person", false, 1);
        add("over/soft_everywhere", true, 1);
        add("over/person/2_threads", false, 2);
    }
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
