#pragma once
/// @file source.hpp  A camera as a source: `v4l2:device=auto,size=1280x720,fps=30`.
///
/// Frames come in the camera's own format, out of the driver's memory without a copy; Motion-JPEG is decoded
/// to I420. A camera that goes away throws Error{device}; open() then finds it again, also at another node.

#include <optional>
#include <string>

#include <vbg/registry.hpp>

#include "io/v4l2/buffers.hpp"
#include "io/v4l2/cameras.hpp"
#include "io/v4l2/controls.hpp"
#include "io/v4l2/frame_clock.hpp"
#include "io/v4l2/mjpeg.hpp"
#include "io/v4l2/modes.hpp"

namespace vbg::v4l2 {

class CameraSource final : public Source {
public:
    /// The kernel must outlive the source.
    explicit CameraSource(const Parameters& parameters, Kernel& kernel = system_kernel());
    ~CameraSource() override;
    [[nodiscard]] std::string_view name() const noexcept override { return "v4l2"; }
    [[nodiscard]] bool is_live() const noexcept override { return true; }
    [[nodiscard]] std::uint64_t damaged() const noexcept override { return damaged_; }

    /// The camera in use, or that was last.
    [[nodiscard]] const std::optional<CameraNode>& camera() const noexcept { return camera_; }
    /// What the driver gave.
    [[nodiscard]] const Picture& picture() const noexcept { return picture_; }

private:
    FrameSpec do_open() override;
    ReadResult do_read(ConstFrameView& frame, std::chrono::milliseconds timeout) override;
    void do_release() noexcept override;
    void do_close() noexcept override;

    void choose_input();
    void negotiate();
    void start();
    void check_events();
    void give_back(std::uint32_t index);
    /// False where the frame is damaged; `why` then says how.
    bool make_frame(const Filled& filled, ConstFrameView& frame, std::string& why);
    void count_damaged(const std::string& why);

    Kernel& kernel_;
    std::string device_, format_;
    ModeWish wish_;
    int input_, buffer_count_;
    Settings settings_;

    std::optional<CameraNode> camera_;
    VideoNode node_;  // before buffers_, which use it to the last
    Buffers buffers_;
    std::uint32_t type_ = 0;
    std::uint32_t current_input_ = 0;
    Size signal_size_{};  ///< of a digital input's signal; 0x0 for a camera
    Picture picture_;
    double fps_ = 0;
    std::optional<JpegDecoder> decoder_;
    std::optional<std::uint32_t> borrowed_;  ///< buffer that the caller looks at
    FrameClock clock_;
    std::uint64_t damaged_ = 0;
    std::uint64_t damaged_said_ = 0;
    std::chrono::nanoseconds said_at_{};
};

StageEntry camera_source_entry();

}  // namespace vbg::v4l2
