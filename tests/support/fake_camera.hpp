#pragma once
/// @file fake_camera.hpp  A camera that is unplugged, falls silent and changes its size when a test says so.

#include <atomic>
#include <cerrno>
#include <chrono>
#include <memory>
#include <thread>
#include <vbg/frame.hpp>
#include <vbg/source.hpp>

namespace vbg::test {

/// What happens to the camera, and what it has seen. Any thread's.
struct CameraScript {
    std::atomic<bool> unplugged{false}, silent{false}, busy_twice{false};
    std::atomic<int> width{32}, height{24}, interval_ms{3}, start_ms{0};
    std::atomic<int> to_damage{0};  ///< so many of the next frames come damaged and are left out
    std::atomic<PixelFormat> format{PixelFormat::bgr8};
    std::atomic<int> opened{0}, closed{0}, frames{0};
    std::atomic<bool> is_open{false};
    int last_frame = 1 << 30;  ///< the source ends after that many
};

/// Every pixel is (b, g, r) = (n, 200, 3), n counting frames: green 200 is the mark of the camera's own
/// picture.
class FakeCamera final : public Source {
public:
    explicit FakeCamera(std::shared_ptr<CameraScript> script) : script_(std::move(script)) {}
    ~FakeCamera() override { close(); }
    [[nodiscard]] std::string_view name() const noexcept override { return "fake_camera"; }
    [[nodiscard]] bool is_live() const noexcept override { return true; }
    [[nodiscard]] std::uint64_t damaged() const noexcept override { return damaged_; }

private:
    FrameSpec do_open() override {
        std::this_thread::sleep_for(std::chrono::milliseconds(script_->start_ms));
        if (script_->unplugged) throw Error(Errc::not_found, "fake_camera: no such camera", ENOENT);
        if (script_->busy_twice && script_->is_open) throw Error(Errc::device, "fake_camera: busy", EBUSY);
        ++script_->opened;
        script_->is_open = true;
        frame_ = Frame(script_->width, script_->height, script_->format);
        bgr_ = Frame(script_->width, script_->height, PixelFormat::bgr8);
        next_ = 0;
        return {.width = frame_.width(), .height = frame_.height(), .format = frame_.format(), .fps = 30};
    }
    ReadResult do_read(ConstFrameView& frame, std::chrono::milliseconds timeout) override {
        if (script_->silent) {
            std::this_thread::sleep_for(timeout);
            return ReadResult::timed_out;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(script_->interval_ms));
        if (script_->unplugged) throw Error(Errc::device, "fake_camera: unplugged", ENODEV);
        for (; script_->to_damage > 0; --script_->to_damage, ++next_) ++damaged_;
        if (next_ >= script_->last_frame) return ReadResult::end;
        if (frame_.width() != script_->width)
            frame_ = Frame(script_->width, script_->height, script_->format);
        if (frame_.format() == PixelFormat::bgr8) {
            fill(frame_.view(), 3, 200, static_cast<std::uint8_t>(next_));
        } else if (frame_.width() == bgr_.width()) {
            fill(bgr_.view(), 3, 200, static_cast<std::uint8_t>(next_));
            convert(std::as_const(bgr_).view(), frame_.view());
        }
        const auto now = std::chrono::steady_clock::now().time_since_epoch();
        frame_.stamp(std::chrono::duration_cast<std::chrono::nanoseconds>(now),
                     static_cast<std::uint64_t>(next_++));
        ++script_->frames;
        frame = std::as_const(frame_).view();
        return ReadResult::frame;
    }
    void do_close() noexcept override {
        ++script_->closed;
        script_->is_open = false;
    }
    std::shared_ptr<CameraScript> script_;
    Frame frame_, bgr_;
    int next_ = 0;
    std::uint64_t damaged_ = 0;
};

/// Waits until `done` says so, at most `limit`. Returns whether it did.
template <class Done>
bool eventually(Done done, std::chrono::milliseconds limit = std::chrono::milliseconds(10000)) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!done()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

}  // namespace vbg::test
