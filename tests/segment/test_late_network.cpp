// Segmenters on a GPU that do not wait for their network, but leave its answer for others to check. The GPU
// is simulated, and the network one that only copies.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vbg/device.hpp>
#include <vbg/vbg.hpp>
#include <vector>

#include "core/late_answers.hpp"
#include "cuda/runtime.hpp"
#include "model/module_file.hpp"
#include "model/replayer.hpp"
#include "segment/matte_output.hpp"
#include "simulated_gpu/control.hpp"
#include "support/frames.hpp"
#include "support/temp_dir.hpp"
#include "support/throws.hpp"
#include "support/torch_make.hpp"
#include "torch/network_cache.hpp"

using namespace vbg;
using net::Output;
using vbg_test::check_throws;
namespace gpu = vbg::cuda::simulated;

namespace {

constexpr Device kGpu{DeviceType::cuda, 0};
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN(),
                kInfinity = std::numeric_limits<float>::infinity();

/// Answers with the first values of its input, as many as its output has.
class Copying final : public net::Network {
public:
    explicit Copying(const std::string& path) : description_(net::read_description(path)) {}
    bool bad = false, replays_bad = false;  ///< give NaN
    int runs = 0, queued = 0;

    [[nodiscard]] const model::Description& description() const noexcept override { return description_; }
    [[nodiscard]] const std::string& summary() const noexcept override { return summary_; }
    [[nodiscard]] int gpu() const noexcept override { return kGpu.index; }
    [[nodiscard]] bool on_cpu() const noexcept override { return false; }
    [[nodiscard]] net::Batcher::Counts batch_counts() const override { return {}; }
    void warm_up(int /*height*/, int /*width*/) override {}
    void run(const float* /*input*/, int /*height*/, int /*width*/, std::vector<Output>& /*out*/) override {
        FAIL("inputs lie on the GPU");
    }
    void run_from_gpu(const float* input, int height, int width, void* stream, std::vector<Output>& outputs,
                      net::Recording* recorded) override {
        if (recorded != nullptr) return recorded->run(outputs);
        ++runs;
        fetch(input, shape(height, width), {stream}, outputs);
        if (bad) throw Error(Errc::model, "the answer holds NaN");
    }
    std::unique_ptr<net::Recording> record(const float* input, int height, int width, void* stream) override {
        return std::make_unique<Recorded>(*this, input, shape(height, width), stream);
    }

private:
    using OnGpu = net::Recording::OnGpu;

    struct Recorded final : net::Recording {
        Recorded(Copying& of, const float* from, const OnGpu& shape, void* its_stream)
            : network(of),
              input(from),
              stream(its_stream),
              plane(bytes_of(shape), kGpu),
              flag(sizeof(int), kGpu) {
            there.push_back(shape);
            there.front().data = reinterpret_cast<const float*>(plane.data());
        }
        void run(std::vector<Output>& outputs) override {
            play(stream);
            --network.queued;
            fetch(there.front().data, there.front(), {stream}, outputs);
            if (network.is_bad()) throw Error(Errc::model, "the answer holds NaN");
        }
        [[nodiscard]] const std::vector<OnGpu>& answers() const noexcept override { return there; }
        [[nodiscard]] const int* bad() const noexcept override {
            return reinterpret_cast<const int*>(flag.data());
        }
        void play(void* where) override {
            ++network.queued;
            const int is_bad = network.is_bad();
            const std::size_t bytes = bytes_of(there.front());
            cuda::copy_bytes(input, plane.data(), bytes, kGpu, {where});
            if (is_bad != 0) {
                const std::vector<float> nan(bytes / sizeof(float), kNaN);
                cuda::copy_bytes(nan.data(), plane.data(), bytes, kGpu, {where});
            }
            cuda::copy_bytes(&is_bad, flag.data(), sizeof is_bad, kGpu, {where});
        }
        Copying& network;
        const float* input;
        void* stream;
        cuda::DeviceBuffer plane, flag;
        std::vector<OnGpu> there;
    };

    [[nodiscard]] bool is_bad() const noexcept { return bad || replays_bad; }
    [[nodiscard]] OnGpu shape(int height, int width) const {
        const int stride = std::max(description_.output_stride, 1);
        return {(height - 1) / stride + 1, (width - 1) / stride + 1, description_.outputs.front().channels};
    }
    static std::size_t bytes_of(const OnGpu& shape) {
        return static_cast<std::size_t>(shape.height) * static_cast<std::size_t>(shape.width) *
               static_cast<std::size_t>(shape.channels) * sizeof(float);
    }
    static void fetch(const float* from, const OnGpu& shape, StreamRef stream, std::vector<Output>& outputs) {
        outputs.resize(1);
        Output& to = outputs.front();
        to.height = shape.height;
        to.width = shape.width;
        to.channels = shape.channels;
        to.data.resize(bytes_of(shape) / sizeof(float));
        cuda::copy_bytes(from, to.data.data(), bytes_of(shape), kGpu, stream);
        cuda::synchronize(kGpu, stream);
    }

    model::Description description_;
    std::string summary_;
};

std::string description(const std::string& input, const std::string& output, int stride = 1) {
    return R"({"name": "made", "output_stride": )" + std::to_string(stride) + R"(, "input": {)" + input +
           R"(, "scale": [0.0039, 0.0039, 0.0039], "offset": [0, 0, 0]}, "outputs": [)" + output + "]}";
}

struct Made {
    std::string stage, about, output;
};

Made bodypix(const std::string& more = "") {
    return {"bodypix:resolution=0.5" + more,
            description(R"("rule": "stride_plus", "stride": 16)",
                        R"({"name": "segments", "meaning": "person_logit"})", 16),
            "segments"};
}

Made torchscript(const std::string& more = "",
                 const std::string& output = R"("meaning": "person_probability")") {
    return {"torchscript:resolution=0.25" + more,
            description(R"("rule": "multiple", "stride": 4)", R"({"name": "matte", )" + output + "}"),
            "matte"};
}

Made selfie(const std::string& more) {
    return {"selfie:threshold=none" + more,
            description(R"("rule": "fixed", "width": 24, "height": 16)",
                        R"({"name": "matte", "meaning": "person_probability"})"),
            "matte"};
}

/// A segmenter on the GPU that has such a network, and who checks its answers.
struct Fixture {
    explicit Fixture(const Made& made) {
        gpu::start_again();
        test::make_module(folder / "m.pt", "def forward(self, x):\n    return x\n", made.about);
        net::NetworkOptions options;  // the segmenter's: it finds the network as one that is loaded already
        options.device = net::why_cpu().empty() ? "cuda:0" : "auto";
        options.outputs = {made.output};
        shared = net::shared_network(folder / "m.pt", options,
                                     [&] { return std::make_shared<Copying>(folder / "m.pt"); });
        network = dynamic_cast<Copying*>(shared.get());
        segmenter = make_segmenter(made.stage + ",model=" + quote_value(folder / "m.pt"));
        segmenter->configure(frame.spec, context);
        REQUIRE(shared.use_count() == 2);
        shared.reset();
    }

    struct Pictures {
        FrameSpec spec{192, 128, PixelFormat::bgr8, {}, kGpu, 30};
        Frame up{spec};
        Mask made{192, 128, MaskFormat::u8, kGpu};
    };

    void give(unsigned picture) {
        const Frame noise = vbg_test::noise_frame(192, 128, PixelFormat::bgr8, picture);
        copy_pixels(noise.view(), frame.up.view(), stream.ref());
        stream.synchronize();
    }
    std::vector<std::byte> matte() {
        Mask got(192, 128);
        copy_pixels(std::as_const(frame.made).view(), got.view(), stream.ref());
        stream.synchronize();
        std::vector<std::byte> bytes;
        for (int y = 0; y < got.height(); ++y)
            bytes.insert(bytes.end(), got.view().row(y), got.view().row(y) + got.width());
        return bytes;
    }
    void segment() { segmenter->segment(std::as_const(frame.up).view(), frame.made.view(), context); }
    /// The matte of a picture, waited for.
    std::vector<std::byte> waited(unsigned picture) {
        give(picture);
        offer(context, nullptr);
        segment();
        return matte();
    }
    /// The frame's ticket.
    std::uint64_t late(unsigned picture) {
        give(picture);
        offer(context, &answers);
        const std::uint64_t ticket = answers.begin();
        segment();
        offer(context, nullptr);
        return ticket;
    }
    /// Whether its network is not waited for.
    bool is_late(unsigned picture) {
        const int before = network->queued;
        const std::uint64_t ticket = late(picture);
        CHECK(answers.expects(ticket) == (network->queued > before));
        stream.synchronize();
        if (answers.expects(ticket)) answers.check(ticket);
        return answers.expects(ticket);
    }
    void until_believed() {
        for (unsigned i = 0; i < 4; ++i) (void)waited(100 + i);
    }

    vbg_test::TempDir folder;
    cuda::Stream stream{kGpu};
    Context context{1, kGpu, stream.ref()};
    LateAnswers answers{kGpu};
    Pictures frame;
    std::shared_ptr<net::Network> shared;
    Copying* network = nullptr;
    std::unique_ptr<Segmenter> segmenter;
};

}  // namespace

TEST_CASE("a matte is made of the answer where it lies, and nobody waits for the network") {
    for (const Made& made : {bodypix(), bodypix(",threshold=none"), torchscript(),
                             torchscript(",threshold=0.5"), selfie(",crop=off")}) {
        CAPTURE(made.stage);
        Fixture f(made);
        CHECK(f.is_late(1));  // believed since configure()
        for (unsigned picture = 1; picture < 6; ++picture) {
            const std::vector<std::byte> wanted = f.waited(picture);
            CHECK(std::count(wanted.begin(), wanted.end(), wanted.front()) <
                  static_cast<std::ptrdiff_t>(wanted.size()));
            (void)f.waited(picture + 50);
            f.give(picture);
            offer(f.context, &f.answers);
            const std::uint64_t ticket = f.answers.begin();
            const gpu::Counts before = gpu::counts();
            const int runs = f.network->runs;
            f.segment();
            const gpu::Counts done = gpu::counts() - before;
            CHECK(f.network->runs == runs);
            CHECK(done.waits == 0);
            CHECK(done.copies_down == 1);
            CHECK(done.bytes_down == sizeof(int));
            CHECK(done.allocations == 0);
            CHECK(f.answers.expects(ticket));
            CHECK(f.matte() == wanted);
            CHECK_NOTHROW(f.answers.check(ticket));
        }
    }
    CHECK(gpu::fault() == "");
    CHECK(gpu::memory_in_use() == 0);
}

TEST_CASE("what the CPU must see of an answer is waited for") {
    for (const Made& made :
         {bodypix(",graph=off"), selfie(",crop=auto"),
          torchscript("", R"("meaning": "background_probability")"),
          torchscript("", R"("meaning": "person_logit")"),
          torchscript("", R"("meaning": "class_logits", "channels": 2, "person_class": 1)")}) {
        CAPTURE(made.stage);
        CAPTURE(made.about);
        Fixture f(made);
        f.until_believed();
        CHECK_FALSE(f.is_late(1));
        CHECK_FALSE(f.is_late(2));
    }
}

TEST_CASE("a network that several use is waited for, for as long as they do") {
    Fixture f(bodypix());
    f.until_believed();
    CHECK(f.is_late(1));
    {
        net::NetworkOptions options;
        options.device = net::why_cpu().empty() ? "cuda:0" : "auto";
        options.outputs = {"segments"};
        const auto other = net::Network::load(f.folder / "m.pt", options);
        REQUIRE(other.get() == f.network);
        CHECK_FALSE(f.is_late(2));
    }
    CHECK(f.is_late(3));
}

TEST_CASE("a bad answer that is found late: the frame is background, and is made again") {
    Fixture f(bodypix(",threshold=none"));
    f.until_believed();
    CHECK(f.is_late(1));
    const int runs = f.network->runs;
    f.network->replays_bad = true;
    const std::uint64_t first = f.late(2);
    const std::vector<std::byte> matte = f.matte();
    CHECK(std::count(matte.begin(), matte.end(), std::byte{0}) == static_cast<std::ptrdiff_t>(matte.size()));
    const std::uint64_t second = f.late(3);  // under way meanwhile
    f.stream.synchronize();
    check_throws(Errc::model,
                 {"bodypix (", "m.pt): the network's answer holds NaN or infinity", "precision=fp32"},
                 [&] { f.answers.check(first); });
    SUBCASE("the replay was at fault: there are no more") {
        const std::vector<std::byte> again = f.waited(2);
        CHECK(std::count(again.begin(), again.end(), std::byte{0}) <
              static_cast<std::ptrdiff_t>(again.size()));
        CHECK(f.network->runs == runs + 1);
        CHECK_THROWS_AS(f.answers.check(second), Error);
        (void)f.waited(3);
        CHECK_FALSE(f.is_late(4));
        CHECK(f.network->runs == runs + 3);
    }
    SUBCASE("it was, and would not be again") {
        f.network->replays_bad = false;
        (void)f.waited(2);
        CHECK(f.network->runs == runs + 1);
        CHECK_FALSE(f.is_late(4));
    }
    SUBCASE("the network was: its replays go on when it is well") {
        f.network->replays_bad = false;
        f.network->bad = true;
        check_throws(Errc::model, {"bodypix (", "the answer holds NaN"}, [&] { (void)f.waited(2); });
        CHECK(f.network->runs == runs + 1);
        f.network->bad = false;
        CHECK(f.is_late(4));
        CHECK(f.network->runs == runs + 1);
    }
}

TEST_CASE("what is no number is background, in every matte") {
    gpu::start_again();
    const cuda::Stream stream(kGpu);
    Context context(1, kGpu, stream.ref());
    constexpr int kWide = 9, kHigh = 7;
    const cuda::DeviceBuffer plane(kWide * kHigh * sizeof(float), kGpu);
    const auto* const there = reinterpret_cast<const float*>(plane.data());
    for (const bool two_steps : {false, true}) {
        CAPTURE(two_steps);
        segment::MatteOutput output;
        output.configure({64, 48, PixelFormat::bgr8, {}, kGpu, 30}, kWide, kHigh, context);
        if (two_steps) output.cover_padded({}, 33, 25);
        for (const bool hard : {false, true}) {
            CAPTURE(hard);
            hard ? output.set_hard(0.5) : output.set_soft(0.1, 0.8);
            for (const float value : {kNaN, kInfinity, -kInfinity}) {
                CAPTURE(value);
                const std::vector<float> values(kWide * kHigh, value);
                cuda::copy_bytes(values.data(), plane.data(), values.size() * sizeof(float), kGpu,
                                 stream.ref());
                Mask bytes(64, 48, MaskFormat::u8, kGpu), floats(64, 48, MaskFormat::f32, kGpu);
                Mask got_bytes(64, 48), got_floats(64, 48, MaskFormat::f32);
                output.write_there(there, bytes.view(), context);
                output.write_there(there, floats.view(), context);
                copy_pixels(std::as_const(bytes).view(), got_bytes.view(), stream.ref());
                copy_pixels(std::as_const(floats).view(), got_floats.view(), stream.ref());
                stream.synchronize();
                int background = 0;
                for (int y = 0; y < 48; ++y) {
                    for (int x = 0; x < 64; ++x) {
                        float number = 1;
                        std::memcpy(&number, got_floats.view().row(y) + 4 * x, sizeof number);
                        background += got_bytes.view().row(y)[x] == std::byte{0} && number < 1e-30F;
                    }
                }
                CHECK(background == 64 * 48);
            }
        }
    }
}
