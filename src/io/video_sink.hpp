#pragma once
/// @file video_sink.hpp  Writes a film file.

#include <memory>
#include <string>

#include <vbg/frame.hpp>
#include <vbg/registry.hpp>

#include "io/file.hpp"

namespace vbg {

/// .mp4, .mov, .m4v, .mkv or .avi, through OpenCV's VideoWriter. That one swallows errors, so close() looks
/// at the film before it gets its name: that it is whole, opens, and holds as many frames as were written.
/// Film codecs want even sides: an odd last column or row is written twice, and the log says so.
class VideoSink final : public Sink {
public:
    explicit VideoSink(const Parameters& parameters);
    ~VideoSink() override;
    [[nodiscard]] std::string_view name() const noexcept override { return "video"; }

private:
    FrameSpec do_open(const FrameSpec& wanted) override;
    void do_write(const ConstFrameView& frame) override;
    void do_close() override;
    void do_abandon() noexcept override;
    void verify();

    std::string path_, codec_;
    double fps_;  ///< 0 = as the source
    struct Writer;
    std::unique_ptr<Writer> writer_;
};

StageEntry video_sink_entry();

}  // namespace vbg
