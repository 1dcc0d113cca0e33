#pragma once
/// @file null_sink.hpp  Takes frames and drops them: for measuring everything before it.

#include <vbg/registry.hpp>

namespace vbg {

class NullSink final : public Sink {
public:
    ~NullSink() override;
    [[nodiscard]] std::string_view name() const noexcept override { return "null"; }
    /// Frames since open().
    [[nodiscard]] std::uint64_t frames() const noexcept { return frames_; }

private:
    FrameSpec do_open(const FrameSpec& wanted) override;
    void do_write(const ConstFrameView& frame) override;
    void do_close() override;
    void do_abandon() noexcept override;
    std::uint64_t frames_ = 0;
};

StageEntry null_sink_entry();

}  // namespace vbg
