#include "io/drift.hpp"

#include <cmath>
#include <numbers>

namespace vbg {

namespace {

constexpr std::array<double, 3> kWeights = {0.55, 0.30, 0.15};  // they sum to 1: a wave stays within -1..1

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014) -> 0..1.
double next_random(std::uint64_t& state) {
    state += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    z ^= z >> 31;
    return static_cast<double>(z >> 11) * 0x1.0p-53;
}

}  // namespace

double Drift::Wave::at(double seconds) const noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < kWeights.size(); ++i) {
        sum += kWeights.at(i) * std::sin(2 * std::numbers::pi * (frequency.at(i) * seconds + phase.at(i)));
    }
    return sum;
}

Drift::Drift(Size output, std::uint32_t seed, double strength)
    : output_(output),
      shift_(0.02 * strength),
      zoom_(0.03 * strength),
      turn_(0.8 * std::numbers::pi / 180 * strength) {
    std::uint64_t state = seed;
    for (Wave& wave : waves_) {
        for (std::size_t i = 0; i < kWeights.size(); ++i) {
            // Periods of 20 to 10, 10 to 6 and 6 to 4 seconds: the slower, the larger.
            constexpr std::array<double, 3> kSlow = {0.05, 0.10, 1.0 / 6}, kFast = {0.10, 1.0 / 6, 0.25};
            wave.frequency.at(i) = kSlow.at(i) + (kFast.at(i) - kSlow.at(i)) * next_random(state);
            wave.phase.at(i) = next_random(state);
        }
    }
    // A turned W x H rectangle is at most W + H sin(turn) wide; it is shifted by shift_ W to either side.
    // Zooming in only makes it smaller. Two pixels more serve the interpolation.
    const double sine = std::sin(turn_);
    const auto side = [&](int along, int across) {
        return static_cast<int>(std::ceil(along * (1 + 2 * shift_) + across * sine)) + 2;
    };
    picture_ = {side(output.width, output.height), side(output.height, output.width)};
}

std::array<double, 6> Drift::at(double seconds) const noexcept {
    const double dx = shift_ * output_.width * waves_[0].at(seconds);
    const double dy = shift_ * output_.height * waves_[1].at(seconds);
    const double scale = 1 / (1 + zoom_ * 0.5 * (1 + waves_[2].at(seconds)));
    const double angle = turn_ * waves_[3].at(seconds);
    const double c = scale * std::cos(angle), s = scale * std::sin(angle);
    // Centre of the output -> centre of the picture, moved by (dx, dy).
    const double ox = (output_.width - 1) / 2.0, oy = (output_.height - 1) / 2.0;
    const double px = (picture_.width - 1) / 2.0 + dx, py = (picture_.height - 1) / 2.0 + dy;
    return {c, -s, px - c * ox + s * oy, s, c, py - s * ox - c * oy};
}

}  // namespace vbg
