// Frames on a GPU in one launch, whose networks nobody has waited for: a bad answer is found before the frame
// is shown, and costs none.
#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/late_answers.hpp"
#include "cuda/runtime.hpp"
#include "gpu_rig.hpp"
#include "support/throws.hpp"

using namespace vbg;
using namespace vbg::test;
using vbg_test::check_throws;

namespace {

/// Says the same for every frame, as a network does whose answer stays on the GPU. Bad answers show
/// everything that the camera sees.
class Answering final : public Segmenter {
public:
    std::set<std::uint64_t> bad_late, bad;  ///< frames: where nobody waits, and where somebody does
    bool always_bad = false;
    bool always_waits = false;  ///< takes no offer to be checked late
    std::shared_ptr<std::pair<int, int>> asked = std::make_shared<std::pair<int, int>>();  ///< late, waited

    [[nodiscard]] std::string_view name() const noexcept override { return "answering"; }
    [[nodiscard]] bool runs_on(DeviceType) const noexcept override { return true; }

private:
    void do_configure(const FrameSpec& spec, Context& context) override {
        for (const int i : {0, 1}) {
            const auto n = static_cast<std::size_t>(i);
            Mask here(spec.width, spec.height);
            fill(here.view(), i == 0 ? 90 : 255);
            says_[n] = Mask(spec.width, spec.height, MaskFormat::u8, spec.device);
            copy_pixels(std::as_const(here).view(), says_[n].view(), context.stream());
            wait_for_stream(spec.device, context.stream());
        }
        if (spec.device.type != DeviceType::cuda) return;
        flags_ = cuda::DeviceBuffer(2 * sizeof(int), spec.device);
        const std::array<int, 2> flags{0, 1};
        cuda::copy_bytes(flags.data(), flags_.data(), sizeof flags, spec.device, context.stream());
        cuda::synchronize(spec.device, context.stream());
    }
    bool do_segment(const ConstFrameView& frame, const MaskView& alpha, Context& context,
                    const std::optional<FrameView>&) override {
        LateAnswers* const late = always_waits ? nullptr : late_answers(context);
        ++(late != nullptr ? asked->first : asked->second);
        const bool is_bad = always_bad || (late != nullptr ? bad_late : bad).contains(frame.sequence);
        if (late != nullptr) {
            const auto* const flags = reinterpret_cast<const int*>(flags_.data());
            late->expect(flags + (is_bad ? 1 : 0), "answering", context.stream());
        } else if (is_bad) {
            throw Error(Errc::model, "answering: a bad answer");
        }
        const ConstMaskView said = std::as_const(says_[is_bad ? 1U : 0U]).view();
        if (alpha.device.type != DeviceType::cuda) {
            copy_pixels(said, alpha);
            return false;
        }
        // All in one piece, as what a CUDA graph copies.
        REQUIRE(said.stride == alpha.stride);
        const auto bytes = static_cast<std::size_t>(said.stride * (said.height - 1) + said.width);
        cuda::copy_bytes(said.data, alpha.data, bytes, alpha.device, context.stream(),
                         cuda::HostBytes::pinned);
        return false;
    }
    std::array<Mask, 2> says_;
    cuda::DeviceBuffer flags_;
};

void fill_in(Pipeline& pipeline, std::unique_ptr<Answering> segmenter, int frames,
             const std::string& filters = "dilate") {
    pipeline.device("cuda:0")
        .source(std::make_unique<NoiseSource>(frames))
        .segmenter(std::move(segmenter))
        .filter(filters)
        .background("blur:sigma=4")
        .foreground("hologram:seed=3");
}

enum class Way { waits, run, step };

/// Frames of a run, or made one by one; an error ends them.
std::vector<Frame> frames_of(std::unique_ptr<Answering> segmenter, int frames, OnFailure policy, Way way,
                             std::uint64_t* failed = nullptr) {
    segmenter->always_waits = way == Way::waits;
    gpu::start_again();
    std::vector<Frame> out;
    Pipeline pipeline(1);
    fill_in(pipeline, std::move(segmenter), frames);
    const FrameSpec wanted{.width = kWidth, .height = kHeight, .format = PixelFormat::yuyv, .fps = 30};
    pipeline.on_failure(policy)
        .foreground("grayscale")
        .sink(std::make_unique<FunctionSink>(
            [&out](const ConstFrameView& f) { out.push_back(vbg_test::copy_of(f)); }, wanted));
    const auto drive = [&] {
        if (way != Way::step) return pipeline.run();
        while (pipeline.step() == ReadResult::frame) {
        }
    };
    if (policy == OnFailure::stop) {
        check_throws(Errc::model, {"answering"}, drive);
    } else {
        drive();
    }
    if (failed != nullptr) *failed = pipeline.stats().frames_failed;
    for (std::size_t i = 0; i < out.size(); ++i) CHECK(out[i].view().sequence == i);
    return out;
}

}  // namespace

TEST_CASE("a frame of a run is one launch, one upload and one download, and is waited for once") {
    gpu::start_again();
    constexpr int kFrames = 40;
    Pipeline pipeline(1);
    auto segmenter = std::make_unique<Answering>();
    const auto asked = segmenter->asked;
    fill_in(pipeline, std::move(segmenter), kFrames, "dilate | temporal | guided_filter");
    std::vector<gpu::Counts> counts;
    const FrameSpec wanted{.width = kWidth, .height = kHeight, .format = PixelFormat::yuyv, .fps = 30};
    pipeline.sink(std::make_unique<FunctionSink>(
        [&](const ConstFrameView&) { counts.push_back(gpu::counts()); }, wanted));
    pipeline.run();
    REQUIRE(counts.size() == kFrames);
    CHECK(pipeline.stats().frames_failed == 0);
    CHECK(*asked == std::pair{kFrames, 0});
    for (std::size_t i = 2; i + 1 < kFrames; ++i) {
        CAPTURE(i);
        const gpu::Counts one = counts[i] - counts[i - 1];
        CHECK(one.program_launches == 1);
        CHECK(one.singles == 2);
        CHECK(one.waits == 1);
        CHECK(one.unpinned_copies == 0);
        CHECK(one.allocations == 0);
        if (i > 20) CHECK(one.programs == 0);
    }
    CHECK((counts.back() - counts[20]).launches > 10 * (kFrames - 22));
}

TEST_CASE("frames that nobody has waited for are what they are where somebody has") {
    for (const int frames : {1, 2, 3, 12}) {
        CAPTURE(frames);
        const auto waited = frames_of(std::make_unique<Answering>(), frames, OnFailure::blank, Way::waits);
        CHECK(static_cast<int>(waited.size()) == frames);
        for (const Way way : {Way::run, Way::step})
            CHECK(same_pictures(frames_of(std::make_unique<Answering>(), frames, OnFailure::blank, way),
                                waited, 0));
    }
}

TEST_CASE("a bad answer: every policy shows what it shows where the answer is waited for") {
    const std::set<std::uint64_t> bad_frames[] = {{0}, {1}, {4}, {3, 4}, {2, 4}, {7}, {6, 7}, {0, 1, 2}};
    for (const OnFailure policy : {OnFailure::stop, OnFailure::hold, OnFailure::background, OnFailure::blank,
                                   OnFailure::passthrough}) {
        for (const auto& bad : bad_frames) {
            CAPTURE(static_cast<int>(policy));
            CAPTURE(*bad.begin());
            CAPTURE(bad.size());
            std::vector<Frame> wanted;
            std::uint64_t wanted_failures = 0;
            for (const Way way : {Way::waits, Way::run, Way::step}) {
                auto segmenter = std::make_unique<Answering>();
                segmenter->bad = segmenter->bad_late = bad;
                std::uint64_t failures = 0;
                std::vector<Frame> out = frames_of(std::move(segmenter), 8, policy, way, &failures);
                CHECK(out.size() == (policy == OnFailure::stop ? *bad.begin() : 8));
                if (way == Way::waits) {
                    wanted = std::move(out);
                    wanted_failures = failures;
                    continue;
                }
                CHECK(same_pictures(out, wanted, 4));  // a frame made again was converted on the CPU
                CHECK(failures == wanted_failures);
            }
        }
    }
}

TEST_CASE("an answer that is good once it is waited for costs nothing but time") {
    const auto wanted = frames_of(std::make_unique<Answering>(), 8, OnFailure::blank, Way::waits);
    for (const Way way : {Way::run, Way::step}) {
        auto segmenter = std::make_unique<Answering>();
        segmenter->bad_late = {0, 3, 4, 7};
        const auto asked = segmenter->asked;
        std::uint64_t failed = 0;
        const auto got = frames_of(std::move(segmenter), 8, OnFailure::blank, way, &failed);
        CHECK(failed == 0);
        CHECK(asked->second >= 4);
        CHECK(same_pictures(wanted, got, 4));
    }
}

TEST_CASE("a run that ends with a bad answer goes on with the next frame") {
    for (const bool by_step : {false, true}) {
        CAPTURE(by_step);
        gpu::start_again();
        std::vector<std::uint64_t> seen;
        Pipeline pipeline(1);
        auto segmenter = std::make_unique<Answering>();
        segmenter->bad = segmenter->bad_late = {3, 4};
        pipeline.device("cuda:0")
            .source(std::make_unique<NoiseSource>(8))
            .segmenter(std::move(segmenter))
            .background("blur:sigma=4")
            .on_failure(OnFailure::stop)
            .sink(
                std::make_unique<FunctionSink>([&](const ConstFrameView& f) { seen.push_back(f.sequence); }));
        for (int i = 0; i < 2; ++i) {
            check_throws(Errc::model, {"answering"}, [&] {
                while (by_step && i > 0) (void)pipeline.step();
                pipeline.run();
            });
        }
        pipeline.run();
        CHECK(seen == std::vector<std::uint64_t>{0, 1, 2, 5, 6, 7});
    }
}

TEST_CASE("process() shows no bad answer either") {
    gpu::start_again();
    const Frame frame = vbg_test::noise_frame(kWidth, kHeight);
    const auto result = [&](std::set<std::uint64_t> bad_late, std::set<std::uint64_t> bad, Frame& out) {
        auto segmenter = std::make_unique<Answering>();
        segmenter->bad_late = std::move(bad_late);
        segmenter->bad = std::move(bad);
        Pipeline pipeline(1);
        pipeline.device("cuda:0").segmenter(std::move(segmenter)).filter("temporal").background("blur");
        pipeline.process(frame.view(), out.view());
    };
    Frame wanted(kWidth, kHeight, PixelFormat::bgr8), out(kWidth, kHeight, PixelFormat::bgr8);
    result({}, {}, wanted);
    result({0}, {}, out);
    CHECK(largest_difference(wanted.view(), out.view()) == 0);
    check_throws(Errc::model, {"answering"}, [&] { result({0}, {0}, out); });
    CHECK(is_black(out));

    // A picture that stays on the GPU is not looked at by the pipeline, so that the answer is waited for.
    auto segmenter = std::make_unique<Answering>();
    const auto asked = segmenter->asked;
    Pipeline pipeline(1);
    pipeline.device("cuda:0").segmenter(std::move(segmenter)).background("blur");
    const Device there{DeviceType::cuda, 0};
    const FrameSpec spec{.width = kWidth, .height = kHeight, .format = PixelFormat::bgr8, .device = there};
    const Frame in(spec);
    Frame composed(spec);
    pipeline.process(in.view(), composed.view());
    CHECK(*asked == std::pair{0, 1});
    wait_for_stream(there, {});
}

TEST_CASE("live: a bad answer is a failure, and a good one a matte") {
    for (const bool always_bad : {false, true}) {
        CAPTURE(always_bad);
        gpu::start_again();
        auto segmenter = std::make_unique<Answering>();
        segmenter->always_bad = always_bad;
        const auto asked = segmenter->asked;
        std::vector<Frame> out;
        Pipeline pipeline(1);
        pipeline.device("cuda:0")
            .mask_sync(MaskSync::latest)
            .source(std::make_unique<NoiseSource>(30))
            .segmenter(std::move(segmenter))
            .background("blur:sigma=4")
            .foreground("grayscale")
            .on_failure(OnFailure::blank)
            .sink(std::make_unique<FunctionSink>(
                [&out](const ConstFrameView& f) { out.push_back(vbg_test::copy_of(f)); }));
        pipeline.run();
        REQUIRE(out.size() == 30);
        CHECK(asked->first > 0);
        CHECK(asked->second == 0);
        std::size_t black = 0;
        for (const Frame& frame : out) black += is_black(frame) ? 1 : 0;
        if (always_bad) {
            CHECK(black == 30);
            CHECK(pipeline.stats().last_failure.find("answering") != std::string::npos);
        } else {
            CHECK(black < 30);
            CHECK(pipeline.stats().last_failure.empty());
        }
    }
}

TEST_CASE("a GPU that fails while bad frames are made again costs none of them") {
    const AutoDevice automatic;
    const auto wanted = [] {
        std::vector<Frame> out;
        Pipeline pipeline(1);
        pipeline.device("cpu")
            .source(std::make_unique<NoiseSource>(6))
            .segmenter(std::make_unique<Answering>())
            .background("blur:sigma=4")
            .sink(std::make_unique<FunctionSink>(
                [&out](const ConstFrameView& f) { out.push_back(vbg_test::copy_of(f)); }));
        pipeline.run();
        return out;
    }();
    int survived = 0;
    for (int work = 0; survived < 2; ++work) {
        CAPTURE(work);
        REQUIRE(work < 500);
        gpu::start_again();
        std::vector<Frame> out;
        Pipeline pipeline(1);
        auto segmenter = std::make_unique<Answering>();
        segmenter->bad_late = {1, 2, 4};
        auto source = std::make_unique<NoiseSource>(6);
        source->before_frame = 0;
        source->event = [work] { gpu::lose_after(work); };
        pipeline.source(std::move(source))
            .segmenter(std::move(segmenter))
            .background("blur:sigma=4")
            .on_failure(OnFailure::blank)
            .sink(std::make_unique<FunctionSink>(
                [&out](const ConstFrameView& f) { out.push_back(vbg_test::copy_of(f)); }));
        pipeline.run();
        survived += pipeline.stats().last_failure.empty() ? 1 : 0;
        CHECK(pipeline.stats().frames_failed == 0);
        CHECK(same_pictures(out, wanted, 4));
    }
}
