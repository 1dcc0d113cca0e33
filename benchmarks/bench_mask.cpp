// Mask filters at four sizes, one thread. Each is first compared with its definition (mask_references.hpp)
// and not timed when it is wrong. Where OpenCV has the same operation, it is timed in turns with it: the
// counter `opencv` says how many times as long OpenCV takes.
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <vbg/registry.hpp>

#include "bench_pictures.hpp"
#include "mask_references.hpp"

namespace {

using Mat = cv::Mat;

struct Case {
    std::string spec;
    /// Checked instead of `spec`: the same code with options for which there is a plain definition.
    std::string checked;
    std::function<Mat(const Mat& matte, const Mat& picture)> expected;
    double tolerance;  ///< grey levels
    /// The same by OpenCV; empty where it has nothing like it.
    std::function<void(const Mat& from, Mat& to)> opencv{};
    int bytes_per_pixel = 2;
};

/// Head and shoulders, with a hole, a speck and soft edges: something for every filter to do.
Mat person(int width, int height) {
    const vbg::Mask mask = vbg_bench::matte(width, height);
    Mat matte(height, width, CV_8U);
    for (int y = 0; y < height; ++y)
        std::memcpy(matte.ptr(y), mask.view().row(y), static_cast<std::size_t>(width));
    cv::circle(matte, {width / 2, height / 2}, height / 60, cv::Scalar(0), cv::FILLED, cv::LINE_AA);
    cv::circle(matte, {width / 8, height / 8}, height / 40, cv::Scalar(255), cv::FILLED, cv::LINE_AA);
    return matte;
}

struct Bench {
    Bench(const std::string& spec, int width, int height)
        : matte(person(width, height)),
          out(height, width, CV_8U),
          frame(vbg_bench::picture(width, height, 1)),
          filters(vbg::make_mask_filters(spec)) {
        for (auto& filter : filters) {
            filter->configure({width, height, vbg::PixelFormat::bgr8, {}, {}, 30}, context);
        }
    }
    void run(Mat& in) {
        vbg::MaskView from = view(in);
        for (auto& filter : filters) {
            filter->apply(frame.view(), from, view(out), context);
            from = view(out);
        }
    }
    static vbg::MaskView view(Mat& m) {
        vbg::MaskView v;
        v.data = reinterpret_cast<std::byte*>(m.data);
        v.stride = static_cast<std::ptrdiff_t>(m.step);
        v.width = m.cols;
        v.height = m.rows;
        return v;
    }
    Mat matte, out;
    vbg::Frame frame;
    vbg::Context context{1};
    std::vector<std::unique_ptr<vbg::MaskFilter>> filters;
};

/// Empty, or why the result is wrong. An empty matte goes first, so that a filter with memory has a past.
std::string wrong(const Case& c) {
    Bench bench(c.checked.empty() ? c.spec : c.checked, 320, 208);
    Mat nobody(208, 320, CV_8U, cv::Scalar(0));
    bench.run(nobody);
    bench.run(bench.matte);
    const Mat expected = c.expected(bench.matte, vbg_bench::mat_of(bench.frame.view()));
    const double worst = cv::norm(vbg_bench::to_doubles(bench.out), expected, cv::NORM_INF);
    if (worst <= c.tolerance) return {};
    return fmt::format("{} is off by {} grey levels: not timed", c.spec, worst);
}

void time_filter(benchmark::State& state, const Case& c, int width, int height) {
    if (const std::string why = wrong(c); !why.empty()) return state.SkipWithError(why.c_str());
    Bench bench(c.spec, width, height);
    bench.run(bench.matte);
    Mat theirs;
    std::function<void()> opencv;
    if (c.opencv) opencv = [&] { c.opencv(bench.matte, theirs); };
    vbg_bench::measure(
        state, width, height, c.bytes_per_pixel, [&] { bench.run(bench.matte); }, opencv);
}

Mat element(int size, int shape = cv::MORPH_RECT) { return cv::getStructuringElement(shape, {size, size}); }

std::vector<Case> cases() {
    using namespace vbg_bench;
    const Mat round21 = element(21, cv::MORPH_ELLIPSE), round5 = element(5, cv::MORPH_ELLIPSE);
    const auto table = to_bytes(levels(each_pixel(Mat(1, 256, CV_8U), [](int x, int) { return x; }), 0, 1));
    return {
        {"threshold", "", [](const Mat& m, const Mat&) { return threshold(m, 128); }, 0,
         [](const Mat& a, Mat& b) { cv::threshold(a, b, 127, 255, cv::THRESH_BINARY); }},
        {"levels:black=0.2,white=0.8", "", [](const Mat& m, const Mat&) { return levels(m, 0.2, 0.8); },
         0.5001, [table](const Mat& a, Mat& b) { cv::LUT(a, table, b); }},
        {"dilate:size=10", "", [](const Mat& m, const Mat&) { return extremum(m, square(10), true); }, 0,
         [](const Mat& a, Mat& b) { cv::dilate(a, b, element(10)); }},
        {"dilate:size=21,shape=ellipse", "",
         [=](const Mat& m, const Mat&) { return extremum(m, round21, true); }, 0,
         [=](const Mat& a, Mat& b) { cv::dilate(a, b, round21); }},
        {"erode:size=31", "", [](const Mat& m, const Mat&) { return extremum(m, square(31), false); }, 0,
         [](const Mat& a, Mat& b) { cv::erode(a, b, element(31)); }},
        {"open:size=5", "",
         [](const Mat& m, const Mat&) {
             return extremum(to_bytes(extremum(m, square(5), false)), square(5), true);
         },
         0, [](const Mat& a, Mat& b) { cv::morphologyEx(a, b, cv::MORPH_OPEN, element(5)); }},
        {"close:size=5,shape=ellipse", "",
         [=](const Mat& m, const Mat&) {
             return extremum(to_bytes(extremum(m, round5, true)), round5, false);
         },
         0, [=](const Mat& a, Mat& b) { cv::morphologyEx(a, b, cv::MORPH_CLOSE, round5); }},
        {"box_blur:size=30", "", [](const Mat& m, const Mat&) { return box_mean(m, 30); }, 0.5001,
         [](const Mat& a, Mat& b) {
             cv::blur(a, b, {30, 30});
         }},
        {"dilate:size=10 | box_blur:size=30", "",
         [](const Mat& m, const Mat&) { return box_mean(to_bytes(extremum(m, square(10), true)), 30); },
         0.5001,
         [](const Mat& a, Mat& b) {  // as the 2020 script did it: on floats
             Mat floats, grown;
             a.convertTo(floats, CV_32F, 1.0 / 255);
             cv::dilate(floats, grown, square(10));
             cv::blur(grown, b, {30, 30});
         }},
        {"feather:sigma=3", "", [](const Mat& m, const Mat&) { return gaussian(m, 3); }, 1,
         [](const Mat& a, Mat& b) {
             cv::GaussianBlur(a, b, {0, 0}, 3);
         }},
        {"feather:sigma=8", "", [](const Mat& m, const Mat&) { return gaussian(m, 8); }, 1,
         [](const Mat& a, Mat& b) {
             cv::GaussianBlur(a, b, {0, 0}, 8);
         }},
        {"feather:sigma=20", "", [](const Mat& m, const Mat&) { return gaussian(m, 20); }, 2,
         [](const Mat& a, Mat& b) {
             cv::GaussianBlur(a, b, {0, 0}, 20);
         }},
        {"guided_filter",
         "guided_filter:radius=6,eps=1e-3,subsample=1,confidence=0",
         [](const Mat& m, const Mat& picture) { return guided(picture, m, 6, 1e-3); },
         0.6,
         {},
         8},
        {"temporal",
         "temporal:time=0.1",
         [](const Mat& m, const Mat&) { return to_doubles(m) * (1 - std::exp(-1 / 3.0)); },
         0.6,
         {},
         5},
        {"largest_component", "", [](const Mat& m, const Mat&) { return largest_component(m, 0.25, 12); }, 0,
         [](const Mat& a, Mat& b) {  // its labelling alone
             Mat solid, stats, centroids;
             cv::threshold(a, solid, 127, 255, cv::THRESH_BINARY);
             cv::connectedComponentsWithStats(solid, b, stats, centroids);
         }},
        {"fill_holes", "", [](const Mat& m, const Mat&) { return fill_holes(m, 0.005, 3); }, 0},
    };
}

}  // namespace

int main(int argc, char** argv) {
    cv::setNumThreads(1);
    const std::vector<Case> all = cases();
    for (const Case& c : all) {
        for (const auto& [w, h] : vbg_bench::kSizes) {
            benchmark::RegisterBenchmark(
                fmt::format("{}/{}x{}", c.spec, w, h).c_str(),
                [&c, w = w, h = h](benchmark::State& state) { time_filter(state, c, w, h); })
                ->UseManualTime()
                ->Unit(benchmark::kMillisecond);
        }
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
