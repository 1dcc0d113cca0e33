#include "io/video_source.hpp"

#include <cmath>

#include "io/picture_file.hpp"

namespace vbg {

namespace {

constexpr Parameter kVideoSourceParameters[] = {
    {"path", ParameterType::path, "", "the film file", "", 0, 0, "", true},
    {"loop", ParameterType::boolean, "false", "begin again at the end"},
    kSizeParameter,
    {"start", ParameterType::number, "0", "where to begin", "s", 0, 1e6},
    {"realtime", ParameterType::boolean, "false",
     "give frames at the film's pace, as a camera does; what is not read in time is lost"},
};

}  // namespace

VideoSource::VideoSource(const Parameters& parameters)
    : path_(parameters.text("path")),
      size_(parameters.size("size")),
      start_(parameters.number("start")),
      loop_(parameters.boolean("loop")),
      realtime_(parameters.boolean("realtime")) {}

VideoSource::~VideoSource() = default;

FrameSpec VideoSource::do_open() {
    info_ = film_.open(path_, "film", size_, start_);
    pacer_.start(info_.fps, realtime_);
    next_ = 0;
    round_begin_ = last_ = {};
    ended_ = false;
    return {info_.width, info_.height, PixelFormat::bgr8, {}, {}, info_.fps};
}

/// The film's next frame, over its end where it loops; into `frame`, or left out where that is null.
bool VideoSource::advance(ConstFrameView* frame) {
    for (int round = 0; round < 2; ++round) {
        ConstFrameView view;
        if (frame != nullptr ? film_.read(view) : film_.skip()) {
            if (frame != nullptr) {
                view.timestamp += round_begin_;
                last_ = view.timestamp;
                *frame = view;
            } else {
                last_ += std::chrono::nanoseconds(std::llround(1e9 / info_.fps));
            }
            ++next_;
            return true;
        }
        if (!loop_) break;
        film_.rewind();
        // The next round's first frame comes one beat after this round's last.
        round_begin_ = last_ + std::chrono::nanoseconds(std::llround((1 / info_.fps - start_) * 1e9));
    }
    ended_ = true;
    return false;
}

ReadResult VideoSource::do_read(ConstFrameView& frame, std::chrono::milliseconds timeout) {
    if (ended_) return ReadResult::end;
    std::uint64_t index = 0;
    const ReadResult result = pacer_.tick(timeout, index);
    if (result != ReadResult::frame) return result;
    while (next_ < index) {
        if (!advance(nullptr)) return ReadResult::end;
    }
    if (!advance(&frame)) return ReadResult::end;
    frame.sequence = index;
    return ReadResult::frame;
}

void VideoSource::do_close() noexcept { film_.close(); }

StageEntry video_source_entry() {
    return {"video", "A film file", kVideoSourceParameters,
            Maker<Source>([](const Parameters& p) { return std::make_unique<VideoSource>(p); }),
            media_why_not};
}

}  // namespace vbg
