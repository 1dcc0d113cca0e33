#pragma once
/// @file person_crop.hpp  Follows a small person, so that a network of few pixels spends them on the person.

#include "segment/network_input.hpp"

namespace vbg::segment {

/// Chooses the part of the next frame from the matte of the last one: its box with a margin, not too narrow.
/// It grows at once and shrinks slowly, so that it neither cuts off a quick arm nor jitters. Where it would
/// be nearly the whole frame (close to the camera a crop makes mattes worse), or nobody is seen, it is the
/// whole frame. Reentrant; never allocates.
class PersonCrop {
public:
    /// For frames of width x height pixels.
    void configure(int width, int height) noexcept;
    void reset() noexcept;
    /// The part of the frame to look at.
    [[nodiscard]] const Rect& part() const noexcept { return part_; }
    /// Takes the probabilities (width x height) that the network gave for part().
    void update(const float* plane, int width, int height) noexcept;

    /// Whether the last update() found a small person where there was none before, so that this very frame is
    /// worth another look at part(): a still has no next frame, and a film begins well.
    [[nodiscard]] bool found() const noexcept { return found_; }

    /// Whether the crop has been used for so long that the whole frame should be looked at again: somebody
    /// else may have come.
    [[nodiscard]] bool survey_due() const noexcept { return unseen_frames_ >= kSurveyEvery; }
    /// Takes the probabilities of the whole frame; the crop grows to hold everybody.
    void survey(const float* plane, int width, int height) noexcept;

    static constexpr int kSurveyEvery = 30;  ///< frames

private:
    struct Box {
        double left = 0, top = 0, right = 0, bottom = 0;  ///< pixels of the frame
    };
    [[nodiscard]] static bool find(const float* plane, int width, int height, const Rect& where,
                                   Box& box) noexcept;
    [[nodiscard]] Box with_margin(const Box& person) const noexcept;
    void use(const Box& box) noexcept;

    Rect whole_{}, part_{};
    Box box_{};  ///< before rounding to whole pixels
    bool have_box_ = false, found_ = false;
    int unseen_frames_ = 0;
};

}  // namespace vbg::segment
