// Frames in host memory and a network that runs on a GPU by itself: what becomes of it when the GPU fails.
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vbg/vbg.hpp>
#include <vector>

#include "model/module_file.hpp"
#include "model/network.hpp"
#include "support/frames.hpp"
#include "support/temp_dir.hpp"
#include "support/throws.hpp"
#include "support/torch_make.hpp"
#include "torch/network_cache.hpp"

using namespace vbg;
using net::Output;
using vbg_test::check_throws;

namespace {

/// Stands for a network on a GPU: does what the one on the CPU does for some runs, then fails.
class FailsLater final : public net::Network {
public:
    FailsLater(std::shared_ptr<net::Network> on_cpu, int good, Errc how)
        : on_cpu_(std::move(on_cpu)), good_(good), how_(how) {}
    [[nodiscard]] const model::Description& description() const noexcept override {
        return on_cpu_->description();
    }
    [[nodiscard]] const std::string& summary() const noexcept override { return on_cpu_->summary(); }
    [[nodiscard]] int gpu() const noexcept override { return -1; }
    [[nodiscard]] bool on_cpu() const noexcept override { return false; }
    [[nodiscard]] net::Batcher::Counts batch_counts() const override { return {}; }
    void warm_up(int /*height*/, int /*width*/) override {}
    void run(const float* input, int height, int width, std::vector<Output>& outputs) override {
        if (good_-- <= 0) throw Error(how_, "the GPU is full of it");
        on_cpu_->run(input, height, width, outputs);
    }
    void run_from_gpu(const float* /*input*/, int /*height*/, int /*width*/, void* /*stream*/,
                      std::vector<Output>& /*outputs*/, net::Recording* /*recorded*/) override {
        FAIL("inputs lie in host memory");
    }
    std::unique_ptr<net::Recording> record(const float* /*input*/, int /*height*/, int /*width*/,
                                           void* /*stream*/) override {
        FAIL("nothing is recorded");
        return nullptr;
    }

private:
    std::shared_ptr<net::Network> on_cpu_;
    int good_;
    Errc how_;
};

struct HostFrames {
    vbg_test::TempDir folder;
    std::string path = folder / "m.pt";
    std::shared_ptr<net::Network> kept;  ///< the segmenter finds it as one that is loaded already
    Context context{1};
    FrameSpec spec{64, 48, PixelFormat::bgr8, {}, {}, 30};

    HostFrames() {
        test::make_module(path, "def forward(self, x):\n    return x[:, 0:1]\n",
                          R"({"name": "red", "input": {"rule": "fixed", "width": 8, "height": 6, )"
                          R"("scale": [0.0039, 0.0039, 0.0039], "offset": [0, 0, 0]}, )"
                          R"("outputs": [{"name": "red", "meaning": "person_probability"}]})");
    }
    net::NetworkOptions options(const std::string& device) const {
        net::NetworkOptions made;
        made.device = device;
        made.outputs = {"red"};
        return made;
    }
    std::unique_ptr<Segmenter> segmenter(const std::string& device) const {
        return make_segmenter("torchscript:device=" + device + ",model=" + quote_value(path));
    }
    /// One whose network fails after some good runs.
    std::unique_ptr<Segmenter> failing(int good, Errc how, const std::string& device = "auto") {
        const auto on_cpu = net::Network::load(path, options("cpu"));
        kept = net::shared_network(path, options(device),
                                   [&] { return std::make_shared<FailsLater>(on_cpu, good, how); });
        return segmenter(device);
    }
    std::vector<std::byte> matte(Segmenter& of, unsigned picture) {
        const Frame frame = vbg_test::noise_frame(64, 48, PixelFormat::bgr8, picture);
        Mask made(64, 48);
        of.segment(frame.view(), made.view(), context);
        return {made.view().data, made.view().data + made.view().stride * 47 + 64};
    }
};

}  // namespace

TEST_CASE_FIXTURE(HostFrames, "with device=auto a network leaves a GPU that is full, or fails, for the CPU") {
    const auto plain = segmenter("cpu");
    plain->configure(spec, context);
    for (const auto& run : {std::pair{0, Errc::out_of_memory}, std::pair{2, Errc::device},
                            std::pair{5, Errc::device}, std::pair{5, Errc::out_of_memory}}) {
        const int good = run.first;
        const Errc how = run.second;
        CAPTURE(good);
        const auto leaves = failing(good, how);
        leaves->configure(spec, context);
        for (unsigned picture = 0; picture < 6; ++picture)
            CHECK(matte(*leaves, picture) == matte(*plain, picture));
        // It stays there, though the one on the GPU might do again.
        kept = nullptr;
        (void)failing(0, how);
        leaves->configure(spec, context);
        CHECK(matte(*leaves, 7) == matte(*plain, 7));
    }
}

TEST_CASE_FIXTURE(HostFrames, "what is no failure of the GPU, or a GPU that was asked for, is an error") {
    const auto wrong = failing(4, Errc::model);
    wrong->configure(spec, context);
    check_throws(Errc::model, {"full of it"}, [&] {
        for (unsigned picture = 0; picture < 6; ++picture) (void)matte(*wrong, picture);
    });
    const auto asked = failing(4, Errc::device, "cuda:0");
    asked->configure(spec, context);
    check_throws(Errc::device, {"full of it"}, [&] {
        for (unsigned picture = 0; picture < 6; ++picture) (void)matte(*asked, picture);
    });
}
