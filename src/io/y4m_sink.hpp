#pragma once
/// @file y4m_sink.hpp  Uncompressed film in YUV4MPEG2, which ffmpeg, mpv, x264 and others read from a pipe.

#include <string>

#include <vbg/registry.hpp>

#include "io/file.hpp"
#include "io/frame_packer.hpp"

namespace vbg {

/// 4:2:0, 8 bits, chroma in the middle between its four pixels ("420jpeg"). Odd sizes have chroma planes
/// rounded up. To standard output, a named pipe, a device, or a file that gets its name when it is whole.
class Y4mSink final : public Sink {
public:
    explicit Y4mSink(const Parameters& parameters);
    ~Y4mSink() override;
    [[nodiscard]] std::string_view name() const noexcept override { return "y4m"; }
    void interrupt() noexcept override { interrupt_.raise(); }
    void rearm() noexcept override { interrupt_.clear(); }

private:
    FrameSpec do_open(const FrameSpec& wanted) override;
    void do_write(const ConstFrameView& frame) override;
    void do_close() override;
    void do_abandon() noexcept override;

    std::string path_;
    ColorSpec color_;
    double fps_;  ///< 0 = as the source
    FramePacker packer_;
    Interrupt interrupt_;
    ByteWriter out_;
};

StageEntry y4m_sink_entry();

}  // namespace vbg
