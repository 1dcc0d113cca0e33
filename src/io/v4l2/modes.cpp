#include "io/v4l2/modes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vbg::v4l2 {

namespace {

Size aimed_size(const ModeWish& wish) { return wish.size.width > 0 ? wish.size : kDefaultSize; }
double aimed_rate(const ModeWish& wish) { return wish.fps > 0 ? wish.fps : kDefaultRate; }

double format_cost(const Format& format) {
    if (format.jpeg) return 0.04;
    switch (format.pixel) {
        case PixelFormat::nv12:
        case PixelFormat::i420: return 0;
        case PixelFormat::yuyv:
        case PixelFormat::uyvy: return 0.01;
        case PixelFormat::gray8: return 5;
        default: return 0.02;
    }
}

double side_cost(int side, int wanted) {
    const double distance = 2 * std::abs(std::log(static_cast<double>(side) / wanted));
    return side < wanted ? 2 * distance : distance;
}

double rate_cost(double rate, double wanted) {
    if (rate <= 0) return 0.1;  // not said: worse than one that is right
    if (rate >= wanted) return 0.1 * std::log(rate / wanted);
    return rate >= 0.95 * wanted ? 0 : 2 * std::log(wanted / rate);
}

Size nearest_size(const Sizes& sizes, Size wanted) {
    return {static_cast<int>(sizes.width.nearest(static_cast<std::uint32_t>(wanted.width))),
            static_cast<int>(sizes.height.nearest(static_cast<std::uint32_t>(wanted.height)))};
}

/// The rate of a list that costs least.
double nearest_rate(const std::vector<Rates>& rates, double wanted) {
    double best = 0;
    for (const Rates& range : rates) {
        const double rate = std::clamp(wanted, range.min, std::max(range.min, range.max));
        if (best == 0 || rate_cost(rate, wanted) < rate_cost(best, wanted)) best = rate;
    }
    return best;
}

bool usable(const Offer& offer, const ModeWish& wish) {
    const auto sane = [](const Steps& s) {
        return s.max >= 1 && s.min <= static_cast<std::uint32_t>(kMaxSide);
    };
    return (wish.format.empty() || offer.format->name == wish.format) && sane(offer.size.width) &&
           sane(offer.size.height);
}

}  // namespace

std::vector<Offer> list_offers(const VideoNode& node, std::uint32_t buffer_type, const ModeWish& wish) {
    std::vector<Offer> offers;
    const Size aim = aimed_size(wish);
    const auto width = static_cast<std::uint32_t>(aim.width), height = static_cast<std::uint32_t>(aim.height);
    for (const v4l2_fmtdesc& offered : node.formats(buffer_type)) {
        const Format* format = find_format(offered.pixelformat);
        if (format == nullptr) continue;
        auto sizes = node.sizes(offered.pixelformat);
        if (sizes.empty()) sizes.push_back({{width, width, 1}, {height, height, 1}});
        for (const Sizes& size : sizes) {
            auto rates =
                node.rates(offered.pixelformat, size.width.nearest(width), size.height.nearest(height));
            offers.push_back({format, size, std::move(rates), (offered.flags & V4L2_FMT_FLAG_EMULATED) != 0});
        }
    }
    return offers;
}

double mode_cost(const Mode& mode, const ModeWish& wish) {
    const Size aim = aimed_size(wish);
    return side_cost(mode.size.width, aim.width) + side_cost(mode.size.height, aim.height) +
           rate_cost(mode.fps, aimed_rate(wish)) + format_cost(*mode.format);
}

Mode choose_mode(const std::vector<Offer>& offers, const ModeWish& wish) {
    Mode best;
    double least = 0;
    for (const Offer& offer : offers) {
        if (!usable(offer, wish)) continue;
        const Mode mode{offer.format, nearest_size(offer.size, aimed_size(wish)),
                        nearest_rate(offer.rates, aimed_rate(wish))};
        if (mode.size.width < 1 || mode.size.height < 1) continue;
        const double cost = mode_cost(mode, wish) + (offer.emulated ? 0.05 : 0);
        if (best.format != nullptr && cost >= least) continue;
        best = mode;
        least = cost;
    }
    return best;
}

std::string describe(const Mode& mode) {
    std::string text =
        fmt::format("{}x{} {}", mode.size.width, mode.size.height, fourcc_text(mode.format->fourcc));
    if (mode.fps > 0) text += fmt::format(", {:.3g} frames/s", mode.fps);
    return text;
}

}  // namespace vbg::v4l2
