#pragma once
// Pictures and mattes for tests: rows with padding, top-down or bottom-up, so that a stage that walks past a
// row or mistakes the stride is seen.
#include <cstddef>
#include <cstdint>
#include <random>
#include <vbg/types.hpp>
#include <vector>

namespace vbg_test {

class Picture {
public:
    /// Random bytes everywhere, the padding included.
    Picture(int width, int height, int channels, int pad, bool bottom_up, std::mt19937& rng)
        : width_(width),
          height_(height),
          channels_(channels),
          bottom_up_(bottom_up),
          stride_(width * channels + pad),
          bytes_(static_cast<std::size_t>(stride_ * height)) {
        for (auto& b : bytes_) b = static_cast<std::uint8_t>(rng());
    }

    [[nodiscard]] int width() const { return width_; }
    [[nodiscard]] int height() const { return height_; }
    [[nodiscard]] int channels() const { return channels_; }
    /// Bytes of a row and its padding.
    [[nodiscard]] std::ptrdiff_t stride() const { return stride_; }
    [[nodiscard]] std::uint8_t& at(int x, int y, int c = 0) {
        const int row = bottom_up_ ? height_ - 1 - y : y;
        return bytes_[static_cast<std::size_t>(row * stride_ + x * channels_ + c)];
    }
    /// Everything, the padding included.
    [[nodiscard]] std::vector<std::uint8_t>& bytes() { return bytes_; }
    /// The pixels alone, row by row from the top.
    [[nodiscard]] std::vector<std::uint8_t> pixels() {
        std::vector<std::uint8_t> all;
        all.reserve(static_cast<std::size_t>(width_ * height_ * channels_));
        for (int y = 0; y < height_; ++y) {
            const std::uint8_t* row = &at(0, y);
            all.insert(all.end(), row, row + width_ * channels_);
        }
        return all;
    }
    void set_pixels(const std::vector<std::uint8_t>& all) {
        std::size_t i = 0;
        for (int y = 0; y < height_; ++y) {
            for (int x = 0; x < width_ * channels_; ++x) at(x / channels_, y, x % channels_) = all[i++];
        }
    }

    [[nodiscard]] vbg::FrameView frame(vbg::PixelFormat format) {
        vbg::FrameView v;
        v.planes[0] = {origin(), bottom_up_ ? -stride_ : stride_};
        v.width = width_;
        v.height = height_;
        v.format = format;
        return v;
    }
    [[nodiscard]] vbg::MaskView mask() {
        return {origin(), bottom_up_ ? -stride_ : stride_, width_, height_, vbg::MaskFormat::u8, {}};
    }

private:
    [[nodiscard]] std::byte* origin() {
        return reinterpret_cast<std::byte*>(bytes_.data()) + (bottom_up_ ? stride_ * (height_ - 1) : 0);
    }

    int width_, height_, channels_;
    bool bottom_up_;
    std::ptrdiff_t stride_;
    std::vector<std::uint8_t> bytes_;
};

}  // namespace vbg_test
