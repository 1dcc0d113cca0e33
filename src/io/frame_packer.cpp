#include "io/frame_packer.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/yuv.hpp"

namespace vbg {

FramePacker::FramePacker(const FrameSpec& from, PixelFormat format, ColorSpec color, std::string_view prefix)
    : prefix_(prefix.size()) {
    same_ = from.format == format && (!is_yuv(format) || plain(from.color) == plain(color));
    if (!same_) {
        converted_ = Frame(from.width, from.height, format);
        target_ = converted_.view();
        target_.color = plain(color);
    }
    std::size_t bytes = prefix_;
    for (int p = 0; p < plane_count(format); ++p) {
        bytes +=
            row_bytes(format, p, from.width) * static_cast<std::size_t>(plane_rows(format, p, from.height));
    }
    packed_.resize(bytes);
    std::memcpy(packed_.data(), prefix.data(), prefix.size());
}

std::span<const std::byte> FramePacker::pack(const ConstFrameView& frame) {
    ConstFrameView view = frame;
    if (!same_) {
        view.color = plain(view.color);
        convert(view, target_);
        view = target_;
    }
    std::byte* to = packed_.data() + prefix_;
    for (int p = 0; p < plane_count(view.format); ++p) {
        const std::size_t bytes = row_bytes(view.format, p, view.width);
        for (int y = 0; y < plane_rows(view.format, p, view.height); ++y, to += bytes) {
            std::memcpy(to, view.row(y, static_cast<std::size_t>(p)), bytes);
        }
    }
    return packed_;
}

std::pair<int, int> fps_fraction(double fps) {
    const double nearest = std::round(fps);
    if (nearest >= 1 && std::abs(fps - nearest) < 1e-6 * nearest) return {static_cast<int>(nearest), 1};
    const double ntsc = std::round(fps * 1.001);
    if (ntsc >= 1 && std::abs(fps - ntsc / 1.001) < 1e-4 * fps) return {static_cast<int>(ntsc) * 1000, 1001};
    // The fraction with the smallest denominator that is right to a millionth, else in thousandths.
    for (int below = 2; below < 1000; ++below) {
        const double above = std::round(fps * below);
        if (above >= 1 && std::abs(above / below - fps) < 1e-6 * fps) return {static_cast<int>(above), below};
    }
    return {static_cast<int>(std::max(1.0, std::round(fps * 1000))), 1000};
}

ColorSpec color_of(const Parameters& parameters) {
    return {parameters.text("matrix") == "bt709" ? Matrix::bt709 : Matrix::bt601,
            parameters.text("range") == "full" ? Range::full : Range::limited};
}

double sink_fps(double parameter, const FrameSpec& wanted) noexcept {
    if (parameter > 0) return parameter;
    return wanted.fps > 0 ? wanted.fps : 30.0;
}

}  // namespace vbg
