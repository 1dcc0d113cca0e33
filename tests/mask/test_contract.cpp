// What every mask filter promises, checked for each one the registry knows, at its defaults and at the ends
// of each parameter's range. A new filter is tested by being registered.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <string>
#include <thread>
#include <vbg/vbg.hpp>
#include <vector>

#include "mask/matte_tools.hpp"
#include "support/allocation_counter.hpp"
#include "support/variants.hpp"

using namespace test;
using vbg::StageKind;

namespace {

struct Clip {
    std::vector<vbg::Frame> frames;
    std::vector<Matte> mattes;
};

/// Three frames: noise, a disc, the disc moved.
Clip clip(int width, int height, vbg::PixelFormat format = vbg::PixelFormat::bgr8) {
    Clip made;
    for (unsigned i = 0; i < 3; ++i) {
        made.frames.push_back(picture(width, height, i, format));
        made.frames.back().stamp(std::chrono::milliseconds(33 * i), i);
    }
    made.mattes.push_back(noise_matte(width, height, 7));
    made.mattes.push_back(disc_matte(width, height, width * 0.4, height * 0.5, height * 0.3, 6));
    made.mattes.push_back(disc_matte(width, height, width * 0.6, height * 0.5, height * 0.3, 6));
    return made;
}

enum class Place { apart, same };

std::vector<Matte> run(vbg::MaskFilter& filter, const Clip& frames, vbg::Context& context,
                       Layout layout = Layout::tight, Place place = Place::apart) {
    std::vector<Matte> results;
    for (std::size_t i = 0; i < frames.frames.size(); ++i) {
        const Matte& matte = frames.mattes[i];
        Laid in(matte, layout);
        Laid other(Matte(matte.width, matte.height, 99), layout);
        Laid& out = place == Place::same ? in : other;
        filter.apply(frames.frames[i].view(), in.view(), out.view(), context);
        CHECK(in.guards_hold());
        CHECK(out.guards_hold());
        if (place == Place::apart) CHECK(in.read() == matte);
        results.push_back(out.read());
    }
    return results;
}

std::vector<Matte> run_fresh(const std::string& spec, const Clip& frames, int threads = 1,
                             Layout layout = Layout::tight, Place place = Place::apart) {
    vbg::Context context(threads);
    auto filter = vbg::make_mask_filter(spec);
    filter->configure(spec_of(frames.frames[0].view()), context);
    return run(*filter, frames, context, layout, place);
}

const std::vector<std::pair<int, int>> kSizes{{1, 1}, {1, 37}, {41, 1}, {2, 3}, {33, 17}, {131, 70}};

template <class F>
void for_each_variant(F&& f) {
    for (const vbg::StageEntry* entry : vbg::list_stages(StageKind::mask_filter)) {
        for (const std::string& spec : vbg_test::variants(*entry)) {
            CAPTURE(spec);
            f(spec);
        }
    }
}

}  // namespace

TEST_CASE("mask filters: memory layout, place and threads do not change the result") {
    for_each_variant([](const std::string& spec) {
        for (const auto& extent : kSizes) {
            const int width = extent.first, height = extent.second;
            CAPTURE(width);
            CAPTURE(height);
            const Clip frames = clip(width, height);
            const auto expected = run_fresh(spec, frames);
            CHECK(run_fresh(spec, frames, 1, Layout::tight, Place::same) == expected);
            CHECK(run_fresh(spec, frames, 1, Layout::padded) == expected);
            CHECK(run_fresh(spec, frames, 1, Layout::bottom_up) == expected);
            CHECK(run_fresh(spec, frames, 4) == expected);
            CHECK(run_fresh(spec, frames, 4, Layout::bottom_up, Place::same) == expected);
            CHECK(run_fresh(spec, frames, 3, Layout::padded, Place::same) == expected);
        }
    });
}

TEST_CASE("mask filters: four threads agree with one on a frame that is cut into pieces") {
    for_each_variant([](const std::string& spec) {
        const Clip frames = clip(320, 523);
        CHECK(run_fresh(spec, frames, 4, Layout::tight, Place::same) == run_fresh(spec, frames));
    });
}

TEST_CASE("mask filters: reset() forgets, configure() takes another size") {
    for_each_variant([](const std::string& spec) {
        const Clip small = clip(40, 30);
        const Clip large = clip(77, 61);
        vbg::Context context(2);
        auto filter = vbg::make_mask_filter(spec);
        filter->configure(spec_of(small.frames[0].view()), context);
        const auto first = run(*filter, small, context);
        filter->reset();
        CHECK(run(*filter, small, context) == first);
        filter->configure(spec_of(large.frames[0].view()), context);
        CHECK(run(*filter, large, context) == run_fresh(spec, large));
        filter->configure(spec_of(small.frames[0].view()), context);
        CHECK(run(*filter, small, context) == first);
    });
}

TEST_CASE("mask filters: the order of the guide's channels does not matter") {
    for_each_variant([](const std::string& spec) {
        CHECK(run_fresh(spec, clip(90, 60, vbg::PixelFormat::rgb8)) == run_fresh(spec, clip(90, 60)));
    });
}

TEST_CASE("mask filters: nobody stays nobody, everybody stays everybody") {
    for (const vbg::StageEntry* entry : vbg::list_stages(StageKind::mask_filter)) {
        const std::string spec(entry->name);
        CAPTURE(spec);
        for (const auto& extent : kSizes) {
            const int width = extent.first, height = extent.second;
            for (const std::uint8_t value : {std::uint8_t{0}, std::uint8_t{255}}) {
                Clip frames = clip(width, height);
                for (Matte& matte : frames.mattes) matte = Matte(width, height, value);
                for (const Matte& result : run_fresh(spec, frames)) {
                    CHECK(result == Matte(width, height, value));
                }
            }
        }
    }
}

namespace {

/// Returns when every worker runs: starting a thread allocates (in the sanitizers at least), which is not the
/// filter's doing. Each takes one row and waits for the others.
void wait_for_workers(vbg::Context& context) {
    std::atomic<int> here{0};
    context.parallel_rows(context.threads(), 1, [&](int, int) {
        ++here;
        while (here < context.threads()) std::this_thread::yield();
    });
}

}  // namespace

TEST_CASE("mask filters: no allocation once configured") {
    if (!AllocationCounter::works()) {
        MESSAGE("SKIP: allocations cannot be counted in this build");
        return;
    }
    for_each_variant([](const std::string& spec) {
        for (const int threads : {1, 3}) {
            CAPTURE(threads);
            const Clip frames = clip(200, 150);
            vbg::Context context(threads);
            auto filter = vbg::make_mask_filter(spec);
            filter->configure(spec_of(frames.frames[0].view()), context);
            Matte out(200, 150);
            Matte in = frames.mattes[0];
            wait_for_workers(context);
            const AllocationCounter counter;
            for (std::size_t i = 0; i < 3; ++i) {
                std::memcpy(in.values.data(), frames.mattes[i].values.data(), in.values.size());
                filter->apply(frames.frames[i].view(), in.view(), out.view(), context);
            }
            filter->reset();
            filter->apply(frames.frames[0].view(), in.view(), in.view(), context);
            CHECK(counter.count() == 0);
        }
    });
}

TEST_CASE("mask filters: very large frames") {
    constexpr int kWidth = 8000, kHeight = 6000;
    const vbg::Frame guide(kWidth, kHeight, vbg::PixelFormat::bgr8);
    vbg::Context context(2);
    Matte matte(kWidth, kHeight);
    for (const vbg::StageEntry* entry : vbg::list_stages(StageKind::mask_filter)) {
        CAPTURE(entry->name);
        std::fill(matte.values.begin(), matte.values.end(), std::uint8_t{255});
        auto filter = vbg::make_mask_filter(entry->name);
        filter->configure(spec_of(guide.view()), context);
        filter->apply(guide.view(), matte.view(), matte.view(), context);
        const auto changed =
            std::count_if(matte.values.begin(), matte.values.end(), [](std::uint8_t v) { return v != 255; });
        CHECK(changed == 0);
    }
}

TEST_CASE("mask filters: values beyond a parameter's range and unknown names are refused") {
    for (const vbg::StageEntry* entry : vbg::list_stages(StageKind::mask_filter)) {
        const std::string name(entry->name);
        CAPTURE(name);
        const auto code_of = [](const std::string& spec) {
            try {
                (void)vbg::make_mask_filter(spec);
            } catch (const vbg::Error& error) {
                CHECK(std::string(error.what()).size() > 20);
                return error.code();
            }
            return vbg::Errc::ok;
        };
        CHECK(code_of(name) == vbg::Errc::ok);
        CHECK(code_of(name + ":no_such_parameter=1") == vbg::Errc::invalid_argument);
        for (const vbg::Parameter& parameter : entry->parameters) {
            CHECK(!parameter.help.empty());
            const std::string given = name + ":" + std::string(parameter.name) + "=";
            CHECK(code_of(given + "nonsense") == vbg::Errc::invalid_argument);
            if (parameter.type != vbg::ParameterType::integer &&
                parameter.type != vbg::ParameterType::number) {
                continue;
            }
            CHECK(code_of(given + std::to_string(parameter.min - 1)) == vbg::Errc::invalid_argument);
            CHECK(code_of(given + std::to_string(parameter.max + 1)) == vbg::Errc::invalid_argument);
            CHECK(code_of(given + "nan") == vbg::Errc::invalid_argument);
        }
    }
}

TEST_CASE("mask filters: what does not fit is refused") {
    for (const vbg::StageEntry* entry : vbg::list_stages(StageKind::mask_filter)) {
        CAPTURE(entry->name);
        vbg::Context context;
        const vbg::Frame guide = picture(32, 24, 1);
        Matte in(32, 24), out(32, 24), small(31, 24);
        auto filter = vbg::make_mask_filter(entry->name);
        CHECK_THROWS_AS(filter->apply(guide.view(), in.view(), out.view(), context), vbg::Error);
        filter->configure(spec_of(guide.view()), context);
        CHECK_NOTHROW(filter->apply(guide.view(), in.view(), out.view(), context));
        CHECK_THROWS_AS(filter->apply(guide.view(), small.view(), out.view(), context), vbg::Error);
        CHECK_THROWS_AS(filter->apply(guide.view(), in.view(), small.view(), context), vbg::Error);
        Matte tall(32, 25);
        vbg::MaskView upper = tall.view(), lower = tall.view();
        upper.height = lower.height = 24;
        lower.data = lower.row(1);
        CHECK_THROWS_AS(filter->apply(guide.view(), upper, lower, context), vbg::Error);
        vbg::Mask floats(32, 24, vbg::MaskFormat::f32);
        CHECK_THROWS_AS(filter->apply(guide.view(), floats.view(), out.view(), context), vbg::Error);
    }
}
