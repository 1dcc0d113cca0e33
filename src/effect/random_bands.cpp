#include "effect/random_bands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vbg {

namespace {

/// Frames that may be on their way through a GPU at once before the CPU waits for the first of them.
constexpr int kUnderway = 4;

}  // namespace

RandomBands::RandomBands(const Parameters& parameters)
    : length_(parameters.integer("band_length")),
      period_(std::max(1, length_ + parameters.integer("band_gap"))),
      low_(parameters.number("low")),
      high_(parameters.number("high")) {
    if (low_ > high_) {
        throw Error(Errc::invalid_argument,
                    fmt::format("{}: low={} is above high={}; swap them", parameters.stage(), low_, high_));
    }
    if (parameters.is_word("seed")) {
        seed_ = std::random_device{}();
    } else {
        const double seed = parameters.number("seed");
        if (seed != std::floor(seed)) {
            throw Error(Errc::invalid_argument,
                        fmt::format("{}: seed={} is not a whole number; wanted 0 to 4294967295 or 'random'",
                                    parameters.stage(), seed));
        }
        seed_ = static_cast<std::uint32_t>(seed);
    }
}

void RandomBands::configure(int height, const Device& device) {
    device_ = device;
    height_ = height;
    staging_ = {};
    if (device.type == DeviceType::cuda) {
        const std::size_t bytes = static_cast<std::size_t>(height) * sizeof(cuda::RowDim);
        device_dims_ = cuda::DeviceBuffer(bytes, device);
        staging_ = {kUnderway, device, [&] { return cuda::PinnedBuffer(bytes, device); }};
    }
    count_ = height / period_ * length_ + std::min(height % period_, length_);
    dimmers_.assign(static_cast<std::size_t>(count_), rows::Dimmer(1.0));
}

void RandomBands::fill(cuda::RowDim* dims, int height) const noexcept {
    for (int y = 0; y < height; ++y) {
        const rows::Dimmer* const dimmer = row(y);
        dims[y] = {};
        if (dimmer == nullptr) continue;
        dims[y] = {dimmer->factor(), dimmer->scaled(),
                   dimmer->exact() ? cuda::RowDim::kScaled : cuda::RowDim::kDouble};
    }
}

const cuda::RowDim* RandomBands::on_device(StreamRef stream) {
    const cuda::PinnedBuffer& waiting = staging_.next();
    fill(reinterpret_cast<cuda::RowDim*>(waiting.data()), height_);
    cuda::copy_bytes(waiting.data(), device_dims_.data(),
                     static_cast<std::size_t>(height_) * sizeof(cuda::RowDim), device_, stream,
                     cuda::HostBytes::pinned);
    staging_.sent(stream);
    return reinterpret_cast<cuda::RowDim*>(device_dims_.data());
}

void RandomBands::reset() noexcept { random_.seed(seed_); }

double RandomBands::uniform() noexcept {
    const auto upper = static_cast<double>(random_() >> 5);  // 27 bits
    const auto lower = static_cast<double>(random_() >> 6);  // 26 bits
    return (upper * 67108864.0 + lower) / 9007199254740992.0;
}

void RandomBands::draw() {
    for (auto& dimmer : dimmers_) dimmer = rows::Dimmer(low_ + (high_ - low_) * uniform());
}

}  // namespace vbg
