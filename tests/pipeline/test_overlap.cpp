// A recorded run on a GPU: a frame is made there while the one before is brought down and written.
#include <doctest/doctest.h>

#include <algorithm>
#include <stop_token>
#include <string>
#include <vector>

#include "gpu_rig.hpp"

using namespace vbg;
using namespace vbg::test;

namespace {

/// Frames, each after a read that timed out.
class SlowSource final : public Source {
public:
    explicit SlowSource(int frames, std::function<void(int)> waiting)
        : inner_(frames), waiting_(std::move(waiting)) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "slow"; }

private:
    FrameSpec do_open() override { return inner_.open(); }
    ReadResult do_read(ConstFrameView& frame, std::chrono::milliseconds timeout) override {
        late_ = !late_;
        if (late_) return ReadResult::timed_out;
        waiting_(next_++);
        return inner_.read(frame, timeout);
    }
    void do_release() noexcept override { inner_.release(); }
    void do_close() noexcept override { inner_.close(); }
    NoiseSource inner_;
    std::function<void(int)> waiting_;
    int next_ = 0;
    bool late_ = false;
};

std::unique_ptr<Sink> into(std::vector<Frame>& out, FrameSpec wanted = {}) {
    return std::make_unique<FunctionSink>(
        [&out](const ConstFrameView& f) { out.push_back(vbg_test::copy_of(f)); }, wanted);
}

}  // namespace

TEST_CASE("when a sink gets a frame the GPU has the next one already, and nothing else is waited for") {
    gpu::start_again();
    constexpr int kFrames = 12;
    for (const bool run : {true, false}) {
        CAPTURE(run);
        Pipeline pipeline(1);
        std::vector<Frame> out;
        int read = 0;
        auto source = std::make_unique<NoiseSource>(kFrames);
        source->before_read = [&](int n) { read = n + 1; };
        std::vector<int> left, ahead;
        std::vector<std::int64_t> waits;
        fill_in(pipeline, out, std::move(source));
        pipeline.device("cuda:0").sink(std::make_unique<FunctionSink>([&](const ConstFrameView& f) {
            left.push_back(gpu::work_left());
            ahead.push_back(read - 1 - static_cast<int>(f.sequence));
            waits.push_back(gpu::counts().waits);
        }));
        if (run) pipeline.run();
        while (!run && pipeline.step() == ReadResult::frame) {
        }
        REQUIRE(left.size() == kFrames);
        for (std::size_t i = 0; i + 1 < kFrames; ++i) {
            CAPTURE(i);
            CHECK((left[i] > 0) == run);
            CHECK(ahead[i] == (run ? 1 : 0));
            if (i > 0) CHECK(waits[i] - waits[i - 1] == 1);  // until it is there
        }
        CHECK(left.back() == 0);
    }
}

TEST_CASE("a run gives what single steps give, in order, to every sink") {
    for (const int frames : {1, 2, 3, 8}) {
        CAPTURE(frames);
        std::vector<Frame> out[2], plain[2], small[2];
        for (const int run : {0, 1}) {
            gpu::start_again();
            Pipeline pipeline(1);
            FrameSpec tiny{.width = 30, .height = 20, .format = PixelFormat::nv12, .fps = 30};
            pipeline.device("cuda:0")
                .source(std::make_unique<NoiseSource>(frames))
                .segmenter("constant:value=140")
                .filter("temporal | fill_holes")  // fill_holes has no code for GPUs
                .background("blur:sigma=4 | scanlines:seed=3")
                .sink(into(out[run], {.width = kWidth, .height = kHeight, .format = PixelFormat::yuyv}))
                .sink(into(plain[run]))
                .sink(into(small[run], tiny));
            if (run == 1) pipeline.run();
            while (run == 0 && pipeline.step() == ReadResult::frame) {
            }
            CHECK(gpu::fault().empty());
            for (std::size_t i = 0; i < out[run].size(); ++i) CHECK(out[run][i].view().sequence == i);
        }
        CHECK(static_cast<int>(out[1].size()) == frames);
        CHECK(same_pictures(out[0], out[1], 0));
        CHECK(same_pictures(plain[0], plain[1], 0));
        CHECK(same_pictures(small[0], small[1], 0));
    }
}

TEST_CASE("a run of so many frames reads no more, and progress is told of each") {
    gpu::start_again();
    Pipeline pipeline(1);
    std::vector<Frame> out;
    int read = 0;
    auto source = std::make_unique<NoiseSource>(50);
    source->before_read = [&](int n) { read = n + 1; };
    fill_in(pipeline, out, std::move(source));
    std::vector<std::size_t> told;
    pipeline.device("cuda:0").run({}, 7, [&](const Pipeline& p) {
        told.push_back(out.size());
        CHECK(p.stats().frames_out == out.size());
        const Frame last = p.last_frame();
        REQUIRE_FALSE(last.empty());
        CHECK(last.view().sequence == out.back().view().sequence);
    });
    CHECK(out.size() == 7);
    CHECK(read == 7);
    CHECK(told == std::vector<std::size_t>{1, 2, 3, 4, 5, 6, 7});
}

TEST_CASE("last_frame() is the frame that was written, though the next one has been made") {
    gpu::start_again();
    Pipeline pipeline(1);
    std::vector<Frame> out;
    pipeline.device("cuda:0")
        .source(std::make_unique<NoiseSource>(9))
        .segmenter("constant:value=140")
        .background("blur:sigma=4")
        .sink(into(out));
    int seen = 0;
    pipeline.run({}, 0, [&](const Pipeline& p) {
        ++seen;
        CHECK(largest_difference(p.last_frame().view(), out.back().view()) == 0);
    });
    CHECK(seen == 9);
}

TEST_CASE("a frame under way is written when the run is stopped") {
    for (int at = 1; at < 6; ++at) {
        CAPTURE(at);
        gpu::start_again();
        Pipeline pipeline(1);
        std::vector<Frame> out;
        int read = 0;
        std::stop_source stop;
        auto source = std::make_unique<NoiseSource>(50);
        source->before_read = [&](int n) {
            read = n + 1;
            if (read == at) stop.request_stop();
        };
        fill_in(pipeline, out, std::move(source));
        pipeline.device("cuda:0").run(stop.get_token());
        CHECK(read == at);
        CHECK(static_cast<int>(out.size()) == at);
    }
}

TEST_CASE("a frame under way does not wait for a source that keeps one waiting") {
    gpu::start_again();
    Pipeline pipeline(1);
    std::vector<Frame> out;
    std::vector<std::size_t> written;
    fill_in(pipeline, out, std::make_unique<SlowSource>(6, [&](int) { written.push_back(out.size()); }));
    pipeline.device("cuda:0").run();
    CHECK(out.size() == 6);
    CHECK(written == std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6});
}

TEST_CASE("what is shown, the mattes' way and the source change while a frame is under way") {
    gpu::start_again();
    const gpu::Counts before = gpu::counts();
    {
        Pipeline pipeline(1);
        std::vector<Frame> out, raw;
        FrameSpec wanted{.width = kWidth, .height = kHeight, .format = PixelFormat::yuyv};
        pipeline.device("cuda:0")
            .source(std::make_unique<NoiseSource>(30))
            .segmenter("constant:value=140")
            .background("blur:sigma=4")
            .sink(into(out, wanted))
            .sink(into(raw));
        pipeline.run({}, 40, [&](const Pipeline&) {
            switch (out.size()) {
                case 3: return pipeline.set("show", "side_by_side");
                case 6: return pipeline.set("show", "composite");
                case 9: return pipeline.set("show", "matte");
                case 11: return pipeline.set("show", "composite");
                case 14: return pipeline.set("sync", "latest");
                case 17: return pipeline.set("sync", "exact");
                case 20: return pipeline.set("segmenter", "chroma_key");
                case 24: return pipeline.set("source", "pattern:size=100x30,fps=30");
                default: return;
            }
        });
        CHECK(out.size() == 40);
        CHECK(raw.size() == 40);
        for (std::size_t i = 0; i < 25; ++i) CHECK(out[i].view().sequence == i);
        for (std::size_t i = 0; i < 15; ++i) CHECK(out[26 + i - 1].view().sequence == i);
        CHECK(pipeline.stats().frames_out == 40);
    }
    CHECK((gpu::counts() - before).released_in_use == 0);
    CHECK(gpu::fault().empty());
    CHECK(gpu::memory_in_use() == 0);
    CHECK(gpu::pinned_in_use() == 0);
}
