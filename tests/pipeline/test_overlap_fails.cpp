// Stages, sinks, sources and GPUs that fail while a frame is under way: no frame is lost, doubled or shown
// raw.
#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "gpu_rig.hpp"
#include "support/throws.hpp"

using namespace vbg;
using namespace vbg::test;
using vbg_test::check_throws;

namespace {

/// Every picture depends on its own frame alone.
void fill_in_plainly(Pipeline& pipeline, std::vector<Frame>& out, std::unique_ptr<Source> source) {
    FrameSpec wanted{.width = kWidth, .height = kHeight, .format = PixelFormat::yuyv, .fps = 30};
    pipeline.source(std::move(source))
        .segmenter("constant:value=90")
        .background("blur:sigma=4")
        .foreground("grayscale")
        .on_failure(OnFailure::blank)
        .sink(std::make_unique<FunctionSink>(
            [&out](const ConstFrameView& f) { out.push_back(vbg_test::copy_of(f)); }, wanted));
}

std::vector<Frame> plainly_on_cpu(int frames) {
    std::vector<Frame> out;
    Pipeline pipeline(1);
    pipeline.device("cpu");
    fill_in_plainly(pipeline, out, std::make_unique<NoiseSource>(frames));
    pipeline.run();
    return out;
}

void check_numbered(const std::vector<Frame>& out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        CHECK(out[i].view().sequence == i);
        CHECK(out[i].view().timestamp == std::chrono::milliseconds(40 * i));
    }
}

}  // namespace

TEST_CASE("a GPU that fails at any moment costs no frame, and each is what it would have been") {
    constexpr int kFrames = 6;
    const std::vector<Frame> wanted = plainly_on_cpu(kFrames);
    const AutoDevice automatic;
    int survived = 0;
    for (int work = 0; survived < 3; ++work) {
        CAPTURE(work);
        gpu::start_again();
        std::vector<Frame> out;
        Pipeline pipeline(1);
        auto source = std::make_unique<NoiseSource>(kFrames);
        source->before_frame = 0;
        source->event = [work] { gpu::lose_after(work); };
        fill_in_plainly(pipeline, out, std::move(source));
        std::size_t told = 0;
        pipeline.run({}, 0, [&](const Pipeline&) { ++told; });
        const bool failed = !pipeline.stats().last_failure.empty();
        survived += failed ? 0 : 1;
        CHECK(told == kFrames);
        CHECK(pipeline.stats().frames_out == kFrames);
        check_numbered(out);
        CHECK(same_pictures(out, wanted, 4));
        REQUIRE(work < 500);
    }
}

TEST_CASE("a GPU fails right when the source is replaced: the frame under way is the old one's") {
    constexpr int kFrames = 6;
    const std::vector<Frame> wanted = plainly_on_cpu(kFrames);
    const AutoDevice automatic;
    for (const int at : {1, 3, 5}) {
        CAPTURE(at);
        gpu::start_again();
        std::vector<Frame> out;
        Pipeline pipeline(1);
        fill_in_plainly(pipeline, out, std::make_unique<NoiseSource>(kFrames));
        pipeline.run({}, 12, [&](const Pipeline&) {
            if (static_cast<int>(out.size()) != at) return;
            pipeline.set("source", "pattern:size=100x30,fps=30");
            gpu::lose();
        });
        CHECK(out.size() == 12);
        CHECK(pipeline.stats().last_failure.find("cuda:0") != std::string::npos);
        for (int i = 0; i <= at; ++i) {
            CAPTURE(i);
            const auto n = static_cast<std::size_t>(i);
            CHECK(out[n].view().sequence == n);
            CHECK(largest_difference(out[n].view(), wanted[n].view()) <= 4);
        }
        CHECK(out[static_cast<std::size_t>(at) + 1].view().sequence == 0);
    }
}

TEST_CASE("a GPU that was named and fails at any moment: whole frames in order, then the error") {
    constexpr int kFrames = 6;
    const std::vector<Frame> wanted = plainly_on_cpu(kFrames);
    for (int work = 0; work < 40; work += 3) {
        CAPTURE(work);
        gpu::start_again();
        std::vector<Frame> out;
        Pipeline pipeline(1);
        pipeline.device("cuda:0");
        auto source = std::make_unique<NoiseSource>(kFrames);
        source->before_frame = 1;
        source->event = [work] { gpu::lose_after(work); };
        fill_in_plainly(pipeline, out, std::move(source));
        check_throws(Errc::device, {"cuda:0"}, [&] { pipeline.run(); });
        REQUIRE(out.size() < kFrames);
        check_numbered(out);
        for (std::size_t i = 0; i < out.size(); ++i)
            CHECK(largest_difference(out[i].view(), wanted[i].view()) <= 4);
    }
    gpu::start_again();
}

TEST_CASE("a stage that fails while a frame is under way: every policy does as on the CPU") {
    for (const OnFailure policy : {OnFailure::stop, OnFailure::hold, OnFailure::background, OnFailure::blank,
                                   OnFailure::passthrough}) {
        for (const int bad : {0, 1, 4}) {
            CAPTURE(static_cast<int>(policy));
            CAPTURE(bad);
            std::vector<Frame> out[2];
            for (const int there : {0, 1}) {
                gpu::start_again();
                Pipeline pipeline(1);
                pipeline.device(there == 1 ? "cuda:0" : "cpu")
                    .source(std::make_unique<NoiseSource>(8))
                    .segmenter(std::make_unique<FunctionSegmenter>(
                        [bad](const ConstFrameView& f, const MaskView& m) {
                            const auto n = static_cast<int>(f.sequence);
                            if (n == bad || n == bad + 1) throw std::runtime_error("bad frame");
                            fill(m, 90);
                        }))
                    .background("blur:sigma=4")
                    .on_failure(policy)
                    .sink(std::make_unique<FunctionSink>(
                        [&](const ConstFrameView& f) { out[there].push_back(vbg_test::copy_of(f)); }));
                if (policy == OnFailure::stop) {
                    CHECK_THROWS_WITH(pipeline.run(), "bad frame");
                } else {
                    pipeline.run();
                }
                check_numbered(out[there]);
            }
            CHECK(static_cast<int>(out[1].size()) == (policy == OnFailure::stop ? bad : 8));
            CHECK(same_pictures(out[0], out[1], 4));
        }
    }
}

TEST_CASE("a sink that fails once: the run ends, and the frame that was under way comes when it goes on") {
    gpu::start_again();
    for (const bool by_step : {false, true}) {
        CAPTURE(by_step);
        std::vector<std::uint64_t> seen;
        Pipeline pipeline(1);
        bool failed = false;
        pipeline.device("cuda:0")
            .source(std::make_unique<NoiseSource>(9))
            .segmenter("constant:value=90")
            .sink(std::make_unique<FunctionSink>([&](const ConstFrameView& f) {
                if (f.sequence == 3 && !std::exchange(failed, true)) throw Error(Errc::io, "disk full");
                seen.push_back(f.sequence);
            }));
        check_throws(Errc::io, {"disk full"}, [&] { pipeline.run(); });
        CHECK(seen == std::vector<std::uint64_t>{0, 1, 2});
        if (by_step) {
            CHECK(pipeline.step() == ReadResult::frame);
            CHECK(seen == std::vector<std::uint64_t>{0, 1, 2, 4});
        }
        pipeline.run();
        CHECK(seen == std::vector<std::uint64_t>{0, 1, 2, 4, 5, 6, 7, 8});
    }
}

TEST_CASE("a source that fails: the frame under way is written before the run ends with its error") {
    gpu::start_again();
    for (const int at : {0, 1, 2, 5}) {
        CAPTURE(at);
        std::vector<Frame> out;
        Pipeline pipeline(1);
        auto source = std::make_unique<NoiseSource>(9);
        source->before_frame = at;
        source->event = [] { throw Error(Errc::io, "the film is torn"); };
        pipeline.device("cuda:0");
        fill_in_plainly(pipeline, out, std::move(source));
        check_throws(Errc::io, {"torn"}, [&] { pipeline.run(); });
        CHECK(static_cast<int>(out.size()) == at);
        check_numbered(out);
    }
}
