#pragma once
/// @file capi.hpp  Little helpers for tests of the C API.

#include <cstdint>
#include <random>
#include <string>
#include <vbg/types.hpp>
#include <vector>

#include <vbg/vbg.h>

namespace vbg_test {

inline std::string message() {
    std::string text(vbg_error_message(nullptr, 0), '\0');
    vbg_error_message(text.data(), text.size() + 1);
    return text;
}

/// The text that a function gave, freed.
inline std::string own(char* text) {
    const std::string copy = text == nullptr ? "(null)" : text;
    vbg_text_destroy(text);
    return copy;
}

/// A packed bgr8 or gray8 picture in memory, seen by C and by C++.
struct Pixels {
    Pixels(int w, int h, int c)
        : width(w), height(h), channels(c), bytes(static_cast<std::size_t>(w * h * c)) {}
    static Pixels random(int w, int h, int c, unsigned seed) {
        Pixels made(w, h, c);
        std::mt19937 rng(seed);
        for (auto& b : made.bytes) b = static_cast<std::uint8_t>(rng());
        return made;
    }
    [[nodiscard]] vbg_frame_view frame() {
        vbg_frame_view v = VBG_STRUCT(vbg_frame_view);
        v.format = channels == 3 ? VBG_FORMAT_BGR8 : VBG_FORMAT_GRAY8;
        v.width = width;
        v.height = height;
        v.planes[0] = bytes.data();
        return v;
    }
    [[nodiscard]] vbg_mask_view mask() {
        vbg_mask_view v = VBG_STRUCT(vbg_mask_view);
        v.width = width;
        v.height = height;
        v.data = bytes.data();
        return v;
    }
    [[nodiscard]] vbg::FrameView cpp_frame() {
        vbg::FrameView v;
        v.format = channels == 3 ? vbg::PixelFormat::bgr8 : vbg::PixelFormat::gray8;
        v.width = width;
        v.height = height;
        v.planes[0] = {reinterpret_cast<std::byte*>(bytes.data()), width * channels};
        return v;
    }
    [[nodiscard]] vbg::MaskView cpp_mask() {
        return {reinterpret_cast<std::byte*>(bytes.data()), width, width, height, vbg::MaskFormat::u8, {}};
    }
    int width, height, channels;
    std::vector<std::uint8_t> bytes;
};

}  // namespace vbg_test
