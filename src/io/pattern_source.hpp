#pragma once
/// @file pattern_source.hpp  A moving test picture that needs no file and no camera: eight colour bars, a
/// grey ramp, a white ball that bounces, and the frame's number.

#include <vbg/frame.hpp>
#include <vbg/registry.hpp>

#include "io/pacer.hpp"

namespace vbg {

/// Draws frame `index` at `seconds` over `background` (from draw_pattern_background()) into `out`.
/// All bgr8 of one size. Does not allocate. Thread-safe.
void draw_pattern(const ConstFrameView& background, std::uint64_t index, double seconds,
                  const FrameView& out);
/// Bars over a ramp. Thread-safe.
void draw_pattern_background(const FrameView& out);

class PatternSource final : public Source {
public:
    explicit PatternSource(const Parameters& parameters);
    ~PatternSource() override;
    [[nodiscard]] std::string_view name() const noexcept override { return "pattern"; }
    [[nodiscard]] bool is_live() const noexcept override { return realtime_; }
    [[nodiscard]] std::uint64_t length() const noexcept override { return frames_; }

private:
    FrameSpec do_open() override;
    ReadResult do_read(ConstFrameView& frame, std::chrono::milliseconds timeout) override;
    void do_close() noexcept override;

    Size size_;
    double fps_;
    std::uint64_t frames_;  ///< 0 = without end
    bool realtime_;
    Pacer pacer_;
    Frame background_, frame_;
};

StageEntry pattern_source_entry();

}  // namespace vbg
