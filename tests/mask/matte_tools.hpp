#pragma once
/// @file matte_tools.hpp  Mattes and frames for tests: random, person-like, with strange memory layouts.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vbg/vbg.hpp>
#include <vector>

namespace test {

/// A matte in plain row order.
struct Matte {
    int width = 0, height = 0;
    std::vector<std::uint8_t> values;

    Matte() = default;
    Matte(int w, int h, std::uint8_t fill = 0)
        : width(w), height(h), values(static_cast<std::size_t>(w) * static_cast<std::size_t>(h), fill) {}
    [[nodiscard]] std::size_t index(int x, int y) const {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
    }
    [[nodiscard]] std::uint8_t& at(int x, int y) { return values[index(x, y)]; }
    [[nodiscard]] std::uint8_t at(int x, int y) const { return values[index(x, y)]; }
    [[nodiscard]] vbg::MaskView view() {
        vbg::MaskView v;
        v.data = reinterpret_cast<std::byte*>(values.data());
        v.stride = width;
        v.width = width;
        v.height = height;
        return v;
    }
    friend bool operator==(const Matte&, const Matte&) = default;
};

enum class Layout { tight, padded, bottom_up };

/// Memory for a matte in some layout, with guard bytes around every row.
class Laid {
public:
    Laid(const Matte& matte, Layout layout) : matte_(matte), layout_(layout) {
        pad_ = layout == Layout::tight ? 0 : 13;
        const auto stride = static_cast<std::size_t>(matte.width + pad_);
        memory_.assign(stride * static_cast<std::size_t>(matte.height) + 128, kGuard);
        for (int y = 0; y < matte.height; ++y) {
            std::memcpy(row(y), matte.values.data() + matte.index(0, y),
                        static_cast<std::size_t>(matte.width));
        }
    }
    [[nodiscard]] vbg::MaskView view() {
        vbg::MaskView v;
        v.data = reinterpret_cast<std::byte*>(row(0));
        v.stride = layout_ == Layout::bottom_up ? -(matte_.width + pad_) : matte_.width + pad_;
        v.width = matte_.width;
        v.height = matte_.height;
        return v;
    }
    [[nodiscard]] Matte read() {
        Matte result(matte_.width, matte_.height);
        for (int y = 0; y < matte_.height; ++y) {
            std::memcpy(result.values.data() + result.index(0, y), row(y),
                        static_cast<std::size_t>(matte_.width));
        }
        return result;
    }
    /// Whether no byte outside the rows was written.
    [[nodiscard]] bool guards_hold() {
        std::vector<std::uint8_t> copy = memory_;
        std::swap(copy, memory_);
        for (int y = 0; y < matte_.height; ++y) {
            std::memset(row(y), kGuard, static_cast<std::size_t>(matte_.width));
        }
        std::swap(copy, memory_);
        for (const std::uint8_t byte : copy) {
            if (byte != kGuard) return false;
        }
        return true;
    }

private:
    static constexpr std::uint8_t kGuard = 0xA5;
    std::uint8_t* row(int y) {
        const int at = layout_ == Layout::bottom_up ? matte_.height - 1 - y : y;
        return memory_.data() + 64 + static_cast<std::ptrdiff_t>(at) * (matte_.width + pad_);
    }
    Matte matte_;
    Layout layout_;
    int pad_ = 0;
    std::vector<std::uint8_t> memory_;
};

/// Noise in which 0 and 255 are frequent.
inline Matte noise_matte(int width, int height, unsigned seed) {
    Matte matte(width, height);
    std::mt19937 random(seed);
    for (auto& value : matte.values) {
        const auto r = static_cast<unsigned>(random());
        value = (r & 0x300U) == 0       ? std::uint8_t{0}
                : (r & 0x300U) == 0x100 ? std::uint8_t{255}
                                        : static_cast<std::uint8_t>(r & 255U);
    }
    return matte;
}

/// The largest difference, over all but the last `leave_out` columns and rows.
inline double worst_error(const Matte& got, const std::vector<double>& expected, int leave_out = 0) {
    double worst = 0;
    for (int y = 0; y < got.height - leave_out; ++y) {
        for (int x = 0; x < got.width - leave_out; ++x) {
            worst = std::max(worst, std::abs(got.at(x, y) - expected[got.index(x, y)]));
        }
    }
    return worst;
}

/// Person from the column `edge` on.
inline Matte half_plane(int width, int height, int edge) {
    Matte matte(width, height);
    for (int y = 0; y < height; ++y) {
        for (int x = edge; x < width; ++x) matte.at(x, y) = 255;
    }
    return matte;
}

/// A disc with a soft edge `soft` pixels wide, at (cx, cy) in pixels.
inline Matte disc_matte(int width, int height, double cx, double cy, double radius, double soft = 1) {
    Matte matte(width, height);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const double distance = std::hypot(x - cx, y - cy) - radius;
            const double alpha = std::clamp(0.5 - distance / soft, 0.0, 1.0);
            matte.at(x, y) = static_cast<std::uint8_t>(std::lround(255 * alpha));
        }
    }
    return matte;
}

/// A frame of smooth colours with an edge and a little noise.
inline vbg::Frame picture(int width, int height, unsigned seed,
                          vbg::PixelFormat format = vbg::PixelFormat::bgr8) {
    vbg::Frame frame(width, height, format);
    std::mt19937 random(seed);
    for (int y = 0; y < height; ++y) {
        auto* row = reinterpret_cast<std::uint8_t*>(frame.view().row(y));
        for (int x = 0; x < width; ++x) {
            const int inside = std::hypot(x - width * 0.5, y - height * 0.6) < height * 0.35 ? 90 : 0;
            const int noise = static_cast<int>(random() % 9U);
            const int c[3] = {40 + inside + noise, 60 + x * 60 / width + noise, 150 - inside + noise};
            for (int i = 0; i < 3; ++i) {
                const int channel = format == vbg::PixelFormat::rgb8 ? 2 - i : i;
                row[3 * x + channel] = static_cast<std::uint8_t>(c[i]);
            }
        }
    }
    return frame;
}

inline vbg::FrameSpec spec_of(const vbg::ConstFrameView& frame) {
    vbg::FrameSpec spec;
    spec.width = frame.width;
    spec.height = frame.height;
    spec.format = frame.format;
    spec.fps = 30;
    return spec;
}

/// One matte through one filter, made from `spec`.
inline Matte filtered(const std::string& spec, Matte in, int threads = 1) {
    vbg::Context context(threads);
    const vbg::Frame guide = picture(in.width, in.height, 1);
    auto filter = vbg::make_mask_filter(spec);
    filter->configure(spec_of(guide.view()), context);
    Matte out(in.width, in.height, 77);
    filter->apply(guide.view(), in.view(), out.view(), context);
    return out;
}

/// Largest difference of two mattes of the same size.
inline int largest_difference(const Matte& a, const Matte& b) {
    int worst = a.width == b.width && a.height == b.height ? 0 : 999;
    for (std::size_t i = 0; worst < 999 && i < a.values.size(); ++i) {
        worst = std::max(worst, std::abs(int{a.values[i]} - int{b.values[i]}));
    }
    return worst;
}

}  // namespace test
