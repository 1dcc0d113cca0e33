// Every stage that says it works on GPUs does, through its public face, what it does on the CPU; without a
// wait or an allocation once it is configured. A new stage is picked up by itself.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <vbg/device.hpp>
#include <vbg/frame.hpp>
#include <vbg/registry.hpp>

#include "cuda/pixels.hpp"
#include "cuda/steps.hpp"
#include "simulated_gpu/control.hpp"
#include "support/frames.hpp"
#include "support/temp_dir.hpp"
#include "support/variants.hpp"
#ifdef VBG_HAVE_MEDIA
#    include "io/picture_file.hpp"
#endif

using namespace vbg;
namespace simulated = vbg::cuda::simulated;
using vbg_test::Picture;

namespace {

constexpr int kFrames = 3;

/// How far from the CPU's picture a stage may be, in grey levels: what adds up floating-point numbers in
/// another order, one.
int bound_of(const Stage& stage) { return stage.name() == "guided_filter" || stage.name() == "blur" ? 1 : 0; }

/// What a stage may be given for one frame.
struct Views {
    FrameView frame, background, out;
    MaskView alpha, out_alpha;
};

/// A stage, and how one of its kind is called.
struct Worker {
    std::unique_ptr<Stage> stage;
    std::function<void(const Views&, Context&)> apply;
    bool makes_matte = false;
};

template <class Kind, class Apply>
Worker worker(std::unique_ptr<Kind> stage, bool makes_matte, Apply apply) {
    Kind* const raw = stage.get();
    return {std::move(stage), [raw, apply](const Views& v, Context& c) { apply(*raw, v, c); }, makes_matte};
}

Worker make(StageKind kind, const std::string& spec) {
    if (kind == StageKind::segmenter)
        return worker(make_segmenter(spec), true,
                      [](Segmenter& s, const Views& v, Context& c) { s.segment(v.frame, v.out_alpha, c); });
    if (kind == StageKind::mask_filter)
        return worker(make_mask_filter(spec), true, [](MaskFilter& s, const Views& v, Context& c) {
            s.apply(v.frame, v.alpha, v.out_alpha, c);
        });
    if (kind == StageKind::effect)
        return worker(make_effect(spec), false,
                      [](Effect& s, const Views& v, Context& c) { s.apply(v.frame, v.alpha, v.out, c); });
    return worker(make_compositor(spec), false, [](Compositor& s, const Views& v, Context& c) {
        s.compose(v.frame, v.alpha, v.background, v.out, c);
    });
}

/// The pictures of one frame, with padding; `up`: bottom-up where the others are not.
struct Layers {
    Layers(int w, int h, bool up, std::mt19937& rng)
        : frame(w, h, 3, up ? 5 : 0, up, rng),
          background(w, h, 3, 2, !up, rng),
          out(w, h, 3, 9, up, rng),
          alpha(w, h, 1, up ? 3 : 0, !up, rng),
          out_alpha(w, h, 1, 4, up, rng) {
        vbg_test::make_matte(alpha, rng);
    }
    [[nodiscard]] std::vector<Picture*> all() { return {&frame, &background, &out, &alpha, &out_alpha}; }
    Picture frame, background, out, alpha, out_alpha;
};

/// Frames of a film: the left half moves, the right half stands still but for noise.
std::vector<Layers> film(int w, int h, bool up, std::mt19937& rng) {
    std::vector<Layers> frames;
    for (int i = 0; i < kFrames; ++i) {
        frames.emplace_back(w, h, up, rng);
        for (int y = 0; i > 0 && y < h; ++y) {
            for (int x = w / 2; x < w; ++x) {
                for (int c = 0; c < 3; ++c) {
                    const int old = frames[0].frame.at(x, y, c), noise = static_cast<int>(rng() % 7) - 3;
                    frames.back().frame.at(x, y, c) =
                        static_cast<std::uint8_t>(std::clamp(old + noise, 0, 255));
                }
            }
        }
    }
    return frames;
}

/// The views of frame `i`, whose pictures `frame_of` and `mask_of` know. The middle frame is done in place.
template <class FrameOf, class MaskOf>
Views views(int i, Layers& layers, FrameOf frame_of, MaskOf mask_of) {
    Views v{frame_of(layers.frame), frame_of(layers.background), frame_of(layers.out), mask_of(layers.alpha),
            mask_of(layers.out_alpha)};
    for (FrameView* view : {&v.frame, &v.background, &v.out}) {
        view->timestamp = std::chrono::milliseconds(i == 2 ? 120 : 33 * i);
        view->sequence = static_cast<std::uint64_t>(i);
    }
    if (i == 1) v.out = v.frame;
    if (i == 1) v.out_alpha = v.alpha;
    return v;
}

void run_on_cpu(Worker& worker, std::vector<Layers>& frames, PixelFormat format, Context& context) {
    for (int i = 0; i < kFrames; ++i) {
        worker.apply(views(
                         i, frames[static_cast<std::size_t>(i)],
                         [&](Picture& picture) { return picture.frame(format); },
                         [](Picture& picture) { return picture.mask(); }),
                     context);
    }
}

/// All frames are queued, and what a frame must not do is counted, before anything is done.
void run_on_gpu(Worker& worker, std::vector<Layers>& frames, PixelFormat format, vbg_test::Gpu& gpu) {
    std::vector<std::pair<Picture*, std::unique_ptr<vbg_test::OnGpu>>> there;
    for (Layers& layers : frames) {
        for (Picture* picture : layers.all())
            there.emplace_back(picture, std::make_unique<vbg_test::OnGpu>(gpu, *picture));
    }
    const auto find = [&](Picture& picture) -> vbg_test::OnGpu& {
        return *std::find_if(there.begin(), there.end(), [&](auto& t) {
                    return t.first == &picture;
                })->second;
    };
    const auto before = simulated::counts();
    for (int i = 0; i < kFrames; ++i) {
        worker.apply(views(
                         i, frames[static_cast<std::size_t>(i)],
                         [&](Picture& picture) { return find(picture).frame(format); },
                         [&](Picture& picture) { return find(picture).mask(); }),
                     gpu.context());
    }
    const auto counts = simulated::counts() - before;
    CHECK(counts.launches + counts.copies_within > 0);
    CHECK(counts.allocations == 0);
    CHECK(counts.releases == 0);
    CHECK(counts.waits == 0);
    CHECK(counts.queries == 0);
    CHECK(counts.streams + counts.events == 0);
    CHECK(counts.unpinned_copies == 0);  // what goes up goes through pinned memory
    CHECK(counts.bytes_down == 0);
    for (auto& [picture, memory] : there) memory->fetch();
}

/// Everything is as on the CPU; what the stage writes, within its bound.
void check_same(Worker& worker, std::vector<Layers>& got, std::vector<Layers>& wanted) {
    for (int i = 0; i < kFrames; ++i) {
        INFO("frame ", i);
        Layers& a = got[static_cast<std::size_t>(i)];
        Layers& b = wanted[static_cast<std::size_t>(i)];
        const Picture* written =
            worker.makes_matte ? i == 1 ? &a.alpha : &a.out_alpha : (i == 1 ? &a.frame : &a.out);
        const auto one = a.all(), other = b.all();
        for (std::size_t p = 0; p < one.size(); ++p) {
            const int bound = one[p] == written ? bound_of(*worker.stage) : 0;
            CHECK(vbg_test::largest_difference(one[p]->bytes(), other[p]->bytes()) <= bound);
        }
    }
}

void check_stage(StageKind kind, const std::string& spec) {
    std::mt19937 rng(3);
    Context context(2);
    vbg_test::Gpu gpu;
    Worker here = make(kind, spec), there = make(kind, spec);
    int turn = 0;
    for (const auto& size :
         {std::pair{1, 1}, {1, 9}, {9, 1}, {33, 17}, {32, 16}, {7, 5}, {67, 131}, {131, 67}}) {
        const int w = size.first, h = size.second;
        for (const PixelFormat format : {PixelFormat::bgr8, PixelFormat::rgb8}) {
            const bool up = ++turn / 2 % 2 == 0;
            INFO(spec, " ", w, "x", h, " ", std::string(to_string(format)), up ? " bottom-up" : "");
            here.stage->configure({w, h, format, {}, {}, 30}, context);
            there.stage->configure({w, h, format, {}, gpu.device(), 30}, gpu.context());
            const auto given = film(w, h, up, rng);
            for (const bool again : {false, true}) {  // reset() brings the beginning back
                INFO((again ? "after reset()" : "at first"));
                auto wanted = given, got = given;
                run_on_cpu(here, wanted, format, context);
                run_on_gpu(there, got, format, gpu);
                check_same(there, got, wanted);
                here.stage->reset();
                there.stage->reset();
            }
        }
    }
    CHECK(simulated::fault() == "");
}

/// A picture file for the stages that show one.
class PictureFile {
public:
    PictureFile() {
#ifdef VBG_HAVE_MEDIA
        save_picture(path(), vbg_test::noise_frame(40, 30).view());
#endif
    }
    [[nodiscard]] std::string path() const { return folder_ / "picture.png"; }

private:
    vbg_test::TempDir folder_;
};

/// The stage's variants, made repeatable.
std::vector<std::string> specs_of(const StageEntry& entry, const PictureFile& file) {
    std::vector<std::string> specs = vbg_test::variants(entry);
    for (std::string& spec : specs) {
        const auto add = [&](const std::string& text) {
            spec += (spec.find(':') == std::string::npos ? ":" : ",") + text;
        };
        for (const Parameter& parameter : entry.parameters) {
            if (spec.find(std::string(parameter.name) + "=") != std::string::npos) continue;
            if (parameter.name == "seed") add("seed=7");
            if (parameter.name == "path") add("path=" + file.path());
        }
    }
    return specs;
}

/// The stage of that spec; null where there is none: values may exclude each other, or one may be missing.
std::unique_ptr<Stage> try_make(StageKind kind, const std::string& spec, std::string& why_not) {
    try {
        return make(kind, spec).stage;
    } catch (const Error& error) {
        why_not = error.what();
        return nullptr;
    }
}

/// Networks are run by tests/segment/test_on_gpu.cpp: their answer is waited for.
bool is_network(const StageEntry& entry) {
    return std::any_of(entry.parameters.begin(), entry.parameters.end(),
                       [](const Parameter& parameter) { return parameter.name == "model"; });
}

/// Tries all that its parameters offer; answers how many specs were run, and why none was.
int check_entry(const StageEntry& entry, const PictureFile& file, std::string& why_not) {
    if (entry.why_not) why_not = entry.why_not();
    if (why_not.empty() && entry.missing) why_not = entry.missing();
    if (!why_not.empty()) return 0;
    int tried = 0;
    bool exists = false;
    for (const std::string& spec : specs_of(entry, file)) {
        const auto stage = try_make(entry.kind(), spec, why_not);
        exists = exists || stage != nullptr;
        if (stage == nullptr || !stage->runs_on(DeviceType::cuda)) continue;
        check_stage(entry.kind(), spec);
        ++tried;
    }
    if (exists) why_not.clear();
    return tried;
}

}  // namespace

TEST_CASE("every stage that runs on GPUs gives the CPU's picture there, without a wait or an allocation") {
    simulated::start_again();
    const auto before = simulated::counts();
    const PictureFile file;
    std::string seen;
    for (const StageKind kind :
         {StageKind::segmenter, StageKind::mask_filter, StageKind::effect, StageKind::compositor}) {
        for (const StageEntry* entry : list_stages(kind)) {
            if (is_network(*entry)) continue;  // tests/segment/test_on_gpu.cpp runs them, in CI too
            std::string why_not;
            const int tried = check_entry(*entry, file, why_not);
            if (tried > 0) seen += fmt::format("{} ({}) ", entry->name, tried);
            const std::string name(entry->name);
            if (!why_not.empty()) MESSAGE("SKIP ", name, ": cannot be made here (CI can): ", why_not);
        }
    }
    MESSAGE("on the GPU (specs): ", seen);
    for (const char* name : {"over", "dilate", "temporal", "guided_filter", "hologram", "blur"})
        CHECK(seen.find(name) != std::string::npos);
    CHECK(simulated::memory_in_use() == 0);
    CHECK((simulated::counts() - before).released_in_use == 0);
}
