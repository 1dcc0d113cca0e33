#pragma once
/// @file sink.hpp  Frames to a camera in PipeWire: what programs see on Wayland and in Flatpak, without any
/// kernel module.

#include <memory>
#include <mutex>

#include <vbg/registry.hpp>

#include "io/pipewire/camera.hpp"

namespace vbg::pipewire {

class PipeWireSink final : public Sink {
public:
    explicit PipeWireSink(const Parameters& parameters);
    ~PipeWireSink() override;
    [[nodiscard]] std::string_view name() const noexcept override { return "pipewire"; }
    [[nodiscard]] Demand demand() const noexcept override;
    [[nodiscard]] SinkCounters counters() const noexcept override;

private:
    FrameSpec do_open(const FrameSpec& wanted) override;
    void do_write(const ConstFrameView& frame) override;
    void do_close() override;
    void do_abandon() noexcept override;

    Label label_;
    PixelFormat format_;  ///< unknown: whatever readers like
    double fps_;          ///< 0: as the source
    ColorSpec color_;     ///< of YUV made from RGB
    // Guarded: demand() and counters() may be asked by another thread while the sink opens or closes.
    mutable std::mutex mutex_;
    std::shared_ptr<Camera> camera_;
    SinkCounters last_{};  ///< of the camera that was closed
};

}  // namespace vbg::pipewire
