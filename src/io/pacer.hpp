#pragma once
/// @file pacer.hpp  Numbers and times of frames that come from files and generators, paced like a camera's
/// where that is wanted.

#include <chrono>
#include <cstdint>

#include <vbg/parameter.hpp>
#include <vbg/source.hpp>

namespace vbg {

class Pacer {
public:
    /// Begins again at frame 0. Paced: frame 0 is due at the first tick(), frame n at n / fps seconds after
    /// it.
    void start(double fps, bool realtime) noexcept;

    /// Takes the next frame's number. Paced: waits until it is due, at most `timeout` (timed_out then); when
    /// the reader is late, the frames it missed are left out, so that `index` jumps, as a camera's would. Not
    /// paced: the next number, at once.
    [[nodiscard]] ReadResult tick(std::chrono::milliseconds timeout, std::uint64_t& index);

    /// Media time of a frame.
    [[nodiscard]] std::chrono::nanoseconds time_of(std::uint64_t index) const noexcept;

private:
    using Clock = std::chrono::steady_clock;
    double fps_ = 30;
    bool realtime_ = false, started_ = false;
    std::uint64_t next_ = 0;
    Clock::time_point begin_{};
};

/// What a `frames` parameter says: a whole number, or `for_word` where it holds a word. 0 = without end.
/// Throws Error{invalid_argument} for fractions.
[[nodiscard]] std::uint64_t whole_number(const Parameters& parameters, std::string_view name,
                                         std::uint64_t for_word);

/// Lines of parameter tables that many sources share.
inline constexpr Parameter kFpsParameter{
    "fps", ParameterType::number, "30", "frames a second", "frames/s", 0.1, 1000};
inline constexpr Parameter kRealtimeParameter{
    "realtime", ParameterType::boolean, "false",
    "give frames at the pace of fps, as a camera does; what is not read in time is lost"};
inline constexpr Parameter kSizeParameter{
    "size", ParameterType::size, "", "scale to fill this size, cutting what hangs over; empty: as it comes",
    "px"};

}  // namespace vbg
