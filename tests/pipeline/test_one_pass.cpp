// On a GPU the last effect of a layer composes the frame in its last pass: where that is done, where it must
// not be, and that what comes out is the same.
#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <vbg/device.hpp>
#include <vbg/preset.hpp>

#include "cuda/runtime.hpp"
#include "gpu_rig.hpp"
#include "pipeline/composition.hpp"
#include "support/throws.hpp"

using namespace vbg;
using namespace vbg::test;
using vbg_test::check_throws;

namespace {

constexpr Device kGpu{DeviceType::cuda, 0};

/// A user's compositor that has `over` inside, on the GPU, too.
class OwnOver final : public Compositor {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "over"; }
    [[nodiscard]] bool runs_on(DeviceType) const noexcept override { return true; }

private:
    void do_configure(const FrameSpec& spec, Context& context) override { over_->configure(spec, context); }
    void do_compose(const ConstFrameView& foreground, const ConstMaskView& alpha,
                    const ConstFrameView& background, const FrameView& out, Context& context) override {
        over_->compose(foreground, alpha, background, out, context);
    }
    std::unique_ptr<Compositor> over_ = make_compositor("over");
};

/// A user's effect that has another one inside; on the GPU, or carried there.
class OwnEffect final : public Effect {
public:
    OwnEffect(const std::string& spec, bool has_code) : inner_(make_effect(spec)), has_code_(has_code) {}
    [[nodiscard]] std::string_view name() const noexcept override { return inner_->name(); }
    [[nodiscard]] bool runs_on(DeviceType type) const noexcept override {
        return has_code_ || type == DeviceType::cpu;
    }
    [[nodiscard]] bool uses_alpha() const noexcept override { return inner_->uses_alpha(); }
    std::shared_ptr<std::atomic<int>> calls = std::make_shared<std::atomic<int>>(0);
    std::function<void()> before, after;  ///< called for each frame

private:
    void do_configure(const FrameSpec& spec, Context& context) override { inner_->configure(spec, context); }
    void do_apply(const ConstFrameView& layer, const ConstMaskView& alpha, const FrameView& out,
                  Context& context) override {
        ++*calls;
        if (before) before();
        inner_->apply(layer, alpha, out, context);
        if (after) after();
    }
    std::unique_ptr<Effect> inner_;
    bool has_code_;
};

TimedChain<Effect> chain(std::string_view role, std::string_view specs) {
    TimedChain<Effect> made;
    if (specs.empty()) return made;
    for (auto& effect : make_effects(specs)) made.emplace_back(role, std::move(effect));
    return made;
}

/// A composition on the GPU, and the frames it is given.
class Rig {
public:
    Rig(std::string_view background, std::string_view foreground, bool own_compositor = false) {
        composition.background = chain("background", background);
        composition.foreground = chain("foreground", foreground);
        composition.compositor = {"compose",
                                  own_compositor ? std::make_unique<OwnOver>() : make_compositor("over")};
    }
    void configure() {
        composition.carry_stages();
        composition.configure(spec_, context_);
        finish();
    }
    /// Launches that frame `n` takes.
    std::int64_t compose(unsigned n, BackgroundUse use = BackgroundUse::once) {
        const Frame camera = vbg_test::noise_frame(kWidth, kHeight, PixelFormat::bgr8, n);
        copy_pixels(camera.view(), frame_.view(), stream_.ref());
        frame_.stamp(std::chrono::milliseconds(40 * n), n);
        const Frame noise = vbg_test::noise_frame(kWidth, kHeight, PixelFormat::gray8, 100 + n);
        const ConstMaskView matte{
            noise.view().row(0), noise.view().planes[0].stride, kWidth, kHeight, MaskFormat::u8, {}};
        copy_pixels(matte, matte_.view(), stream_.ref());
        const gpu::Counts before = gpu::counts();
        composition.compose(std::as_const(frame_).view(), std::as_const(matte_).view(), nullptr, context_,
                            use);
        const gpu::Counts counts = gpu::counts() - before;
        CHECK(counts.allocations == 0);
        return counts.launches;
    }
    /// The newest frame composed, in host memory.
    Frame last() {
        Frame down(kWidth, kHeight, PixelFormat::bgr8);
        copy_pixels(composition.last(), down.view(), stream_.ref());
        finish();
        return down;
    }
    void finish() { stream_.synchronize(); }

    Composition composition;

private:
    FrameSpec spec_{kWidth, kHeight, PixelFormat::bgr8, {}, kGpu, 30};
    cuda::Stream stream_{kGpu};
    Context context_{1, kGpu, stream_.ref()};
    Frame frame_{spec_};
    Mask matte_{kWidth, kHeight, MaskFormat::u8, kGpu};
};

bool equal(const Frame& a, const Frame& b) { return vbg_test::equal_pixels(a.view(), b.view()); }

}  // namespace

TEST_CASE("a layer's last effect composes the frame, with the bytes of two passes") {
    struct Layers {
        const char *background, *foreground;
    };
    const std::string blur(find_preset("default").background), hologram(find_preset("fakecam").foreground);
    const std::string seeded = hologram + ":seed=4";
    for (const Layers& layers : {Layers{blur.c_str(), ""},
                                 {"", seeded.c_str()},
                                 {blur.c_str(), seeded.c_str()},
                                 {"flip | blur:sigma=3", "grayscale"},
                                 {"color | blur:sigma=20", ""},
                                 {"color", "ghost"},
                                 {"grayscale | scanlines:seed=3", "ghost | colormap"},
                                 {"pixelate | flip", ""}}) {
        INFO("background ", layers.background, ", foreground ", layers.foreground);
        gpu::start_again();
        Rig one(layers.background, layers.foreground), two(layers.background, layers.foreground, true);
        one.configure();
        two.configure();
        for (unsigned n = 1; n <= 3; ++n) {
            CHECK(one.compose(n) == two.compose(n) - 1);
            CHECK(equal(one.last(), two.last()));
            CHECK(one.composition.last().sequence == n);
            CHECK(one.composition.last().timestamp == std::chrono::milliseconds(40 * n));
        }
        // The effect's time has it all; the compositor counts frames without time.
        const bool front = *layers.foreground != 0;
        const auto& last = front ? one.composition.foreground.back() : one.composition.background.back();
        CHECK(last.timer->count() == 3);
        CHECK(last.timer->sum() > 0);
        CHECK(one.composition.compositor.timer->count() == 3);
        CHECK(one.composition.compositor.timer->sum() == 0);
        CHECK(two.composition.compositor.timer->count() == 3);
        CHECK(two.composition.compositor.timer->sum() > 0);
        CHECK(gpu::fault().empty());
    }
}

TEST_CASE("the preset default takes one launch less than with a compositor of one's own") {
    gpu::start_again();
    const auto run = [](bool own, std::vector<Frame>& out) {
        Pipeline pipeline(1);
        pipeline.device("cuda:0").segmenter("constant:value=140").preset("default");
        if (own) pipeline.compositor(std::make_unique<OwnOver>());
        pipeline.source(std::make_unique<NoiseSource>(6))
            .sink(std::make_unique<FunctionSink>(
                [&out](const ConstFrameView& f) { out.push_back(vbg_test::copy_of(f)); }));
        const gpu::Counts before = gpu::counts();
        pipeline.run();
        return (gpu::counts() - before).launches;
    };
    std::vector<Frame> one, two;
    CHECK(run(false, one) == run(true, two) - 6);
    REQUIRE(one.size() == 6);
    CHECK(same_pictures(one, two, 0));
}

TEST_CASE("what is carried, a user's own, still or kept is composed in a pass of its own") {
    const auto launches = [](const char* spec, bool carried) {
        Rig rig("", "");
        rig.composition.background.emplace_back("background", std::make_unique<OwnEffect>(spec, !carried));
        rig.configure();
        return rig.compose(1);
    };
    gpu::start_again();
    CHECK(launches("grayscale", true) == 1);   // over
    CHECK(launches("grayscale", false) == 2);  // and the effect
    Rig still("color", ""), library("pixelate", ""), nothing("", "");
    for (Rig* rig : {&still, &library, &nothing}) rig->configure();
    CHECK(still.compose(1) == 2);
    CHECK(still.compose(2) == 1);
    CHECK(library.compose(1) == 1);
    CHECK(nothing.compose(1) == 1);

    // Parts that are replaced.
    Rig rig("grayscale", "");
    rig.configure();
    CHECK(rig.compose(1) == 1);
    Rig other("", "", true);
    other.configure();
    std::swap(rig.composition.compositor, other.composition.compositor);
    rig.composition.parts_changed();
    CHECK(rig.compose(2) == 2);
    std::swap(rig.composition.compositor, other.composition.compositor);
    rig.composition.parts_changed();
    CHECK(rig.compose(3) == 1);
    rig.composition.background.clear();
    rig.composition.parts_changed();
    CHECK(rig.compose(4) == 1);
    rig.finish();
}

TEST_CASE("a background that is used again is made whole, once") {
    gpu::start_again();
    Rig one("blur:sigma=3", ""), two("blur:sigma=3", "", true);
    one.configure();
    two.configure();
    const auto whole = two.compose(1);
    CHECK(one.compose(1) == whole - 1);
    CHECK(one.compose(2, BackgroundUse::again) == whole);  // nothing was kept
    two.compose(2, BackgroundUse::keep);
    CHECK(equal(one.last(), two.last()));
    for (const unsigned n : {3U, 4U, 5U, 6U, 7U}) {
        const BackgroundUse use = n == 5 ? BackgroundUse::keep : BackgroundUse::again;
        CHECK(one.compose(n, use) == (n == 5 ? whole : 1));
        two.compose(n, use);
        CHECK(equal(one.last(), two.last()));
    }
    CHECK(one.compose(8) == whole - 1);
    CHECK(one.compose(9, BackgroundUse::again) == whole);  // of the one kept before nothing is left
    // Where an effect on the person composes there is always a background to use again.
    Rig front("blur:sigma=3", "grayscale"), wanted("blur:sigma=3", "grayscale", true);
    front.configure();
    wanted.configure();
    for (const unsigned n : {1U, 2U, 3U}) {
        const BackgroundUse use = n == 1 ? BackgroundUse::once : BackgroundUse::again;
        CHECK(front.compose(n, use) == (n == 1 ? whole : 1));
        wanted.compose(n, use);
        CHECK(equal(front.last(), wanted.last()));
    }
}

TEST_CASE("a stage or GPU that fails before or in the last pass leaves the last frame as it was") {
    gpu::start_again();
    for (const bool person : {false, true}) {
        CAPTURE(person);
        Rig rig("", ""), wanted(person ? "blur:sigma=3" : "flip | blur:sigma=3", person ? "flip" : "", true);
        auto own = std::make_unique<OwnEffect>("flip", true);
        OwnEffect* const effect = own.get();
        (person ? rig.composition.foreground : rig.composition.background)
            .emplace_back("own", std::move(own));
        for (auto& blur : chain("background", "blur:sigma=3"))
            rig.composition.background.push_back(std::move(blur));
        rig.configure();
        wanted.configure();
        const auto launches = rig.compose(1);
        CHECK(launches == wanted.compose(1) - 1);
        const Frame before = rig.last();
        CHECK(equal(before, wanted.last()));

        effect->before = [] { throw Error(Errc::io, "broken effect"); };
        check_throws(Errc::io, {"broken effect"}, [&] { rig.compose(2); });
        CHECK(rig.composition.last().sequence == 1);
        CHECK(equal(rig.last(), before));
        effect->before = {};
        effect->after = [] { gpu::lose(); };
        check_throws(Errc::device, {"blur"}, [&] { rig.compose(3); });  // in the last pass
        gpu::revive();
        CHECK(rig.composition.last().sequence == 1);
        CHECK(equal(rig.last(), before));

        effect->after = {};
        CHECK(rig.compose(4) == launches);
        wanted.compose(4);
        CHECK(equal(rig.last(), wanted.last()));
        CHECK(rig.composition.last().sequence == 4);
        // Nor is there half a background to be used again.
        rig.compose(4, BackgroundUse::keep);
        effect->before = [] { throw Error(Errc::io, "broken effect"); };
        check_throws(Errc::io, {}, [&] { rig.compose(5, BackgroundUse::keep); });
        effect->before = {};
        rig.compose(6, BackgroundUse::again);
        wanted.compose(person ? 5 : 6, BackgroundUse::keep);
        if (person) wanted.compose(6, BackgroundUse::again);
        CHECK(equal(rig.last(), wanted.last()));
    }
}

TEST_CASE("while the governor has backgrounds used again they are not made for every frame") {
    gpu::start_again();
    auto script = std::make_shared<CameraScript>();
    script->interval_ms = 10;
    auto own = std::make_unique<OwnEffect>("flip", true);
    const auto calls = own->calls;
    std::atomic<int> frames{0};
    LiveOptions live;
    live.max_cpu = 1e-6;  // everything is given up
    live.stall = std::chrono::seconds(5);
    Pipeline pipeline(1);
    pipeline.device("cuda:0")
        .source(std::make_unique<FakeCamera>(script))
        .segmenter("constant:value=100")
        .background(std::move(own))
        .background("blur:sigma=3")
        .live(live)
        .sink(std::make_unique<FunctionSink>([&](const ConstFrameView&) { ++frames; }));
    std::stop_source stop;
    std::thread run([&] { pipeline.run(stop.get_token()); });
    const auto more = [&](int wanted) {
        return eventually([&, end = frames + wanted] { return frames >= end; });
    };
    CHECK(more(1));
    CHECK(eventually(
        [&] {
            return pipeline.stats().given_up.find("background effects for every 4th") != std::string::npos;
        },
        std::chrono::seconds(120)));
    CHECK(more(5));
    const int calls_before = *calls, before = frames;
    CHECK(more(40));
    CHECK(4 * (*calls - calls_before) <= frames - before + 8);
    stop.request_stop();
    run.join();
}
