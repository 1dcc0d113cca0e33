#include "segment/person_crop.hpp"

#include <algorithm>
#include <cmath>

namespace vbg::segment {

namespace {

constexpr float kPerson = 0.5F;   // probability that counts as the person's
constexpr double kSpeck = 0.005;  // of a row or column: fewer of such pixels do not count
constexpr double kMargin = 0.1;   // of the box' larger side, on every side
constexpr double kNarrow = 0.75;  // shorter side at least this part of the longer one
constexpr double kLeast = 0.15;   // of the frame's sides: never smaller
constexpr double kShrink = 0.1;   // of the way in a frame
constexpr double kWhole = 0.9;    // of the frame's area: from there on the whole frame
constexpr int kGrid = 8;          // pixels; fewer changes of the part

/// Grows [low, high] to `size`, then moves it into [0, most] and cuts what is left over.
void widen(double& low, double& high, double size, double most) {
    if (const double missing = size - (high - low); missing > 0) {
        low -= missing / 2;
        high += missing / 2;
    }
    if (low < 0) high -= low, low = 0;
    if (high > most) low = std::max(0., low - (high - most)), high = most;
}

}  // namespace

void PersonCrop::configure(int width, int height) noexcept {
    whole_ = {0, 0, width, height};
    reset();
}

void PersonCrop::reset() noexcept {
    part_ = whole_;
    have_box_ = found_ = false;
    unseen_frames_ = 0;
}

/// Box of the person's pixels in the frame, where the plane shows `where`.
bool PersonCrop::find(const float* plane, int width, int height, const Rect& where, Box& box) noexcept {
    const auto least_in_row = std::max(1., kSpeck * width), least_in_column = std::max(1., kSpeck * height);
    int left = width, right = -1, top = height, bottom = -1;
    for (int y = 0; y < height; ++y) {
        const float* row = plane + static_cast<std::ptrdiff_t>(y) * width;
        int count = 0;
        for (int x = 0; x < width; ++x) count += row[x] > kPerson;
        if (count < least_in_row) continue;
        top = std::min(top, y);
        bottom = y;
    }
    for (int x = 0; x < width; ++x) {
        int count = 0;
        for (int y = 0; y < height; ++y) count += plane[static_cast<std::ptrdiff_t>(y) * width + x] > kPerson;
        if (count < least_in_column) continue;
        left = std::min(left, x);
        right = x;
    }
    if (right < left || bottom < top) return false;
    const double sx = static_cast<double>(where.width) / width,
                 sy = static_cast<double>(where.height) / height;
    box = {where.x + left * sx, where.y + top * sy, where.x + (right + 1) * sx, where.y + (bottom + 1) * sy};
    return true;
}

PersonCrop::Box PersonCrop::with_margin(const Box& person) const noexcept {
    const double margin = kMargin * std::max(person.right - person.left, person.bottom - person.top);
    Box box{person.left - margin, person.top - margin, person.right + margin, person.bottom + margin};
    const double least = kNarrow * std::max(box.right - box.left, box.bottom - box.top);
    widen(box.left, box.right, std::max(least, kLeast * whole_.width), whole_.width);
    widen(box.top, box.bottom, std::max(least, kLeast * whole_.height), whole_.height);
    return box;
}

void PersonCrop::use(const Box& box) noexcept {
    box_ = box;
    have_box_ = true;
    const double area = (box.right - box.left) * (box.bottom - box.top);
    if (area >= kWhole * whole_.width * whole_.height) {
        part_ = whole_;
        return;
    }
    const auto down = [](double v) { return std::max(0, static_cast<int>(std::floor(v / kGrid)) * kGrid); };
    const auto up = [](double v, int most) {
        return std::min(most, static_cast<int>(std::ceil(v / kGrid)) * kGrid);
    };
    part_.x = down(box.left);
    part_.y = down(box.top);
    part_.width = up(box.right, whole_.width) - part_.x;
    part_.height = up(box.bottom, whole_.height) - part_.y;
}

void PersonCrop::update(const float* plane, int width, int height) noexcept {
    Box person;
    if (!find(plane, width, height, part_, person)) return reset();
    unseen_frames_ = part_ == whole_ ? 0 : unseen_frames_ + 1;
    const bool is_new = !have_box_;
    Box next = with_margin(person);
    if (!is_new) {
        const auto follow = [](double now, double wanted, bool grows) {
            return grows ? wanted : now + kShrink * (wanted - now);
        };
        next.left = follow(box_.left, next.left, next.left < box_.left);
        next.top = follow(box_.top, next.top, next.top < box_.top);
        next.right = follow(box_.right, next.right, next.right > box_.right);
        next.bottom = follow(box_.bottom, next.bottom, next.bottom > box_.bottom);
    }
    use(next);
    found_ = is_new && !(part_ == whole_);
}

void PersonCrop::survey(const float* plane, int width, int height) noexcept {
    unseen_frames_ = 0;
    Box people;
    if (!have_box_ || !find(plane, width, height, whole_, people)) return;
    const Box all = with_margin(people);
    use({std::min(all.left, box_.left), std::min(all.top, box_.top), std::max(all.right, box_.right),
         std::max(all.bottom, box_.bottom)});
}

}  // namespace vbg::segment
