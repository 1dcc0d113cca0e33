#pragma once
/// @file frames.hpp  Small frames and mattes for the tests of src/segment.

#include <algorithm>
#include <random>
#include <vbg/frame.hpp>
#include <vbg/segmenter.hpp>

namespace vbg::test {

inline FrameSpec spec_of(const Frame& frame) {
    return {.width = frame.width(), .height = frame.height(), .format = frame.format()};
}

inline Frame noise(int width, int height, PixelFormat format = PixelFormat::bgr8, unsigned seed = 1) {
    Frame frame(width, height, format);
    std::mt19937 random(seed);
    for (int y = 0; y < height; ++y) {
        for (int i = 0; i < 3 * width; ++i) frame.view().row(y)[i] = static_cast<std::byte>(random() & 255U);
    }
    return frame;
}

/// One value of a matte, 0..1.
inline double at(const ConstMaskView& mask, int x, int y) {
    if (mask.format == MaskFormat::f32)
        return static_cast<double>(reinterpret_cast<const float*>(mask.row(y))[x]);
    return std::to_integer<int>(mask.row(y)[x]) / 255.;
}
inline double at(const Mask& mask, int x, int y) { return at(mask.view(), x, y); }

/// Whether two mattes are the same to the last bit of what at() tells.
inline bool same_values(const Mask& a, const Mask& b) {
    if (a.width() != b.width() || a.height() != b.height()) return false;
    for (int y = 0; y < a.height(); ++y) {
        for (int x = 0; x < a.width(); ++x) {
            if (at(a, x, y) != at(b, x, y)) return false;
        }
    }
    return true;
}

inline double largest(const Mask& mask) {
    double most = 0;
    for (int y = 0; y < mask.height(); ++y) {
        for (int x = 0; x < mask.width(); ++x) most = std::max(most, at(mask, x, y));
    }
    return most;
}

/// Configures for the frame and segments it.
inline Mask segment(Segmenter& stage, const Frame& frame, MaskFormat format = MaskFormat::u8,
                    int threads = 1) {
    Context context(threads);
    stage.configure(spec_of(frame), context);
    Mask mask(frame.width(), frame.height(), format);
    stage.segment(frame.view(), mask.view(), context);
    return mask;
}

}  // namespace vbg::test
