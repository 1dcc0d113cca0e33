#pragma once
// Pictures for tests and comparisons between them.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include <vbg/frame.hpp>
#include <vbg/source.hpp>

namespace vbg_test {

/// Random bytes in every plane.
inline vbg::Frame noise_frame(int width, int height, vbg::PixelFormat format = vbg::PixelFormat::bgr8,
                              unsigned seed = 1) {
    vbg::Frame f(width, height, format);
    std::minstd_rand random(seed);
    for (int p = 0; p < vbg::plane_count(format); ++p)
        for (int y = 0; y < vbg::plane_rows(format, p, height); ++y)
            for (std::size_t x = 0; x < vbg::row_bytes(format, p, width); ++x)
                f.view().row(y, static_cast<std::size_t>(p))[x] = static_cast<std::byte>(random() >> 7);
    return f;
}

/// Same size, format and bytes.
inline bool equal_pixels(const vbg::ConstFrameView& a, const vbg::ConstFrameView& b) {
    if (a.width != b.width || a.height != b.height || a.format != b.format) return false;
    for (int p = 0; p < vbg::plane_count(a.format); ++p)
        for (int y = 0; y < vbg::plane_rows(a.format, p, a.height); ++y)
            if (std::memcmp(a.row(y, static_cast<std::size_t>(p)), b.row(y, static_cast<std::size_t>(p)),
                            vbg::row_bytes(a.format, p, a.width)) != 0)
                return false;
    return true;
}

/// A deep copy.
inline vbg::Frame copy_of(const vbg::ConstFrameView& v) {
    vbg::Frame f(v.width, v.height, v.format, v.color);
    vbg::copy_pixels(v, f.view());
    f.stamp(v.timestamp, v.sequence);
    return f;
}

/// One byte of a packed frame.
inline int value_at(const vbg::ConstFrameView& v, int x, int y, int channel, int channels = 3) {
    return std::to_integer<int>(v.row(y)[channels * x + channel]);
}

/// Mean absolute difference of all bytes of plane 0.
inline double mean_difference(const vbg::ConstFrameView& a, const vbg::ConstFrameView& b) {
    double sum = 0;
    const std::size_t bytes = vbg::row_bytes(a.format, 0, a.width);
    for (int y = 0; y < a.height; ++y)
        for (std::size_t x = 0; x < bytes; ++x)
            sum += std::abs(std::to_integer<int>(a.row(y)[x]) - std::to_integer<int>(b.row(y)[x]));
    return sum / (static_cast<double>(bytes) * a.height);
}

/// Opens a source and copies its frames, at most `most`.
inline std::vector<vbg::Frame> read_all(vbg::Source& source, std::size_t most = 1000) {
    source.open();
    std::vector<vbg::Frame> frames;
    vbg::ConstFrameView view;
    while (frames.size() < most &&
           source.read(view, std::chrono::milliseconds(5000)) == vbg::ReadResult::frame)
        frames.push_back(copy_of(view));
    return frames;
}

}  // namespace vbg_test
