// The hologram, its parts and the composite against the independent Python version of the 2020 script, which
// is run here and now: nothing it expects is stored.
#include <doctest/doctest.h>

#include <sys/wait.h>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vbg/frame.hpp>
#include <vbg/registry.hpp>
#include <vector>

#include "support/npy.hpp"
#include "support/temp_dir.hpp"

namespace {

using vbg::Context;
using vbg::Frame;
using vbg::PixelFormat;

struct Case {
    std::string name, folder;
    int width = 0, height = 0;
    std::string seed;

    [[nodiscard]] std::vector<std::uint8_t> bytes(const std::string& what) const {
        return vbg::test::read_npy(folder + "/" + name + "/" + what + ".npy").as<std::uint8_t>();
    }
    /// A picture of the case, in either colour order.
    [[nodiscard]] Frame frame(const std::string& what, PixelFormat format) const {
        const auto all = bytes(what);
        Frame picture(width, height, format);
        for (int y = 0; y < height; ++y) {
            auto* row = reinterpret_cast<std::uint8_t*>(picture.view().row(y));
            for (int i = 0; i < width * 3; ++i) {
                const int c = format == PixelFormat::bgr8 ? i % 3 : 2 - i % 3;
                row[i] = all[static_cast<std::size_t>((y * width + i / 3) * 3 + c)];
            }
        }
        return picture;
    }
};

/// Largest difference of any byte.
int difference(const Frame& a, const Frame& b) {
    int most = 0;
    for (int y = 0; y < a.height(); ++y) {
        for (int i = 0; i < a.width() * 3; ++i) {
            most = std::max(most, std::abs(std::to_integer<int>(a.view().row(y)[i]) -
                                           std::to_integer<int>(b.view().row(y)[i])));
        }
    }
    return most;
}

/// Writes the cases into `folder`; empty when Python or its OpenCV is missing.
std::vector<Case> make_cases(const std::string& folder) {
    const std::string command = "/usr/bin/python3 -B '" VBG_SOURCE_ROOT
                                "/tests/python/make_fakecam_reference.py' '" +
                                folder + "' > '" + folder + "/log' 2>&1";
    const int status = std::system(command.c_str());
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    std::vector<Case> cases;
    if (code == 77 || code == 127) {
        MESSAGE("SKIP: the reference needs Debian's python3-numpy and python3-opencv for /usr/bin/python3");
        return cases;
    }
    std::ifstream log(folder + "/log");
    const std::string said((std::istreambuf_iterator<char>(log)), std::istreambuf_iterator<char>());
    REQUIRE_MESSAGE(code == 0, said);
    std::ifstream list(folder + "/cases.txt");
    for (Case c; list >> c.name >> c.width >> c.height >> c.seed;) {
        c.folder = folder;
        cases.push_back(c);
    }
    REQUIRE(cases.size() >= 7);
    return cases;
}

/// One effect on one picture; the layer is the output where `in_place`.
Frame run(vbg::Effect& effect, const Frame& picture, Context& context, bool in_place) {
    Frame layer(picture.width(), picture.height(), picture.format());
    Frame out(picture.width(), picture.height(), picture.format());
    const vbg::Mask alpha(picture.width(), picture.height());
    vbg::copy_pixels(picture.view(), layer.view());
    effect.apply(layer.view(), alpha.view(), in_place ? layer.view() : out.view(), context);
    return in_place ? std::move(layer) : std::move(out);
}

}  // namespace

TEST_CASE("the 2020 script: hologram and its parts bit for bit, composite within one level") {
    const vbg_test::TempDir folder;
    for (const Case& c : make_cases(folder.path())) {
        INFO("case ", c.name);
        for (const auto format : {PixelFormat::bgr8, PixelFormat::rgb8}) {
            const vbg::FrameSpec spec{c.width, c.height, format, {}, {}, 0};
            const Frame frame = c.frame("frame", format);
            for (const int threads : {1, 3}) {
                Context context(threads);
                INFO(vbg::to_string(format), ", ", threads, " threads");
                const bool in_place = threads == 3;
                auto hologram = vbg::make_effect("hologram:seed=" + c.seed);
                hologram->configure(spec, context);
                const Frame expected = c.frame("hologram", format);
                CHECK(difference(run(*hologram, frame, context, in_place), expected) == 0);
                CHECK(difference(run(*hologram, frame, context, in_place),
                                 c.frame("hologram_next", format)) == 0);
                hologram->reset();
                CHECK(difference(run(*hologram, frame, context, !in_place), expected) == 0);

                auto colormap = vbg::make_effect("colormap");
                auto scanlines = vbg::make_effect("scanlines:seed=" + c.seed);
                auto ghost = vbg::make_effect("ghost");
                for (auto* part : {colormap.get(), scanlines.get(), ghost.get()}) {
                    part->configure(spec, context);
                }
                const Frame colored = run(*colormap, frame, context, in_place);
                const Frame lined = run(*scanlines, colored, context, in_place);
                CHECK(difference(colored, c.frame("colormap", format)) == 0);
                CHECK(difference(lined, c.frame("scanlines", format)) == 0);
                CHECK(difference(run(*ghost, lined, context, in_place), c.frame("ghost", format)) == 0);
            }

            // The whole picture work, as the preset chains it: 0/1 mask, widened, softened, hologram over.
            Context context(2);
            const auto mask = c.bytes("mask");
            vbg::Mask alpha(c.width, c.height);
            for (int y = 0; y < c.height; ++y) {
                for (int x = 0; x < c.width; ++x) {
                    alpha.view().row(y)[x] = static_cast<std::byte>(
                        mask[static_cast<std::size_t>(y * c.width + x)] != 0 ? 255 : 0);
                }
            }
            if (vbg::find_stage(vbg::StageKind::mask_filter, "box_blur") == nullptr) {
                MESSAGE("SKIP: mask filters are not in this build; the composite is left out");
                continue;
            }
            for (const auto& filter : vbg::make_mask_filters("dilate:size=10 | box_blur:size=30")) {
                filter->configure(spec, context);
                filter->apply(frame.view(), alpha.view(), alpha.view(), context);
            }
            const auto soft = vbg::test::read_npy(c.folder + "/" + c.name + "/post_mask.npy").as<float>();
            float worst = 0;
            for (int y = 0; y < c.height; ++y) {
                for (int x = 0; x < c.width; ++x) {
                    const float wanted = 255 * soft[static_cast<std::size_t>(y * c.width + x)];
                    worst = std::max(
                        worst,
                        std::abs(static_cast<float>(std::to_integer<int>(alpha.view().row(y)[x])) - wanted));
                }
            }
            CHECK(worst <= 1.0F);  // grey levels
            auto hologram = vbg::make_effect("hologram:seed=" + c.seed);
            hologram->configure(spec, context);
            Frame out = run(*hologram, frame, context, false);
            auto over = vbg::make_compositor("over");
            over->configure(spec, context);
            over->compose(out.view(), alpha.view(), c.frame("background", format).view(), out.view(),
                          context);
            CHECK(difference(out, c.frame("composite", format)) <= 1);
        }
    }
}
