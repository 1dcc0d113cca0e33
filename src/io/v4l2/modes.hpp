#pragma once
/// @file modes.hpp  What a camera can give, and which of it comes nearest to what was asked.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <vbg/parameter.hpp>

#include "io/v4l2/device.hpp"

namespace vbg::v4l2 {

/// One format with one range of sizes and the rates there.
struct Offer {
    const Format* format = nullptr;
    Sizes size{};
    std::vector<Rates> rates;  ///< at the size that was asked for (or nearest to it); empty: not said
    bool emulated = false;     ///< libv4l or the driver makes it of another format
};

/// What was asked for. Zero and empty mean "whatever is best".
struct ModeWish {
    Size size{};
    double fps = 0;
    std::string_view format{};  ///< Format::name, or empty
};

/// Aimed at where nothing was asked: what a video call shows.
inline constexpr Size kDefaultSize{1280, 720};
inline constexpr double kDefaultRate = 30;

/// One way to run a camera.
struct Mode {
    const Format* format = nullptr;
    Size size{};
    double fps = 0;  ///< 0: the driver does not say
};

/// All that `node` offers in formats that libvbg reads. Where the driver lists no sizes (some do not), its
/// formats are offered in the size that was asked for, to see what it makes of them.
std::vector<Offer> list_offers(const VideoNode& node, std::uint32_t buffer_type, const ModeWish& wish);

/// The mode nearest to the wish: the one with the least mode_cost(); of equals the first. A format that was
/// named is never exchanged for another. Format null where nothing fits.
Mode choose_mode(const std::vector<Offer>& offers, const ModeWish& wish);

/// How far a mode is from a wish; 0 is exactly it. The sum of
///  - size: 2 |ln(width / wanted)| + 2 |ln(height / wanted)|, doubled for a side that is smaller than wanted,
///    since what is too large loses nothing when it is scaled down;
///  - rate: 2 ln(wanted / rate) for one that is too low (5 % are forgiven), a twentieth of that for one too
///  high;
///  - format: its cost to read: NV12 and I420 least, then YUYV and UYVY, RGB, MJPEG (which costs a decoder
///  and
///    quality) at most 0.04; grey costs 5, as it has no colour.
/// So size and rate decide, and MJPEG is taken exactly where no raw format has both.
double mode_cost(const Mode& mode, const ModeWish& wish);

/// "1280x720 YUYV, 30 frames/s".
std::string describe(const Mode& mode);

}  // namespace vbg::v4l2
