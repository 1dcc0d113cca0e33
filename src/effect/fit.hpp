#pragma once
/// @file fit.hpp  Brings pictures of one size into frames of another, without allocating per picture.

#include <cstdint>
#include <string_view>
#include <vbg/context.hpp>
#include <vbg/parameter.hpp>
#include <vector>

namespace vbg {

/// How a picture is fitted into a frame of another shape.
enum class Fit {
    cover,    ///< scaled until the frame is full, the middle shown
    contain,  ///< scaled until all of it is seen, bars around it
    stretch,  ///< both sides scaled to the frame's
    tile,     ///< at its own size, repeated from the upper left corner
};

/// The parameter `fit` and its value.
inline constexpr Parameter kFitParameter{
    .name = "fit",
    .type = ParameterType::choice,
    .default_value = "cover",
    .help =
        "where the shapes differ: cover = fill the frame, show the middle; contain = show all of it, with "
        "bars; stretch; tile = own size, repeated",
    .choices = "cover|contain|stretch|tile"};
inline constexpr Parameter kBarsParameter{"background", ParameterType::color, "black",
                                          "colour of the bars with fit=contain"};
[[nodiscard]] Fit fit_of(std::string_view word);

/// The scaling between two sizes, prepared. Where it shrinks, each result is the average of the area that
/// it covers (as OpenCV's INTER_AREA); where it grows, it is interpolated linearly between pixel centres.
/// Reentrant.
class Fitter {
public:
    /// Prepares for pictures of `from` in frames of `to`. Allocates.
    void configure(Size from, Size to, Fit fit, Color bars);
    [[nodiscard]] Size from() const noexcept { return from_; }
    /// `picture` is rgb8 or bgr8, `out` too; where they differ the colours are swapped on the way.
    void apply(const ConstFrameView& picture, const FrameView& out, Context& context);

private:
    /// Where the results along one side come from: result i is the sum over k < taps of
    /// weights[i * taps + k] * source[first[i] + k].
    struct Axis {
        std::vector<std::int32_t> first;
        std::vector<float> weights;
        int taps = 1;
        void prepare(double from, double length, int source, int results);
    };
    void tile(const ConstFrameView& picture, const FrameView& out, Context& context) const;
    void scale(const ConstFrameView& picture, const FrameView& out, int first, int last, float* sums) const;

    Size from_{}, to_{};
    Fit fit_ = Fit::cover;
    Color bars_{};
    int left_ = 0, top_ = 0, width_ = 0, height_ = 0;  ///< where in the frame the picture goes
    bool plain_ = false;                               ///< same size: a copy
    Axis across_, down_;
    int strips_ = 1;
    std::size_t sums_step_ = 0;
    std::vector<float> sums_;  ///< one row of the picture, weighted over rows; one for each strip
};

}  // namespace vbg
