#pragma once
/// @file video_source.hpp  A film file as a source.

#include <string>

#include <vbg/registry.hpp>

#include "io/film_reader.hpp"
#include "io/pacer.hpp"

namespace vbg {

class VideoSource final : public Source {
public:
    explicit VideoSource(const Parameters& parameters);
    ~VideoSource() override;
    [[nodiscard]] std::string_view name() const noexcept override { return "video"; }
    [[nodiscard]] bool is_live() const noexcept override { return realtime_; }
    [[nodiscard]] std::uint64_t length() const noexcept override { return loop_ ? 0 : info_.frames; }

private:
    FrameSpec do_open() override;
    ReadResult do_read(ConstFrameView& frame, std::chrono::milliseconds timeout) override;
    void do_close() noexcept override;
    bool advance(ConstFrameView* frame);

    std::string path_;
    Size size_;
    double start_;
    bool loop_, realtime_;
    Pacer pacer_;
    FilmReader film_;
    FilmReader::Info info_{};
    std::uint64_t next_ = 0;  ///< number of the film's next frame, over all rounds
    std::chrono::nanoseconds round_begin_{},
        last_{};  ///< stream time at which this round began, of the last frame
    bool ended_ = false;
};

StageEntry video_source_entry();

}  // namespace vbg
