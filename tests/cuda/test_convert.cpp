// Every pixel format to every other, against convert() on the CPU, which is libyuv where it can be.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <random>

#include <vbg/device.hpp>
#include <vbg/frame.hpp>

#include "cuda/convert_block.hpp"
#include "cuda/pixels.hpp"

using namespace vbg;
using vbg_test::Picture;

namespace {

constexpr std::array kFormats{PixelFormat::rgb8,  PixelFormat::bgr8,  PixelFormat::rgba8,
                              PixelFormat::bgra8, PixelFormat::gray8, PixelFormat::yuyv,
                              PixelFormat::uyvy,  PixelFormat::nv12,  PixelFormat::i420};

constexpr std::array kColours{ColorSpec{}, ColorSpec{Matrix::bt601, Range::full},
                              ColorSpec{Matrix::bt709, Range::limited},
                              ColorSpec{Matrix::bt709, Range::full}};

/// Noise in any format; each plane has its own padding and runs its own way.
class Planes {
public:
    Planes(int width, int height, PixelFormat format, const ColorSpec& color, bool up, std::mt19937& rng) {
        view_.width = width;
        view_.height = height;
        view_.format = format;
        view_.color = color;
        for (int p = 0; p < plane_count(format); ++p)
            planes_.emplace_back(static_cast<int>(row_bytes(format, p, width)), plane_rows(format, p, height),
                                 1, p + 3, up != (p == 1), rng);
    }
    [[nodiscard]] FrameView view() {
        for (std::size_t p = 0; p < planes_.size(); ++p) {
            const MaskView plane = planes_[p].mask();
            view_.planes[p] = {plane.data, plane.stride};
        }
        return view_;
    }
    [[nodiscard]] std::vector<Picture>& planes() { return planes_; }

private:
    std::vector<Picture> planes_;
    FrameView view_{};
};

/// The largest difference of any byte, the padding included: that must be the same.
int difference(Planes& a, Planes& b) {
    int most = 0;
    for (std::size_t p = 0; p < a.planes().size(); ++p) {
        const auto &x = a.planes()[p].bytes(), &y = b.planes()[p].bytes();
        for (std::size_t i = 0; i < x.size(); ++i) most = std::max(most, std::abs(int{x[i]} - int{y[i]}));
    }
    return most;
}

/// How far a pair of formats may be off, in levels.
int bound(const ConstFrameView& from, const ConstFrameView& to) {
    const bool from_yuv = cuda::is_yuv(from.format), to_yuv = cuda::is_yuv(to.format);
    if (!from_yuv && to.format == PixelFormat::gray8) return 1;  // libyuv's luma rounds otherwise
    if (from_yuv && to_yuv) return from.color == to.color ? 0 : 2;
    return from_yuv ? 2 : 0;
}

/// Runs `body(from, wanted, out)` for each pair, colours and size; `wanted` is the CPU's.
template <class Body>
void for_each_pair(Body body) {
    std::mt19937 rng(11);
    int turn = 0;
    for (const PixelFormat from_format : kFormats) {
        for (const PixelFormat to_format : kFormats) {
            for (const auto& [w, h] : vbg_test::odd_sizes()) {
                const ColorSpec& from_color = kColours.at(static_cast<std::size_t>(++turn) % kColours.size());
                const ColorSpec& to_color =
                    turn % 3 == 0 ? from_color : kColours.at(turn / 3 % kColours.size());
                Planes from(w, h, from_format, from_color, turn % 2 == 0, rng);
                Planes out(w, h, to_format, to_color, turn % 5 == 0, rng);
                if (from_format == to_format && (!cuda::is_yuv(to_format) || from_color == to_color))
                    continue;
                Planes wanted = out;
                convert(from.view(), wanted.view());
                body(from, wanted, out);
            }
        }
    }
}

void check_close(Planes& from, Planes& wanted, Planes& out) {
    const int most = bound(from.view(), wanted.view()), off = difference(wanted, out);
    if (off <= most) return;
    FAIL_CHECK("off by ", off, ", at most ", most, ": ", from.view().width, "x", from.view().height, " ",
               std::string(to_string(from.view().format)), " to ", std::string(to_string(out.view().format)));
}

}  // namespace

TEST_CASE("convert on the GPU: the arithmetic agrees with the CPU's") {
    for_each_pair([](Planes& from, Planes& wanted, Planes& out) {
        const cuda::ConvertBlock block = cuda::convert_block(from.view(), out.view());
        vbg_test::for_each_pixel(block, (out.view().width + 1) / 2, (out.view().height + 1) / 2);
        check_close(from, wanted, out);
    });
}

TEST_CASE("convert on the GPU: the kernel agrees with the CPU") {
    if (!vbg_test::gpu_at_hand()) return;
    vbg_test::Gpu gpu;
    for_each_pair([&](Planes& from, Planes& wanted, Planes& out) {
        std::vector<std::unique_ptr<vbg_test::OnGpu>> there;
        const auto moved = [&](Planes& planes) {
            FrameView view = planes.view();
            view.device = gpu.device();
            for (std::size_t p = 0; p < planes.planes().size(); ++p) {
                there.push_back(std::make_unique<vbg_test::OnGpu>(gpu, planes.planes()[p]));
                const MaskView plane = there.back()->mask();
                view.planes[p] = {plane.data, plane.stride};
            }
            return view;
        };
        const FrameView source = moved(from), target = moved(out);
        convert(source, target, gpu.stream());
        for (auto& plane : there) plane->fetch();
        check_close(from, wanted, out);
    });
}
