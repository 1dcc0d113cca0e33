// Every effect, checked against OpenCV's operations first and then timed beside them.
#include <fmt/format.h>

#include <map>
#include <opencv2/imgproc.hpp>
#include <vbg/registry.hpp>

#include "bench_pictures.hpp"

namespace {

using vbg::Frame;

constexpr unsigned kSeed = 7;

/// The scan lines' factors of the first frame, as Python's np.random.seed(7); np.random.uniform(0.1, 0.3).
std::vector<double> factors(int rows) {
    std::mt19937 rng(kSeed);
    std::vector<double> all;
    for (int y = 0; y < rows; ++y) {
        const double high = static_cast<double>(rng() >> 5), low = static_cast<double>(rng() >> 6);
        all.push_back(0.1 + (0.3 - 0.1) * ((high * 67108864.0 + low) / 9007199254740992.0));
    }
    return all;
}

void scanlines(const cv::Mat& in, cv::Mat& out) {
    static const std::vector<double> all = factors(4096);
    in.copyTo(out);
    std::size_t next = 0;
    for (int y = 0; y < out.rows; ++y) {
        if (y % 5 >= 2) continue;
        std::uint8_t table[256];
        for (int v = 0; v < 256; ++v) table[v] = static_cast<std::uint8_t>(v * all[next]);
        ++next;
        for (int i = 0; i < 3 * out.cols; ++i) out.ptr(y)[i] = table[out.ptr(y)[i]];
    }
}

cv::Mat shifted(const cv::Mat& in, int by) {
    cv::Mat out = cv::Mat::zeros(in.size(), in.type());
    const int w = in.cols - std::abs(by), h = in.rows - std::abs(by);
    const int from = std::max(0, -by), to = std::max(0, by);
    in(cv::Rect(from, from, w, h)).copyTo(out(cv::Rect(to, to, w, h)));
    return out;
}

void ghost(const cv::Mat& in, cv::Mat& out) {
    cv::Mat first;
    cv::addWeighted(in, 0.2, shifted(in, 5), 0.8, 0, first);
    cv::addWeighted(first, 0.4, shifted(in, -5), 0.6, 0, out);
}

void hologram(const cv::Mat& in, cv::Mat& out) {
    cv::Mat colored, lined, light;
    cv::applyColorMap(in, colored, cv::COLORMAP_WINTER);
    scanlines(colored, lined);
    ghost(lined, light);
    cv::addWeighted(in, 0.5, light, 0.6, 0, out);
}

void grayscale(const cv::Mat& in, cv::Mat& out) {
    cv::Mat grey;
    cv::cvtColor(in, grey, cv::COLOR_BGR2GRAY);
    cv::cvtColor(grey, out, cv::COLOR_GRAY2BGR);
}

/// The background blurred without the person: colours and weights each by a Gaussian, then divided.
void blur(const cv::Mat& in, cv::Mat& out) {
    static std::map<int, cv::Mat> weights;  // of the same matte as the effect gets
    cv::Mat& weight = weights[in.cols];
    if (weight.empty()) {
        vbg::Mask matte = vbg_bench::matte(in.cols, in.rows);
        const cv::Mat alpha(in.rows, in.cols, CV_8UC1, matte.view().data,
                            static_cast<std::size_t>(matte.view().stride));
        alpha.convertTo(weight, CV_32F, -1.0 / 255, 1);
        cv::cvtColor(weight, weight, cv::COLOR_GRAY2BGR);
    }
    cv::Mat colors, known;
    cv::multiply(in, weight, colors, 1, CV_32F);
    cv::GaussianBlur(colors, colors, cv::Size(), 12, 12, cv::BORDER_CONSTANT);
    cv::GaussianBlur(weight, known, cv::Size(), 12, 12, cv::BORDER_CONSTANT);
    cv::divide(colors, known, out, 1, CV_8U);
}

struct Subject {
    std::string spec;
    int tolerance;  ///< grey levels
    std::function<void(const cv::Mat&, cv::Mat&)> reference;
    bool background_only = false;  ///< compared where the matte leaves something to see
};

/// Largest difference, where there is something to compare with and `where` is not 0.
double difference(const cv::Mat& a, const cv::Mat& b, const cv::Mat& where) {
    const cv::Rect part(0, 0, std::min(a.cols, b.cols), std::min(a.rows, b.rows));
    return cv::norm(a(part), b(part), cv::NORM_INF, where.empty() ? where : where(part));
}

const std::vector<Subject>& subjects() {
    static const std::vector<Subject> list = {
        {"hologram:seed=7", 0, hologram},
        {"colormap", 0, [](const cv::Mat& i, cv::Mat& o) { cv::applyColorMap(i, o, cv::COLORMAP_WINTER); }},
        {"scanlines:seed=7", 0, scanlines},
        {"ghost", 0, ghost},
        {"grayscale", 0, grayscale},
        {"flip", 0, [](const cv::Mat& i, cv::Mat& o) { cv::flip(i, o, 1); }},
        {"blur:sigma=12", 10, blur, true},
        {"pixelate:size=16,exclude_person=false", 1,
         [](const cv::Mat& i, cv::Mat& o) {  // as far as whole squares go
             const cv::Size squares(i.cols / 16, i.rows / 16);
             cv::Mat small;
             cv::resize(i(cv::Rect(0, 0, squares.width * 16, squares.height * 16)), small, squares, 0, 0,
                        cv::INTER_AREA);
             cv::resize(small, o, {}, 16, 16, cv::INTER_NEAREST);
         }},
        {"color:value=#102030", 0,
         [](const cv::Mat& i, cv::Mat& o) {
             o.create(i.size(), i.type());
             o.setTo(cv::Scalar(0x30, 0x20, 0x10));
         }},
    };
    return list;
}

void effect(benchmark::State& state, const Subject& subject, int width, int height) {
    Frame in = vbg_bench::picture(width, height, 1), out(width, height, vbg::PixelFormat::bgr8);
    vbg::Mask alpha = vbg_bench::matte(width, height);
    vbg::Context context(1);
    auto stage = vbg::make_effect(subject.spec);
    stage->configure({width, height, vbg::PixelFormat::bgr8, {}, {}, 0}, context);
    const auto run = [&] { stage->apply(in.view(), alpha.view(), out.view(), context); };
    const cv::Mat source = vbg_bench::mat_of(in.view());
    cv::Mat expected;
    run();
    subject.reference(source, expected);
    cv::Mat where;
    if (subject.background_only) {
        where = cv::Mat(height, width, CV_8UC1, alpha.view().data,
                        static_cast<std::size_t>(alpha.view().stride)) < 255;
    }
    if (difference(vbg_bench::mat_of(out.view()), expected, where) > subject.tolerance) {
        return state.SkipWithError("wrong result: not timed");
    }
    vbg_bench::measure(state, width, height, 6, run, [&] { subject.reference(source, expected); });
}

/// The fakecam preset's last two steps together, hologram and over.
void projection(benchmark::State& state, int width, int height) {
    Frame in = vbg_bench::picture(width, height, 1), background = vbg_bench::picture(width, height, 2);
    Frame out(width, height, vbg::PixelFormat::bgr8);
    const vbg::Mask alpha = vbg_bench::matte(width, height);
    vbg::Context context(1);
    const vbg::FrameSpec spec{width, height, vbg::PixelFormat::bgr8, {}, {}, 0};
    auto holo = vbg::make_effect("hologram");
    auto over = vbg::make_compositor("over");
    holo->configure(spec, context);
    over->configure(spec, context);
    vbg_bench::measure(
        state, width, height, 15,
        [&] {
            holo->apply(in.view(), alpha.view(), out.view(), context);
            over->compose(out.view(), alpha.view(), background.view(), out.view(), context);
        },
        nullptr);
}

}  // namespace

int main(int argc, char** argv) {
    cv::setNumThreads(1);
    for (const auto& [w, h] : vbg_bench::kSizes) {
        const std::string size = fmt::format("/{}x{}", w, h);
        for (const Subject& subject : subjects()) {
            benchmark::RegisterBenchmark((subject.spec + size).c_str(), effect, subject, w, h)
                ->UseManualTime()
                ->Unit(benchmark::kMillisecond);
        }
        benchmark::RegisterBenchmark(("hologram_then_over" + size).c_str(), projection, w, h)
            ->UseManualTime()
            ->Unit(benchmark::kMillisecond);
    }
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
