#pragma once
/// @file live_rig.hpp  A pipeline that runs in a thread of its own with a fake camera, and what came out.

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vbg/registry.hpp>

#include "support/fake_camera.hpp"
#include "support/stages.hpp"

namespace vbg::test {

/// What the newest frame of a run looks like.
struct Seen {
    std::atomic<int> frames{0};
    std::atomic<int> left_blue{-1}, left_green{-1}, right_green{-1}, right_red{-1};  ///< of the newest
    std::atomic<int> leaks{0};  ///< frames with the camera's own green in the right half
    std::atomic<int> width{0}, height{0};
    std::atomic<std::uint64_t> sequence{0};
    std::atomic<int> backwards{0};  ///< frames numbered lower than the one before
};

class WatchingSink final : public Sink {
public:
    explicit WatchingSink(std::shared_ptr<Seen> seen) : seen_(std::move(seen)) {}
    ~WatchingSink() override { abandon(); }
    [[nodiscard]] std::string_view name() const noexcept override { return "watching"; }
    [[nodiscard]] Demand demand() const noexcept override { return *wanted; }
    std::shared_ptr<std::atomic<Demand>> wanted = std::make_shared<std::atomic<Demand>>(Demand::unknown);
    /// While set writing fails like a device that has gone, and so does opening.
    std::shared_ptr<std::atomic<bool>> gone = std::make_shared<std::atomic<bool>>(false);

private:
    FrameSpec do_open(const FrameSpec& wanted_spec) override {
        if (*gone) throw Error(Errc::device, "watching: gone");
        return wanted_spec;
    }
    void do_write(const ConstFrameView& f) override {
        if (*gone) throw Error(Errc::device, "watching: gone");
        const auto at = [&f](int x, int y, int c) {
            return std::to_integer<int>(f.row(y)[static_cast<std::ptrdiff_t>(x) * 3 + c]);
        };
        bool leak = false;
        for (int y = 0; y < f.height; ++y) {
            for (int x = f.width / 2; x < f.width; ++x) leak = leak || at(x, y, 1) >= 195;
        }
        if (leak) ++seen_->leaks;
        seen_->left_blue = at(0, 0, 0);
        seen_->left_green = at(0, 0, 1);
        seen_->right_green = at(f.width - 1, 0, 1);
        seen_->right_red = at(f.width - 1, 0, 2);
        seen_->width = f.width;
        seen_->height = f.height;
        if (f.sequence < seen_->sequence && f.sequence != 0) ++seen_->backwards;
        seen_->sequence = f.sequence;
        ++seen_->frames;
    }
    void do_close() override {}
    void do_abandon() noexcept override {}
    std::shared_ptr<Seen> seen_;
};

/// The segmenter of left_half() that does what the test says first.
struct LiveRig {
    std::shared_ptr<CameraScript> camera = std::make_shared<CameraScript>();
    std::shared_ptr<Seen> seen = std::make_shared<Seen>();
    std::shared_ptr<std::atomic<Demand>> demand;
    std::shared_ptr<std::atomic<bool>> sink_gone;
    std::function<void()> before_segment;                                 ///< set before start()
    std::function<void(const ConstFrameView&, const MaskView&)> segment;  ///< default: left_half()
    int coarsest = 0;                                                     ///< of the segmenter
    std::atomic<int> coarseness{0};                                       ///< of the newest matte
    LiveOptions live;
    Pipeline pipeline{1};
    std::stop_source stop;
    std::exception_ptr error;
    std::function<void(const Pipeline&)> progress;

    LiveRig() {
        live.stall = std::chrono::milliseconds(150);
        live.idle_after = std::chrono::milliseconds(100);
    }
    ~LiveRig() { finish(); }

    void start() {
        auto sink = std::make_unique<WatchingSink>(seen);
        demand = sink->wanted;
        sink_gone = sink->gone;
        if (!segment) segment = left_half;
        pipeline.source(std::make_unique<FakeCamera>(camera))
            .segmenter(std::make_unique<CoarseSegmenter>(
                [this](const ConstFrameView& f, const MaskView& m, int steps) {
                    coarseness = steps;
                    if (before_segment) before_segment();
                    segment(f, m);
                },
                coarsest))
            .compositor(std::make_unique<PlainOver>())
            .live(live)
            .sink(std::move(sink));
        thread_ = std::thread([this] {
            try {
                pipeline.run(stop.get_token(), 0, progress);
            } catch (...) {
                error = std::current_exception();
            }
        });
    }
    void finish() {
        stop.request_stop();
        if (thread_.joinable()) thread_.join();
    }
    /// Waits until the run has ended by itself.
    void join() { thread_.join(); }
    [[nodiscard]] bool in_state(RunState state) const { return pipeline.stats().state == state; }
    /// Waits for `more` more frames.
    [[nodiscard]] bool frames(int more) const {
        const int target = seen->frames + more;
        return eventually([&] { return seen->frames >= target; });
    }

private:
    std::thread thread_;
};

/// Registers stages for set(): segmenter "test_left" (like left_half()), "test_broken" (its configure()
/// throws), "test_slow" (its configure() takes 200 ms), effect "test_paint" (red 77, green 2) and source
/// "test_camera", which is `next_camera()`.
void register_test_stages();
[[nodiscard]] std::shared_ptr<CameraScript>& next_camera();

}  // namespace vbg::test
