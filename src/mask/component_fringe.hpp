#pragma once
/// @file component_fringe.hpp  Chosen components and the soft fringe around them, as a plane of 0 and 255.

#include <cstring>
#include <vbg/context.hpp>

#include "mask/components.hpp"
#include "mask/morphology.hpp"

namespace vbg::mask {

inline constexpr int kMostMargin = (kMaxElement - 1) / 2;

/// 255 in the runs of components that are chosen and within `margin` of them, but never in a run that is not
/// chosen.
class ComponentFringe {
public:
    explicit ComponentFringe(int margin) : margin_(2 * margin + 1, Shape::rect) {}

    void configure(int width, int height) {
        margin_.configure(width, height);
        plane_.resize(width, height);
        width_ = width;
        height_ = height;
    }

    /// @param chosen    bool(const Components::Run&); called on several threads at once.
    /// @param take_row  void(int y, const std::uint8_t* fringe); called once a row, on several threads at
    /// once.
    template <class Chosen, class TakeRow>
    void find(const Components& components, Chosen chosen, TakeRow take_row, Context& context) {
        context.parallel_rows(height_, 64, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                std::memset(plane_.row(y), 0, static_cast<std::size_t>(width_));
                paint(components, y, 255, chosen);
            }
        });
        MaskView view;
        view.data = reinterpret_cast<std::byte*>(plane_.row(0));
        view.stride = plane_.stride();
        view.width = width_;
        view.height = height_;
        margin_.run(Extremum::max, view, view, context);
        context.parallel_rows(height_, 64, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                paint(components, y, 0, [&](const Components::Run& run) { return !chosen(run); });
                take_row(y, plane_.row(y));
            }
        });
    }

private:
    template <class Which>
    void paint(const Components& components, int y, int value, Which which) {
        for (const auto& run : components.row(y)) {
            if (which(run))
                std::memset(plane_.row(y) + run.first, value, static_cast<std::size_t>(run.last) - run.first);
        }
    }

    Morphology margin_;
    Plane<std::uint8_t> plane_;
    int width_ = 0, height_ = 0;
};

}  // namespace vbg::mask
