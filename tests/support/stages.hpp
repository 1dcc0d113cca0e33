#pragma once
/// @file stages.hpp  Little stages for tests of the machine around them.

#include <atomic>
#include <functional>
#include <memory>
#include <vbg/pipeline.hpp>

namespace vbg::test {

/// Frames of one flat colour that changes from frame to frame: frame n is (10 + n, 200, 3) in b, g, r.
class CountingSource final : public Source {
public:
    explicit CountingSource(int frames,
                            FrameSpec spec = {.width = 32, .height = 24, .format = PixelFormat::bgr8})
        : frame_(spec), spec_(spec), frames_(frames) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "counting"; }
    std::function<void(int)> before_read;

private:
    FrameSpec do_open() override {
        next_ = 0;
        return spec_;
    }
    ReadResult do_read(ConstFrameView& frame, std::chrono::milliseconds) override {
        if (before_read) before_read(next_);
        if (next_ == frames_) return ReadResult::end;
        fill(frame_.view(), 3, 200, static_cast<std::uint8_t>(10 + next_));
        frame_.stamp(std::chrono::milliseconds(40 * next_), static_cast<std::uint64_t>(next_));
        ++next_;
        frame = std::as_const(frame_).view();
        return ReadResult::frame;
    }
    void do_close() noexcept override {}
    Frame frame_;
    FrameSpec spec_;
    int frames_, next_ = 0;
};

/// Left half person, right half room.
inline void left_half(const ConstFrameView&, const MaskView& m) {
    fill(m, 0);
    for (int y = 0; y < m.height; ++y) std::fill_n(m.row(y), m.width / 2, std::byte{255});
}

/// Calls a function for the matte of each frame.
class FunctionSegmenter final : public Segmenter {
public:
    using Function = std::function<void(const ConstFrameView&, const MaskView&)>;
    explicit FunctionSegmenter(Function function) : function_(std::move(function)) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "function"; }

private:
    void do_configure(const FrameSpec&, Context&) override {}
    bool do_segment(const ConstFrameView& frame, const MaskView& alpha, Context&,
                    const std::optional<FrameView>&) override {
        function_(frame, alpha);
        return false;
    }
    Function function_;
};

/// The same for a segmenter that can be coarser, which the function is told.
class CoarseSegmenter final : public Segmenter {
public:
    using Function = std::function<void(const ConstFrameView&, const MaskView&, int coarseness)>;
    CoarseSegmenter(Function function, int coarsest) : function_(std::move(function)), most_(coarsest) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "coarse"; }
    [[nodiscard]] int coarsest() const noexcept override { return coarsest_; }

private:
    void do_configure(const FrameSpec&, Context&) override { coarsest_ = coarser_allowed() ? most_ : 0; }
    bool do_segment(const ConstFrameView& frame, const MaskView& alpha, Context&,
                    const std::optional<FrameView>&) override {
        function_(frame, alpha, coarseness());
        return false;
    }
    Function function_;
    int most_, coarsest_ = 0;
};

/// Gives every frame written to a function.
class FunctionSink final : public Sink {
public:
    using Function = std::function<void(const ConstFrameView&)>;
    explicit FunctionSink(Function function, FrameSpec accept = {})
        : function_(std::move(function)), accept_(accept) {}
    ~FunctionSink() override { abandon(); }
    [[nodiscard]] std::string_view name() const noexcept override { return "function"; }
    int* closed = nullptr;

private:
    FrameSpec do_open(const FrameSpec& wanted) override { return accept_.width > 0 ? accept_ : wanted; }
    void do_write(const ConstFrameView& frame) override { function_(frame); }
    void do_close() override {
        if (closed != nullptr) ++*closed;
    }
    void do_abandon() noexcept override {}
    Function function_;
    FrameSpec accept_;
};

/// A compositor by the plain formula, so that the machine can be tested without the library's own.
class PlainOver final : public Compositor {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "plain_over"; }

private:
    void do_configure(const FrameSpec&, Context&) override {}
    void do_compose(const ConstFrameView& fg, const ConstMaskView& alpha, const ConstFrameView& bg,
                    const FrameView& out, Context&) override {
        for (int y = 0; y < out.height; ++y) {
            for (int i = 0; i < out.width * 3; ++i) {
                const int a = std::to_integer<int>(alpha.row(y)[i / 3]);
                const int v =
                    std::to_integer<int>(fg.row(y)[i]) * a + std::to_integer<int>(bg.row(y)[i]) * (255 - a);
                out.row(y)[i] = static_cast<std::byte>((v + 127) / 255);
            }
        }
    }
};

}  // namespace vbg::test
