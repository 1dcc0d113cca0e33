#pragma once
/// @file preview_sink.hpp  A window that shows what the others see.

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <string>
#include <thread>

#include <vbg/frame.hpp>
#include <vbg/registry.hpp>

namespace vbg {

class PreviewWindow;

/// The window has a thread of its own, so that it answers while no frames come, and a display that is slow or
/// stuck stops nothing: the newest frame is drawn, older ones are left out.
class PreviewSink final : public Sink {
public:
    explicit PreviewSink(const Parameters& parameters);
    ~PreviewSink() override;
    [[nodiscard]] std::string_view name() const noexcept override { return "preview"; }
    /// Somebody looks while the window is open.
    [[nodiscard]] Demand demand() const noexcept override;
    [[nodiscard]] SinkCounters counters() const noexcept override;

private:
    FrameSpec do_open(const FrameSpec& wanted) override;
    void do_write(const ConstFrameView& frame) override;
    void do_close() override;
    void do_abandon() noexcept override;

    void serve(std::promise<void> opened, FrameSpec spec);
    void show_frames(PreviewWindow& window);
    void wake() const noexcept;
    void finish() noexcept;

    std::string title_, display_;
    bool mirror_, stop_when_closed_;

    std::mutex mutex_;
    std::condition_variable ended_changed_;
    Frame incoming_;  // the writer's, under the lock
    Frame shown_;     // the thread's
    bool fresh_ = false, quit_ = false, ended_ = false;
    int display_socket_ = -1;  // while the thread uses it
    int wake_ = -1;            // eventfd: look at the above
    std::atomic<bool> looking_{false};
    std::atomic<std::uint64_t> drawn_{0}, left_out_{0};
    std::thread thread_;
};

StageEntry preview_sink_entry();

}  // namespace vbg
