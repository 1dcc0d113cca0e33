// A frame's whole way on a GPU, as a program writes it with the public functions: up, through every kind of
// stage, down; queued ahead, counted, and with a GPU that is lost on the way.
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <vbg/context.hpp>
#include <vbg/device.hpp>
#include <vbg/frame.hpp>
#include <vbg/registry.hpp>

#include "cuda/runtime.hpp"
#include "simulated_gpu/control.hpp"
#include "support/allocation_counter.hpp"
#include "support/frames.hpp"
#include "support/throws.hpp"

using namespace vbg;
namespace simulated = vbg::cuda::simulated;

namespace {

constexpr int kWidth = 161, kHeight = 91, kFramesAhead = 4;
using simulated::kGpu;
constexpr Device kCpu{}, kPinned{DeviceType::cuda_host, 0};
constexpr std::int64_t kFrameBytes = 3 * kWidth * kHeight, kMaskBytes = kWidth * kHeight;

FrameSpec spec_on(Device device, PixelFormat format = PixelFormat::bgr8) {
    return {kWidth, kHeight, format, {}, device, 30};
}
Frame frame_on(Device device, PixelFormat format = PixelFormat::bgr8) {
    return Frame(spec_on(device, format));
}
Mask mask_on(Device device) { return Mask(kWidth, kHeight, MaskFormat::u8, device); }

/// What a pipeline does with a frame and its matte. Works wherever it is told.
class Chain {
public:
    Chain(Device device, Context& context) : context_(context) {
        for (auto& filter : filters_) filter->configure(spec_on(device), context);
        for (auto& effect : effects_) effect->configure(spec_on(device), context);
        over_->configure(spec_on(device), context);
    }
    void run(const FrameView& frame, const MaskView& matte, const FrameView& room, const FrameView& out) {
        for (auto& filter : filters_) filter->apply(frame, matte, matte, context_);
        effects_[0]->apply(frame, matte, room, context_);  // hologram
        effects_[1]->apply(room, matte, room, context_);   // flip
        over_->compose(frame, matte, room, out, context_);
    }

private:
    Context& context_;
    std::vector<std::unique_ptr<MaskFilter>> filters_ =
        make_mask_filters("dilate:size=5 | feather:sigma=4 | temporal:time=0.3 | levels:black=0.1");
    std::vector<std::unique_ptr<Effect>> effects_ = make_effects("hologram:seed=3 | flip");
    std::unique_ptr<Compositor> over_ = make_compositor("over");
};

/// Frame `i` of a film, and its matte: brighter on one side, that side moves.
void draw(int i, const FrameView& frame, const MaskView& matte) {
    const Frame noise =
        vbg_test::noise_frame(kWidth, kHeight, PixelFormat::bgr8, static_cast<unsigned>(i / 2));
    copy_pixels(noise.view(), frame);
    for (int y = 0; y < kHeight; ++y) {
        for (int x = 0; x < kWidth; ++x)
            matte.row(y)[x] = static_cast<std::byte>(x > 50 + 6 * i ? 255 : x > 30 + 6 * i ? 90 : 0);
    }
}

FrameView stamped(FrameView view, int i) {
    view.timestamp = std::chrono::milliseconds(33 * i);
    view.sequence = static_cast<std::uint64_t>(i);
    return view;
}

std::vector<Frame> on_cpu() {
    Context context;
    Chain chain(kCpu, context);
    std::vector<Frame> results;
    for (int i = 0; i < kFramesAhead; ++i) {
        Frame frame(kWidth, kHeight, PixelFormat::bgr8), room(kWidth, kHeight, PixelFormat::bgr8);
        Mask matte(kWidth, kHeight);
        draw(i, frame.view(), matte.view());
        results.emplace_back(kWidth, kHeight, PixelFormat::bgr8);
        chain.run(stamped(frame.view(), i), matte.view(), room.view(), results.back().view());
    }
    return results;
}

/// Host and GPU memory of one frame on its way.
struct Slot {
    Frame host = frame_on(kPinned), result = frame_on(kPinned), frame = frame_on(kGpu), room = frame_on(kGpu),
          out = frame_on(kGpu);
    Mask host_matte = mask_on(kPinned), matte = mask_on(kGpu);

    void queue(int i, Chain& chain, StreamRef stream) {
        copy_pixels(std::as_const(host).view(), frame.view(), stream);
        copy_pixels(std::as_const(host_matte).view(), matte.view(), stream);
        chain.run(stamped(frame.view(), i), matte.view(), room.view(), out.view());
        copy_pixels(std::as_const(out).view(), result.view(), stream);
    }
};

}  // namespace

TEST_CASE("a frame's way on a GPU: up once, down once, no wait, no allocation, and the CPU's picture") {
    simulated::start_again();
    const auto start = simulated::counts();
    const std::vector<Frame> wanted = on_cpu();
    {
        const cuda::Stream stream(kGpu);
        Context context(1, kGpu, stream.ref());
        Chain chain(kGpu, context);
        std::array<Slot, kFramesAhead> slots;
        const auto before = simulated::counts();
        for (int i = 0; i < kFramesAhead; ++i) {  // all of them ahead of the GPU
            Slot& slot = slots[static_cast<std::size_t>(i)];
            draw(i, slot.host.view(), slot.host_matte.view());
            slot.queue(i, chain, stream.ref());
        }
        const auto counts = simulated::counts() - before;
        CHECK(simulated::work_left() == counts.launches + counts.copies_up + counts.copies_down);
        CHECK_FALSE(vbg_test::equal_pixels(slots[0].result.view(), wanted[0].view()));  // not done yet
        stream.synchronize();
        for (std::size_t i = 0; i < slots.size(); ++i)
            CHECK(vbg_test::equal_pixels(slots[i].result.view(), wanted[i].view()));
        // What goes up beside the pictures are the hologram's rows, a few bytes each.
        CHECK(counts.copies_up == 3 * kFramesAhead);
        CHECK(counts.bytes_up <= kFramesAhead * (kFrameBytes + kMaskBytes + 16 * kHeight));
        CHECK(counts.copies_down == kFramesAhead);
        CHECK(counts.bytes_down == kFramesAhead * kFrameBytes);
        CHECK(counts.allocations + counts.releases + counts.waits + counts.queries == 0);
    }
    CHECK(simulated::memory_in_use() == 0);
    CHECK(simulated::pinned_in_use() == 0);
    CHECK(simulated::handles_in_use() == 0);
    CHECK((simulated::counts() - start).released_in_use == 0);
}

TEST_CASE("streams of one's own: what is ordered is done in that order, and only a wait waits") {
    simulated::start_again();
    {
        GpuStream first(kGpu), second(kGpu);
        const Frame noise = vbg_test::noise_frame(kWidth, kHeight, PixelFormat::bgr8, 7);
        Frame there = frame_on(kGpu), result = frame_on(kPinned);
        const auto before = simulated::counts();
        copy_pixels(noise.view(), there.view(), first.ref());
        order_streams(kGpu, first.ref(), second.ref());
        copy_pixels(std::as_const(there).view(), result.view(), second.ref());
        CHECK((simulated::counts() - before).waits == 0);
        CHECK_FALSE(vbg_test::equal_pixels(result.view(), noise.view()));
        wait_for_stream(kGpu, second.ref());
        CHECK(vbg_test::equal_pixels(result.view(), noise.view()));

        // The default stream, too; and streams may be moved.
        GpuStream moved(std::move(first));
        copy_pixels(noise.view(), there.view(), {});
        order_streams(kGpu, {}, moved.ref());
        const auto unordered = simulated::counts();
        order_streams(kGpu, moved.ref(), moved.ref());
        CHECK((simulated::counts() - unordered).events == 0);  // in order by itself
        Frame again = frame_on(kPinned);
        copy_pixels(std::as_const(there).view(), again.view(), moved.ref());
        wait_for_stream(kGpu, moved.ref());
        CHECK(vbg_test::equal_pixels(again.view(), noise.view()));
    }
    CHECK(simulated::handles_in_use() == 0);
}

TEST_CASE("a frame's way on a GPU costs no heap allocation") {
    simulated::start_again();
    if (!AllocationCounter::works()) {
        MESSAGE("SKIP: another malloc stands before the counter's here; all of CI's builds count");
        return;
    }
    const cuda::Stream stream(kGpu);
    Context context(1, kGpu, stream.ref());
    Chain chain(kGpu, context);
    Slot slot;
    draw(0, slot.host.view(), slot.host_matte.view());
    const auto frames = [&](int from) {
        for (int i = from; i < from + 10; ++i) {
            slot.queue(i, chain, stream.ref());
            stream.synchronize();
        }
    };
    frames(0);
    const AllocationCounter counter;
    frames(10);
    CHECK(counter.count() == 0);
}

TEST_CASE("YUV goes up as it is and is converted on the GPU, in the stream's turn") {
    simulated::start_again();
    const cuda::Stream stream(kGpu);
    for (const PixelFormat format : {PixelFormat::nv12, PixelFormat::i420, PixelFormat::yuyv}) {
        const Frame camera = vbg_test::noise_frame(kWidth, kHeight, format, 5);
        Frame wanted(kWidth, kHeight, PixelFormat::bgr8);
        convert(camera.view(), wanted.view());
        Frame there = frame_on(kGpu, format), bgr = frame_on(kGpu), back = frame_on(kPinned);
        copy_pixels(camera.view(), there.view(), stream.ref());
        convert(std::as_const(there).view(), bgr.view(), stream.ref());
        copy_pixels(std::as_const(bgr).view(), back.view(), stream.ref());
        stream.synchronize();
        int worst = 0;
        for (int y = 0; y < kHeight; ++y) {
            for (int x = 0; x < 3 * kWidth; ++x)
                worst = std::max(worst, std::abs(std::to_integer<int>(back.view().row(y)[x]) -
                                                 std::to_integer<int>(wanted.view().row(y)[x])));
        }
        CHECK(worst <= 2);
    }
}

TEST_CASE(
    "a GPU that is lost while a frame is under way is told by the next wait, and the frame is not made") {
    simulated::start_again();
    {
        const cuda::Stream stream(kGpu);
        Context context(1, kGpu, stream.ref());
        Chain chain(kGpu, context);
        Slot slot;
        draw(0, slot.host.view(), slot.host_matte.view());
        const Frame before = vbg_test::copy_of(slot.result.view());
        for (const int good : {0, 3, 9}) {
            simulated::lose_after(good);
            slot.queue(0, chain, stream.ref());  // which nobody can know yet
            vbg_test::check_throws(Errc::device, {"lost"}, [&] { stream.synchronize(); });
            CHECK(vbg_test::equal_pixels(slot.result.view(), before.view()));
            vbg_test::check_throws(Errc::device, {"lost"}, [&] { slot.queue(0, chain, stream.ref()); });
            simulated::revive();
        }
    }
    simulated::start_again();
    CHECK(simulated::memory_in_use() == 0);
}

TEST_CASE("a stage whose memory cannot be had is not configured, and works once it can") {
    simulated::start_again();
    Context context(1, kGpu);
    for (const char* name : {"dilate", "feather", "guided_filter", "temporal"}) {
        CAPTURE(name);
        auto filter = make_mask_filter(name);
        simulated::fail_allocation();
        vbg_test::check_throws(Errc::out_of_memory, {"bytes"},
                               [&] { filter->configure(spec_on(kGpu), context); });
        CHECK_FALSE(filter->configured());
        filter->configure(spec_on(kGpu), context);
        CHECK(filter->configured());
    }
    CHECK(simulated::memory_in_use() == 0);
}
