#pragma once
/// @file rows.hpp  The arithmetic of the effects on one row, in the widest SIMD the CPU has (Highway).
///
/// All pixels are 3 bytes. Every function gives the same bytes on every instruction set. Rows need no
/// alignment and no padding; `out` may be exactly one of the inputs unless it says otherwise.

#include <cstddef>
#include <cstdint>

namespace vbg::rows {

/// Where red is among a pixel's three bytes.
enum class Order { blue_first, red_first };

/// pixels -> grey, one byte a pixel. BT.601 luma as OpenCV's BGR2GRAY rounds it:
/// (3735 B + 19235 G + 9798 R + 2^14) >> 15.
void grey(const std::uint8_t* pixels, Order order, std::uint8_t* out, std::size_t count);

/// grey -> the three bytes of each pixel. Must not overlap.
void spread(const std::uint8_t* grey, std::uint8_t* pixels, std::size_t count);

/// grey -> blue of OpenCV's COLORMAP_WINTER, whose green is the grey value itself and whose red is 0.
void winter_blue(const std::uint8_t* grey, std::uint8_t* blue, std::size_t count);

/// Two planes -> pixels with red 0. Must not overlap.
void interleave(const std::uint8_t* blue, const std::uint8_t* green, Order order, std::uint8_t* pixels,
                std::size_t count);

/// A factor 0..1, prepared for dim().
class Dimmer {
public:
    explicit Dimmer(double factor) noexcept;
    [[nodiscard]] double factor() const noexcept { return factor_; }
    [[nodiscard]] std::uint32_t scaled() const noexcept { return scaled_; }
    /// Whether `scaled` gives exactly trunc(v * factor) for every v in 0..255; nearly always.
    [[nodiscard]] bool exact() const noexcept { return exact_; }

private:
    double factor_;
    std::uint32_t scaled_ = 0;  ///< factor * 2^32, rounded up
    bool exact_ = false;
};

/// out = trunc(in * factor), with the product taken in double precision as numpy does. Bytes.
void dim(const std::uint8_t* in, const Dimmer& dimmer, std::uint8_t* out, std::size_t bytes);

/// Two ghosts over the picture: first = round(0.2 here + 0.8 one), out = round(0.4 first + 0.6 two). Bytes.
/// `out` must not overlap `one` or `two`.
void ghost(const std::uint8_t* here, const std::uint8_t* one, const std::uint8_t* two, std::uint8_t* out,
           std::size_t bytes);

/// out = saturate(round(0.5 picture + 0.6 light)) in single precision, halves to even: as OpenCV's
/// addWeighted on 8 bits. Bytes.
void add_light(const std::uint8_t* picture, const std::uint8_t* light, std::uint8_t* out, std::size_t bytes);

/// Pixels in reverse order. Must not overlap.
void mirror(const std::uint8_t* pixels, std::uint8_t* out, std::size_t count);

/// sums = (more ? sums : 0) + weight * in, for each of `count` bytes.
void accumulate(const std::uint8_t* in, float weight, bool more, float* sums, std::size_t count);

/// Pixel i of `out` = saturate(round(the sum over k < taps of weights[i * taps + k] * the three sums of pixel
/// first[i] + k)); with `swap` its first and third byte change places. One float behind the last sum used
/// must be readable.
void gather(const float* sums, const std::int32_t* first, const float* weights, int taps, std::uint8_t* out,
            std::size_t count, bool swap);

}  // namespace vbg::rows
