// Pinned memory used in turn: what was sent arrives as it was, however many are on their way, and the CPU
// waits only for a piece that is still needed.
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

#include <vbg/registry.hpp>

#include "cuda/pixels.hpp"
#include "cuda/staging.hpp"
#include "simulated_gpu/control.hpp"

using namespace vbg;
namespace simulated = vbg::cuda::simulated;

namespace {

using simulated::kGpu;
constexpr std::size_t kBytes = 300;

using Pieces = cuda::Staging<cuda::PinnedBuffer>;
Pieces pieces(int count) {
    return {count, kGpu, [] { return cuda::PinnedBuffer(kBytes, kGpu); }};
}

void send(Pieces& staging, int value, std::byte* to, StreamRef stream) {
    const cuda::PinnedBuffer& piece = staging.next();
    std::fill_n(piece.data(), kBytes, static_cast<std::byte>(value));
    cuda::copy_bytes(piece.data(), to, kBytes, kGpu, stream);
    staging.sent(stream);
}

}  // namespace

TEST_CASE("staging: a piece is written again when it was taken, and not before") {
    simulated::start_again();
    constexpr int kSent = 11;
    for (const int count : {1, 2, 4}) {
        CAPTURE(count);
        Pieces staging = pieces(count);
        const cuda::Stream stream(kGpu);
        const cuda::DeviceBuffer there(kSent * kBytes, kGpu);
        const auto before = simulated::counts();
        for (int i = 0; i < kSent; ++i) {
            CHECK(simulated::work_left() == std::min(i, count));
            send(staging, i, there.data() + static_cast<std::size_t>(i) * kBytes, stream.ref());
        }
        const auto counts = simulated::counts() - before;
        CHECK(counts.waits == kSent - count);
        CHECK(counts.unpinned_copies + counts.allocations + counts.events == 0);
        std::vector<std::byte> here(kSent * kBytes);
        cuda::copy_bytes(there.data(), here.data(), here.size(), kGpu, stream.ref());
        for (std::size_t i = 0; i < here.size(); ++i)
            REQUIRE(std::to_integer<std::size_t>(here[i]) == i / kBytes);
    }
}

TEST_CASE("staging: its end, and being replaced, wait for what is on its way") {
    simulated::start_again();
    const auto before = simulated::counts();
    const cuda::Stream stream(kGpu);
    const cuda::DeviceBuffer there(kBytes, kGpu);
    {
        Pieces staging = pieces(2);
        send(staging, 1, there.data(), stream.ref());
        staging = pieces(3);
        CHECK(simulated::work_left() == 0);
        send(staging, 2, there.data(), stream.ref());
        CHECK(simulated::work_left() == 1);
        Pieces other = std::move(staging);
        CHECK(simulated::work_left() == 1);
    }
    CHECK(simulated::work_left() == 0);
    CHECK((simulated::counts() - before).released_in_use == 0);
    CHECK(simulated::pinned_in_use() == 0);
}

TEST_CASE("staging: a GPU that has failed is told, and not waited for at the end") {
    simulated::start_again();
    {
        Pieces staging = pieces(1);
        const cuda::Stream stream(kGpu);
        const cuda::DeviceBuffer there(kBytes, kGpu);
        send(staging, 1, there.data(), stream.ref());
        simulated::lose();
        CHECK_THROWS_AS((void)staging.next(), Error);
    }
    simulated::start_again();
    CHECK(simulated::pinned_in_use() == 0);
}

TEST_CASE("scan lines of many frames under way are each frame's own") {
    simulated::start_again();
    constexpr int kFrames = 9, kWidth = 17, kHeight = 23;
    std::mt19937 rng(5);
    vbg_test::Gpu gpu;
    Context context;
    for (const char* spec : {"scanlines:seed=4", "hologram:seed=4"}) {
        CAPTURE(spec);
        const auto here = make_effect(spec), there = make_effect(spec);
        here->configure({kWidth, kHeight, PixelFormat::bgr8, {}, {}, 30}, context);
        there->configure({kWidth, kHeight, PixelFormat::bgr8, {}, gpu.device(), 30}, gpu.context());
        vbg_test::Picture matte(kWidth, kHeight, 1, 0, false, rng);
        std::vector<vbg_test::Picture> wanted, got;
        for (int i = 0; i < kFrames; ++i) wanted.emplace_back(kWidth, kHeight, 3, 0, false, rng);
        got = wanted;
        std::vector<std::unique_ptr<vbg_test::OnGpu>> pictures;
        pictures.reserve(kFrames);
        for (auto& picture : got) pictures.push_back(std::make_unique<vbg_test::OnGpu>(gpu, picture));
        vbg_test::OnGpu matte_there(gpu, matte);
        const auto before = simulated::counts();
        for (auto& picture : pictures) {
            const FrameView frame = picture->frame(PixelFormat::bgr8);
            there->apply(frame, matte_there.mask(), frame, gpu.context());
        }
        const auto counts = simulated::counts() - before;
        CHECK(counts.copies_up == kFrames);
        CHECK(counts.unpinned_copies + counts.allocations + counts.events == 0);
        for (int i = 0; i < kFrames; ++i) {
            CAPTURE(i);
            const auto n = static_cast<std::size_t>(i);
            const FrameView frame = wanted[n].frame(PixelFormat::bgr8);
            here->apply(frame, matte.mask(), frame, context);
            pictures[n]->fetch();
            CHECK(got[n].bytes() == wanted[n].bytes());
        }
    }
}
