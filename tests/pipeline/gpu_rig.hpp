#pragma once
/// @file gpu_rig.hpp  Pipelines that work on a simulated GPU, and their pictures.

#include <doctest/doctest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <vbg/device.hpp>
#include <vbg/pipeline.hpp>

#include "live_rig.hpp"
#include "simulated_gpu/control.hpp"
#include "support/frames.hpp"

namespace vbg::test {

namespace gpu = vbg::cuda::simulated;

inline constexpr int kWidth = 64, kHeight = 48;

/// Without VBG_DEVICE, as most users are.
class AutoDevice {
public:
    AutoDevice() { unsetenv("VBG_DEVICE"); }
    ~AutoDevice() {
        gpu::start_again();
        setenv("VBG_DEVICE", "cuda:0", 1);
    }
    AutoDevice(const AutoDevice&) = delete;
    AutoDevice& operator=(const AutoDevice&) = delete;
};

/// So many different yuyv frames of noise.
class NoiseSource final : public Source {
public:
    explicit NoiseSource(int frames) : frames_(frames) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "noise"; }
    int before_frame = -1;  ///< calls `event` before that frame is read
    std::function<void()> event;
    std::function<void(int)> before_read;  ///< called with the number of the frame that is wanted

private:
    FrameSpec do_open() override {
        next_ = 0;
        return {.width = kWidth, .height = kHeight, .format = PixelFormat::yuyv, .fps = 30};
    }
    ReadResult do_read(ConstFrameView& frame, std::chrono::milliseconds) override {
        if (next_ == before_frame && event) event();
        if (before_read) before_read(next_);
        if (next_ == frames_) return ReadResult::end;
        frame_ = vbg_test::noise_frame(kWidth, kHeight, PixelFormat::yuyv, static_cast<unsigned>(next_ + 1));
        frame_.stamp(std::chrono::milliseconds(40 * next_), static_cast<std::uint64_t>(next_));
        ++next_;
        frame = std::as_const(frame_).view();
        return ReadResult::frame;
    }
    void do_close() noexcept override {}
    Frame frame_;
    int frames_, next_ = 0;
};

/// Every stage has code for GPUs; the sink wants `format`.
inline void fill_in(Pipeline& pipeline, std::vector<Frame>& out, std::unique_ptr<Source> source,
                    PixelFormat format = PixelFormat::yuyv) {
    FrameSpec wanted{.width = kWidth, .height = kHeight, .format = format, .fps = 30};
    pipeline.source(std::move(source))
        .segmenter("constant:value=140")
        .filter("dilate | temporal")
        .background("blur:sigma=4")
        .foreground("hologram")
        .on_failure(OnFailure::blank)
        .sink(std::make_unique<FunctionSink>(
            [&out](const ConstFrameView& f) { out.push_back(vbg_test::copy_of(f)); }, wanted));
}

inline std::vector<Frame> frames_on(const char* device, int frames, PixelFormat format = PixelFormat::yuyv) {
    Pipeline pipeline(1);
    std::vector<Frame> out;
    pipeline.device(device);
    fill_in(pipeline, out, std::make_unique<NoiseSource>(frames), format);
    pipeline.run();
    return out;
}

inline int largest_difference(const ConstFrameView& a, const ConstFrameView& b) {
    REQUIRE(a.width == b.width);
    REQUIRE(a.format == b.format);
    int most = 0;
    for (int y = 0; y < a.height; ++y)
        for (std::size_t x = 0; x < row_bytes(a.format, 0, a.width); ++x)
            most = std::max(most,
                            std::abs(std::to_integer<int>(a.row(y)[x]) - std::to_integer<int>(b.row(y)[x])));
    return most;
}

inline bool same_pictures(const std::vector<Frame>& a, const std::vector<Frame>& b, int bound) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        CAPTURE(i);
        if (largest_difference(a[i].view(), b[i].view()) > bound) return false;
    }
    return true;
}

inline bool is_black(const Frame& frame) {
    for (int y = 0; y < frame.height(); ++y)
        for (std::size_t x = 0; x < row_bytes(frame.format(), 0, frame.width()); ++x)
            if (frame.view().row(y)[x] != std::byte{0}) return false;
    return true;
}

}  // namespace vbg::test
