#pragma once
/// @file random_bands.hpp  The scan lines of the 2020 script: bands of rows, each row with a random factor.

#include <cstdint>
#include <random>
#include <span>
#include <vbg/parameter.hpp>
#include <vector>

#include "cuda/hologram.hpp"
#include "cuda/runtime.hpp"
#include "cuda/staging.hpp"
#include "effect/rows.hpp"

namespace vbg {

/// Of every `band_length + band_gap` rows the first `band_length` are dimmed, each by a factor drawn evenly
/// from [low, high), a new one each frame. The numbers are those of Python's np.random.seed(seed);
/// np.random.uniform(low, high): MT19937 (Matsumoto and Nishimura, 1998) set up by init_genrand, two outputs
/// making one double of 53 bits. Reentrant.
class RandomBands {
public:
    /// The parameters seed, band_length, band_gap, low, high, which every user of this class has.
    static constexpr Parameter kSeed{
        "seed",
        ParameterType::number,
        "random",
        "start of the random factors, a whole number; 'random': another one each "
        "time. reset() starts the same row of numbers again",
        "",
        0,
        4294967295.0,
        "random"};
    static constexpr Parameter kLength{
        "band_length", ParameterType::integer, "2", "rows dimmed in each band", "px", 0, 1000};
    static constexpr Parameter kGap{
        "band_gap", ParameterType::integer, "3", "rows left as they are between bands", "px", 0, 1000};
    static constexpr Parameter kLow{
        "low", ParameterType::number, "0.1", "least share of its brightness that a dimmed row keeps", "", 0,
        1};
    static constexpr Parameter kHigh{
        "high", ParameterType::number, "0.3", "largest share that a dimmed row keeps", "", 0, 1};

    /// Throws Error{invalid_argument}: seed not whole, low above high.
    explicit RandomBands(const Parameters& parameters);
    void configure(int height, const Device& device = {});
    /// Starts the random numbers again.
    void reset() noexcept;
    /// Draws this frame's factors, in row order.
    void draw();
    /// This frame's rows as GPUs take them.
    void fill(cuda::RowDim* dims, int height) const noexcept;
    /// The same, sent to the GPU that configure() was told; valid in that stream until the next call.
    [[nodiscard]] const cuda::RowDim* on_device(StreamRef stream);
    /// This frame's factor for row y, or nullptr where the row stays as it is.
    [[nodiscard]] const rows::Dimmer* row(int y) const noexcept {
        const int at = y % period_;
        if (at >= length_) return nullptr;
        return &dimmers_[static_cast<std::size_t>(y / period_ * length_ + at)];
    }

private:
    double uniform() noexcept;

    std::uint32_t seed_ = 0;
    int length_, period_;
    double low_, high_;
    int count_ = 0;
    std::mt19937 random_;
    std::vector<rows::Dimmer> dimmers_;

    Device device_;
    int height_ = 0;
    cuda::DeviceBuffer device_dims_;             // on a GPU: one a row
    cuda::Staging<cuda::PinnedBuffer> staging_;  // the same, on its way up
};

}  // namespace vbg
