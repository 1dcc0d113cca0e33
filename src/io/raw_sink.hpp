#pragma once
/// @file raw_sink.hpp  Bare pixels without any header, row after row, frame after frame.

#include <string>

#include <vbg/registry.hpp>

#include "io/file.hpp"
#include "io/frame_packer.hpp"

namespace vbg {

class RawSink final : public Sink {
public:
    explicit RawSink(const Parameters& parameters);
    ~RawSink() override;
    [[nodiscard]] std::string_view name() const noexcept override { return "raw"; }
    void interrupt() noexcept override { interrupt_.raise(); }
    void rearm() noexcept override { interrupt_.clear(); }

private:
    FrameSpec do_open(const FrameSpec& wanted) override;
    void do_write(const ConstFrameView& frame) override;
    void do_close() override;
    void do_abandon() noexcept override;

    std::string path_;
    PixelFormat format_;  ///< unknown = as the frames are
    ColorSpec color_;
    FramePacker packer_;
    Interrupt interrupt_;
    ByteWriter out_;
};

StageEntry raw_sink_entry();

}  // namespace vbg
