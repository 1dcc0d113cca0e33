#pragma once
/// @file sink.hpp  Frames to a virtual camera (v4l2loopback): what conferencing programs see.

#include <memory>
#include <string>

#include <vbg/registry.hpp>

#include "io/v4l2/feeder.hpp"

namespace vbg::v4l2 {

class OutputSink final : public Sink {
public:
    explicit OutputSink(const Parameters& parameters, Kernel& kernel = system_kernel());
    ~OutputSink() override;
    [[nodiscard]] std::string_view name() const noexcept override { return "v4l2"; }
    [[nodiscard]] Demand demand() const noexcept override;
    [[nodiscard]] SinkCounters counters() const noexcept override;

private:
    FrameSpec do_open(const FrameSpec& wanted) override;
    void do_write(const ConstFrameView& frame) override;
    void do_close() override;
    void do_abandon() noexcept override;

    Kernel& kernel_;
    Wish wish_;   ///< as the parameters say; size and rate may be left to open()
    double fps_;  ///< 0: as the source
    double patience_;
    // Guarded: demand() and counters() may be asked by another thread while the sink opens or closes.
    mutable std::mutex mutex_;
    std::shared_ptr<Feeder> feeder_;
    SinkCounters last_{};  ///< of the feeder that was closed
    std::string path_;     ///< of the node
};

}  // namespace vbg::v4l2

namespace vbg {
StageEntry v4l2_sink_entry();
}  // namespace vbg
