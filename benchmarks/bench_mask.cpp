// Mask filters at four sizes, one thread. Each is first compared with a plain reference; a wrong one is not
// timed. Where OpenCV has the same operation it is timed next to it (name opencv_...): compare within one
// run.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <opencv2/imgproc.hpp>
#include <random>
#include <string>
#include <vbg/vbg.hpp>
#include <vector>

namespace {

struct Case {
    std::string spec;
    /// What it should give, in doubles; empty: the filter has tests but no short definition.
    std::function<cv::Mat(const cv::Mat& matte)> reference;
    double tolerance = 0;
    /// The same by OpenCV, to time; may be empty.
    std::function<void(const cv::Mat& from, cv::Mat& to)> opencv;
};

/// A soft disc with holes and specks: something for every filter to do.
cv::Mat person(int width, int height) {
    cv::Mat matte(height, width, CV_8U, cv::Scalar(0));
    cv::circle(matte, {width / 2, height * 3 / 5}, height / 3, cv::Scalar(255), cv::FILLED);
    cv::circle(matte, {width / 2, height / 2}, height / 60, cv::Scalar(0), cv::FILLED);
    cv::circle(matte, {width / 8, height / 8}, height / 40, cv::Scalar(255), cv::FILLED);
    cv::blur(matte, matte, {5, 5});
    return matte;
}

/// Smooth colours with noise, and the person in another colour.
vbg::Frame picture(const cv::Mat& matte) {
    vbg::Frame frame(matte.cols, matte.rows, vbg::PixelFormat::bgr8);
    std::mt19937 random(1);
    for (int y = 0; y < matte.rows; ++y) {
        auto* row = reinterpret_cast<std::uint8_t*>(frame.view().row(y));
        for (int x = 0; x < matte.cols; ++x) {
            const int alpha = matte.at<std::uint8_t>(y, x);
            const auto noise = static_cast<int>(random() % 8);
            row[3 * x] = static_cast<std::uint8_t>(60 + alpha / 3 + noise);
            row[3 * x + 1] = static_cast<std::uint8_t>(80 + 80 * x / matte.cols + noise);
            row[3 * x + 2] = static_cast<std::uint8_t>(180 - alpha / 4 + noise);
        }
    }
    return frame;
}

vbg::MaskView view_of(cv::Mat& mat) {
    vbg::MaskView view;
    view.data = reinterpret_cast<std::byte*>(mat.data);
    view.stride = static_cast<std::ptrdiff_t>(mat.step);
    view.width = mat.cols;
    view.height = mat.rows;
    return view;
}

struct Bench {
    Bench(const std::string& spec, int width, int height, int threads = 1)
        : matte(person(width, height)),
          out(height, width, CV_8U),
          frame(picture(matte)),
          context(threads),
          filters(vbg::make_mask_filters(spec)) {
        vbg::FrameSpec format;
        format.width = width;
        format.height = height;
        format.format = vbg::PixelFormat::bgr8;
        for (auto& filter : filters) filter->configure(format, context);
    }
    void run() {
        vbg::MaskView from = view_of(matte);
        for (auto& filter : filters) {
            filter->apply(frame.view(), from, view_of(out), context);
            from = view_of(out);
        }
    }
    cv::Mat matte, out;
    vbg::Frame frame;
    vbg::Context context;
    std::vector<std::unique_ptr<vbg::MaskFilter>> filters;
};

/// Empty, or why the result is wrong.
std::string wrong(const Case& c) {
    if (!c.reference) return {};
    Bench bench(c.spec, 320, 208);  // multiples of 16: see feather.hpp
    bench.run();
    const cv::Mat expected = c.reference(bench.matte);
    double worst = 0;
    for (int y = 0; y < expected.rows; ++y) {
        for (int x = 0; x < expected.cols; ++x) {
            worst = std::max(worst, std::abs(expected.at<double>(y, x) - bench.out.at<std::uint8_t>(y, x)));
        }
    }
    if (worst <= c.tolerance) return {};
    return c.spec + " differs from its reference by " + std::to_string(worst) + " grey levels";
}

void counters(benchmark::State& state, int width, int height) {
    const double pixels = static_cast<double>(width) * height;
    state.counters["ns/pixel"] =
        benchmark::Counter(pixels * static_cast<double>(state.iterations()) * 1e-9,
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.SetBytesProcessed(static_cast<std::int64_t>(2 * pixels) * state.iterations());  // matte in and out
}

void time_filter(benchmark::State& state, const Case& c, int threads) {
    const auto width = static_cast<int>(state.range(0)), height = static_cast<int>(state.range(1));
    if (const std::string why = wrong(c); !why.empty()) {
        state.SkipWithError(why.c_str());
        return;
    }
    Bench bench(c.spec, width, height, threads);
    bench.run();
    for ([[maybe_unused]] auto _ : state) bench.run();
    counters(state, width, height);
}

void time_opencv(benchmark::State& state, const Case& c) {
    const auto width = static_cast<int>(state.range(0)), height = static_cast<int>(state.range(1));
    cv::setNumThreads(1);
    const cv::Mat matte = person(width, height);
    cv::Mat out;
    c.opencv(matte, out);
    for ([[maybe_unused]] auto _ : state) c.opencv(matte, out);
    counters(state, width, height);
}

// --- references: each by its definition, a pixel at a time ---

cv::Mat each_pixel(const cv::Mat& matte, const std::function<double(int x, int y)>& value) {
    cv::Mat result(matte.rows, matte.cols, CV_64F);
    for (int y = 0; y < matte.rows; ++y) {
        for (int x = 0; x < matte.cols; ++x) result.at<double>(y, x) = value(x, y);
    }
    return result;
}

cv::Mat extremum(const cv::Mat& matte, int size, bool largest) {
    return each_pixel(matte, [&](int x, int y) {
        int found = largest ? 0 : 255;
        for (int v = std::max(y - size / 2, 0); v < std::min(y - size / 2 + size, matte.rows); ++v) {
            for (int u = std::max(x - size / 2, 0); u < std::min(x - size / 2 + size, matte.cols); ++u) {
                const int value = matte.at<std::uint8_t>(v, u);
                found = largest ? std::max(found, value) : std::min(found, value);
            }
        }
        return found;
    });
}

cv::Mat to_bytes(const cv::Mat& values) {
    cv::Mat bytes;
    values.convertTo(bytes, CV_8U);
    return bytes;
}

cv::Mat box_mean(const cv::Mat& matte, int size) {
    const auto mirrored = [](int i, int n) { return i < 0 ? -i : i >= n ? 2 * n - 2 - i : i; };
    return each_pixel(matte, [&](int x, int y) {
        int sum = 0;
        for (int j = 0; j < size; ++j) {
            for (int i = 0; i < size; ++i) {
                sum += matte.at<std::uint8_t>(mirrored(y - size / 2 + j, matte.rows),
                                              mirrored(x - size / 2 + i, matte.cols));
            }
        }
        return static_cast<double>(sum) / (size * size);
    });
}

cv::Mat gaussian(const cv::Mat& matte, double sigma) {
    cv::Mat values, blurred;
    matte.convertTo(values, CV_64F);
    const int size = 2 * static_cast<int>(std::ceil(5 * sigma)) + 1;
    cv::GaussianBlur(values, blurred, {size, size}, sigma, sigma, cv::BORDER_REFLECT);
    return blurred;
}

cv::Mat element(int size, int shape = cv::MORPH_RECT) {
    return cv::getStructuringElement(shape, {size, size});
}

const std::vector<Case>& cases() {
    static const std::vector<Case> list{
        {"threshold:level=0.5",
         [](const cv::Mat& m) {
             return each_pixel(m,
                               [&](int x, int y) { return m.at<std::uint8_t>(y, x) >= 128 ? 255.0 : 0.0; });
         },
         0, [](const cv::Mat& a, cv::Mat& b) { cv::threshold(a, b, 127, 255, cv::THRESH_BINARY); }},
        {"levels:black=0.2,white=0.8",
         [](const cv::Mat& m) {
             return each_pixel(m, [&](int x, int y) {
                 return 255 * std::clamp((m.at<std::uint8_t>(y, x) / 255.0 - 0.2) / 0.6, 0.0, 1.0);
             });
         },
         0.5001,
         [](const cv::Mat& a, cv::Mat& b) {
             static const cv::Mat table = [] {
                 cv::Mat t(1, 256, CV_8U);
                 for (int i = 0; i < 256; ++i)
                     t.at<std::uint8_t>(i) = cv::saturate_cast<std::uint8_t>((i - 51) / 0.6);
                 return t;
             }();
             cv::LUT(a, table, b);
         }},
        {"dilate:size=10", [](const cv::Mat& m) { return extremum(m, 10, true); }, 0,
         [](const cv::Mat& a, cv::Mat& b) { cv::dilate(a, b, element(10)); }},
        {"erode:size=31", [](const cv::Mat& m) { return extremum(m, 31, false); }, 0,
         [](const cv::Mat& a, cv::Mat& b) { cv::erode(a, b, element(31)); }},
        {"open:size=5", [](const cv::Mat& m) { return extremum(to_bytes(extremum(m, 5, false)), 5, true); },
         0, [](const cv::Mat& a, cv::Mat& b) { cv::morphologyEx(a, b, cv::MORPH_OPEN, element(5)); }},
        {"close:size=5,shape=ellipse",
         [](const cv::Mat& m) {
             cv::Mat result, values;
             cv::morphologyEx(m, result, cv::MORPH_CLOSE, element(5, cv::MORPH_ELLIPSE));
             result.convertTo(values, CV_64F);
             return values;
         },
         0,
         [](const cv::Mat& a, cv::Mat& b) {
             cv::morphologyEx(a, b, cv::MORPH_CLOSE, element(5, cv::MORPH_ELLIPSE));
         }},
        {"dilate:size=21,shape=ellipse",
         [](const cv::Mat& m) {
             cv::Mat result, values;
             cv::dilate(m, result, element(21, cv::MORPH_ELLIPSE));
             result.convertTo(values, CV_64F);
             return values;
         },
         0, [](const cv::Mat& a, cv::Mat& b) { cv::dilate(a, b, element(21, cv::MORPH_ELLIPSE)); }},
        {"box_blur:size=30", [](const cv::Mat& m) { return box_mean(m, 30); }, 0.5001,
         [](const cv::Mat& a, cv::Mat& b) {
             cv::blur(a, b, {30, 30});
         }},
        {"dilate:size=10 | box_blur:size=30",
         [](const cv::Mat& m) { return box_mean(to_bytes(extremum(m, 10, true)), 30); }, 0.5001,
         [](const cv::Mat& a, cv::Mat& b) {  // the 2020 script's steps, on floats as there
             cv::Mat floats, grown;
             a.convertTo(floats, CV_32F, 1.0 / 255);
             cv::dilate(floats, grown, cv::Mat::ones(10, 10, CV_8U));
             cv::blur(grown, b, {30, 30});
         }},
        {"feather:sigma=3", [](const cv::Mat& m) { return gaussian(m, 3); }, 1,
         [](const cv::Mat& a, cv::Mat& b) {
             cv::GaussianBlur(a, b, {0, 0}, 3);
         }},
        {"feather:sigma=8", [](const cv::Mat& m) { return gaussian(m, 8); }, 1,
         [](const cv::Mat& a, cv::Mat& b) {
             cv::GaussianBlur(a, b, {0, 0}, 8);
         }},
        {"feather:sigma=20", [](const cv::Mat& m) { return gaussian(m, 20); }, 2,
         [](const cv::Mat& a, cv::Mat& b) {
             cv::GaussianBlur(a, b, {0, 0}, 20);
         }},
        {"guided_filter", {}, 0, {}},
        {"guided_filter:guide=gray", {}, 0, {}},
        {"temporal", {}, 0, {}},
        {"largest_component",
         {},
         0,
         [](const cv::Mat& a, cv::Mat& b) {
             cv::Mat solid, stats, centroids;
             cv::threshold(a, solid, 127, 255, cv::THRESH_BINARY);
             cv::connectedComponentsWithStats(solid, b, stats, centroids);
         }},
        {"fill_holes", {}, 0, {}},
    };
    return list;
}

}  // namespace

int main(int argc, char** argv) {
    for (const Case& c : cases()) {
        const auto sizes = [](benchmark::internal::Benchmark* b) {
            for (const auto& [w, h] : {std::pair{640, 360}, {1280, 720}, {1920, 1080}, {3840, 2160}}) {
                b->Args({w, h});
            }
            b->ArgNames({"w", "h"})->Unit(benchmark::kMillisecond);
        };
        sizes(benchmark::RegisterBenchmark(c.spec.c_str(),
                                           [&c](benchmark::State& s) { time_filter(s, c, 1); }));
        if (c.opencv) {
            sizes(benchmark::RegisterBenchmark(("opencv_" + c.spec).c_str(),
                                               [&c](benchmark::State& s) { time_opencv(s, c); }));
        }
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
