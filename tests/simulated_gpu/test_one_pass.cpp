// An effect that composes in its last pass gives, byte for byte, what the effect and the compositor `over`
// give one after the other, with one launch less; and refuses what they refuse.
#include <doctest/doctest.h>

#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <vbg/frame.hpp>
#include <vbg/registry.hpp>

#include "cuda/pixels.hpp"
#include "cuda/steps.hpp"
#include "effect/gpu_effect.hpp"
#include "simulated_gpu/control.hpp"
#include "support/throws.hpp"
#include "support/variants.hpp"

using namespace vbg;
namespace simulated = vbg::cuda::simulated;
using cuda::Target;
using vbg_test::check_throws;
using vbg_test::OnGpu;
using vbg_test::Picture;

namespace {

/// Where the composed frame goes.
enum class Into { own, other, layer };

struct Pictures {
    Pictures(int w, int h, bool up, std::mt19937& rng)
        : layer(w, h, 3, up ? 5 : 0, up, rng),
          other(w, h, 3, 2, !up, rng),
          between(w, h, 3, 1, up, rng),
          out(w, h, 3, 9, up, rng),
          alpha(w, h, 1, up ? 3 : 0, !up, rng) {
        vbg_test::make_matte(alpha, rng);
    }
    [[nodiscard]] Picture& target(Into into) {
        return into == Into::own ? out : into == Into::other ? other : layer;
    }
    Picture layer, other, between, out, alpha;
};

/// Pictures on the GPU, which are brought back at the end.
struct There {
    There(vbg_test::Gpu& gpu, Pictures& p)
        : layer(gpu, p.layer),
          other(gpu, p.other),
          between(gpu, p.between),
          out(gpu, p.out),
          alpha(gpu, p.alpha) {}
    [[nodiscard]] OnGpu& target(Into into) {
        return into == Into::own ? out : into == Into::other ? other : layer;
    }
    void fetch() {
        for (OnGpu* one : {&layer, &other, &out, &alpha}) one->fetch();
    }
    OnGpu layer, other, between, out, alpha;
};

/// The effect and the compositor, one after the other.
template <class Where>
void two_passes(Effect& effect, Compositor& over, Target::Result result, FrameView layer, FrameView other,
                FrameView between, FrameView out, MaskView alpha, Where& where) {
    effect.apply(layer, alpha, between, where);
    const bool person = result == Target::Result::person;
    over.compose(person ? between : other, alpha, person ? other : between, out, where);
}

/// The same random numbers in each of that spec.
std::string repeatable(const StageEntry& entry, std::string spec) {
    for (const Parameter& parameter : entry.parameters) {
        if (parameter.name != "seed" || spec.find("seed=") != std::string::npos) continue;
        spec.append(spec.find(':') == std::string::npos ? ":" : ",").append("seed=7");
    }
    return spec;
}

class OnePass {
public:
    explicit OnePass(const std::string& spec)
        : spec_(spec), one_(make_effect(spec)), two_(make_effect(spec)), here_(make_effect(spec)) {}

    void check(int w, int h, PixelFormat format, bool up) {
        std::mt19937 rng(static_cast<unsigned>(w * 31 + h));
        one_->configure({w, h, format, {}, gpu_.device(), 30}, gpu_.context());
        two_->configure({w, h, format, {}, gpu_.device(), 30}, gpu_.context());
        over_->configure({w, h, format, {}, gpu_.device(), 30}, gpu_.context());
        here_->configure({w, h, format, {}, {}, 30}, context_);
        over_here_->configure({w, h, format, {}, {}, 30}, context_);
        for (const Target::Result result : {Target::Result::background, Target::Result::person}) {
            for (const Into into : {Into::own, Into::other, Into::layer}) {
                INFO(spec_, " ", w, "x", h, up ? " bottom-up, result " : ", result ",
                     static_cast<int>(result), ", into ", static_cast<int>(into));
                compare(Pictures(w, h, up, rng), format, result, into);
            }
        }
    }

private:
    void compare(Pictures given, PixelFormat format, Target::Result result, Into into) {
        Pictures one = given, two = given, here = given;
        There a(gpu_, one), b(gpu_, two);
        const auto start = simulated::counts();
        two_passes(*two_, *over_, result, b.layer.frame(format), b.other.frame(format),
                   b.between.frame(format), b.target(into).frame(format), b.alpha.mask(), gpu_.context());
        const auto middle = simulated::counts();
        dynamic_cast<GpuEffect&>(*one_).apply_and_compose(
            a.layer.frame(format),
            {a.target(into).frame(format), a.other.frame(format), a.alpha.mask(), result}, gpu_.context());
        const auto counts = simulated::counts() - middle;
        // The ghosts of a picture over itself take a copy of it first.
        const int copies = into == Into::layer && one_->name() == "ghost" ? 1 : 0;
        CHECK(counts.launches == (middle - start).launches - 1 + copies);
        CHECK(counts.allocations + counts.waits + counts.queries + counts.bytes_down == 0);
        a.fetch();
        b.fetch();
        CHECK(one.target(into).bytes() == two.target(into).bytes());  // the padding, too
        CHECK(one.alpha.bytes() == given.alpha.bytes());
        if (into != Into::layer) CHECK(one.layer.bytes() == given.layer.bytes());
        if (into != Into::other) CHECK(one.other.bytes() == given.other.bytes());

        two_passes(*here_, *over_here_, result, here.layer.frame(format), here.other.frame(format),
                   here.between.frame(format), here.target(into).frame(format), here.alpha.mask(), context_);
        CHECK(vbg_test::largest_difference(one.target(into).bytes(), here.target(into).bytes()) <=
              (one_->name() == "blur" ? 1 : 0));
    }

    std::string spec_;
    vbg_test::Gpu gpu_;
    Context context_{2};
    std::unique_ptr<Effect> one_, two_, here_;
    std::unique_ptr<Compositor> over_ = make_compositor("over"), over_here_ = make_compositor("over");
};

}  // namespace

TEST_CASE("effects that compose in their last pass give the bytes of two passes with one launch less") {
    simulated::start_again();
    std::string seen;
    for (const StageEntry* entry : list_stages(StageKind::effect)) {
        for (std::string spec : vbg_test::variants(*entry)) {
            spec = repeatable(*entry, spec);
            std::unique_ptr<Effect> effect;
            try {
                effect = make_effect(spec);
            } catch (const Error&) {
                continue;  // values that exclude each other, or a file that is wanted
            }
            if (!effect->runs_on(DeviceType::cuda) || effect->is_still()) continue;
            // Whatever has code for GPUs can be the last pass.
            CHECK_MESSAGE(dynamic_cast<GpuEffect*>(effect.get()) != nullptr, spec);
            OnePass pass(spec);
            int turn = 0;
            for (const auto& size : {std::pair{1, 1}, {9, 1}, {33, 17}, {7, 5}, {67, 31}}) {
                for (const PixelFormat format : {PixelFormat::bgr8, PixelFormat::rgb8})
                    pass.check(size.first, size.second, format, ++turn / 2 % 2 == 0);
            }
            seen += std::string(entry->name) + " ";
        }
    }
    // Every size of the blur's cells: 1, 2, 4 and 8 pixels.
    for (const char* spec :
         {"blur:sigma=3", "blur:sigma=5,exclude_person=false", "blur:sigma=9", "blur:sigma=20"}) {
        OnePass pass(spec);
        pass.check(130, 67, PixelFormat::bgr8, true);
        pass.check(64, 48, PixelFormat::rgb8, false);
    }
    for (const char* name : {"blur", "hologram", "scanlines", "ghost", "grayscale", "colormap", "flip"})
        CHECK_MESSAGE(seen.find(name) != std::string::npos, name);
    CHECK(simulated::fault() == "");
}

TEST_CASE("what a last pass is given is checked as apply() and compose() check it") {
    simulated::start_again();
    std::mt19937 rng(5);
    vbg_test::Gpu gpu;
    const auto bgr = PixelFormat::bgr8;
    const FrameSpec spec{20, 10, bgr, {}, gpu.device(), 30};
    auto effect = make_effect("grayscale");
    auto& pass = dynamic_cast<GpuEffect&>(*effect);
    Pictures given(20, 10, false, rng), small(19, 10, false, rng);
    There p(gpu, given), q(gpu, small);
    const auto compose = [&](const FrameView& layer, const FrameView& out, const FrameView& other,
                             const MaskView& alpha) {
        pass.apply_and_compose(layer, {out, other, alpha, Target::Result::background}, gpu.context());
    };
    const FrameView layer = p.layer.frame(bgr), out = p.out.frame(bgr), other = p.other.frame(bgr);
    const MaskView alpha = p.alpha.mask();
    const auto before = simulated::counts();
    check_throws(Errc::wrong_state, {"grayscale", "configure()"}, [&] { compose(layer, out, other, alpha); });
    pass.configure(spec, gpu.context());
    check_throws(Errc::invalid_argument, {"layer", "19x10"},
                 [&] { compose(q.layer.frame(bgr), out, other, alpha); });
    check_throws(Errc::invalid_argument, {"output", "19x10"},
                 [&] { compose(layer, q.out.frame(bgr), other, alpha); });
    check_throws(Errc::invalid_argument, {"other layer", "19x10"},
                 [&] { compose(layer, out, q.other.frame(bgr), alpha); });
    check_throws(Errc::invalid_argument, {"matte", "19x10"},
                 [&] { compose(layer, out, other, q.alpha.mask()); });
    check_throws(Errc::invalid_argument, {"other layer", "rgb8"},
                 [&] { compose(layer, out, p.other.frame(PixelFormat::rgb8), alpha); });
    check_throws(Errc::invalid_argument, {"host memory"},
                 [&] { compose(layer, out, given.other.frame(bgr), alpha); });
    check_throws(Errc::invalid_argument, {"other layer"},
                 [&] { pass.apply_and_compose(layer, out, gpu.context()); });
    Mask floats(20, 10, MaskFormat::f32, gpu.device());
    check_throws(Errc::unsupported_format, {"f32"}, [&] {
        pass.apply_and_compose(layer, {out, other, floats.view(), Target::Result::person}, gpu.context());
    });
    FrameView next_row = other;
    next_row.planes[0].data += next_row.planes[0].stride;
    next_row.planes[0].stride = -next_row.planes[0].stride;
    check_throws(Errc::invalid_argument, {"overlap", "other layer"},
                 [&] { compose(layer, next_row, other, alpha); });
    FrameView next_layer = layer;
    next_layer.planes[0].data += 3;
    check_throws(Errc::invalid_argument, {"overlap", "the layer"},
                 [&] { compose(layer, next_layer, other, alpha); });
    CHECK((simulated::counts() - before).launches == 0);

    Context here;
    pass.configure({20, 10, bgr, {}, {}, 30}, here);
    check_throws(Errc::wrong_state, {"grayscale", "host memory"}, [&] {
        pass.apply_and_compose(
            given.layer.frame(bgr),
            {given.out.frame(bgr), given.other.frame(bgr), given.alpha.mask(), Target::Result::person}, here);
    });
}
