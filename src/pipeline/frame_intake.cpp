#include "pipeline/frame_intake.hpp"

#include <utility>

#include "io/fit.hpp"

namespace vbg {

void FrameIntake::configure(const FrameSpec& from, const FrameSpec& to) {
    resizes_ = from.width != to.width || from.height != to.height;
    converts_ = from.format != to.format;
    converted_ = resizes_ && converts_ ? Frame(from.width, from.height, to.format) : Frame();
}

void FrameIntake::bring(const ConstFrameView& from, const FrameView& to) {
    if (!resizes_) return convert(from, to);
    if (!converts_) return fit_cover(from, to);
    convert(from, converted_.view());
    fit_cover(std::as_const(converted_).view(), to);
}

}  // namespace vbg
