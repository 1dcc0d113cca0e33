// What a user of an installed libvbg writes: a filter of one's own, the built-in stages, and an error
// handled.
#include <cstdio>
#include <vbg/vbg.hpp>

namespace {

class Invert final : public vbg::MaskFilter {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "invert"; }

private:
    void do_configure(const vbg::FrameSpec&, vbg::Context&) override {}
    void do_apply(const vbg::ConstFrameView&, const vbg::ConstMaskView& in, const vbg::MaskView& out,
                  vbg::Context&) override {
        for (int y = 0; y < in.height; ++y) {
            for (int x = 0; x < in.width; ++x) out.row(y)[x] = ~in.row(y)[x];
        }
    }
};

}  // namespace

int main() {
    try {
        vbg::Pipeline pipeline(1);
        pipeline.segmenter("constant:value=0")
            .filter(std::make_unique<Invert>())
            .background("color:value=#0000ff");
        vbg::Frame frame(8, 8, vbg::PixelFormat::bgr8), out(8, 8, vbg::PixelFormat::bgr8);
        vbg::fill(frame.view(), 1, 2, 3);
        pipeline.process(frame.view(), out.view());
        if (out.view().row(7)[0] != std::byte{3}) return 1;  // all is person now
    } catch (const vbg::Error& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 2;
    }
    try {
        (void)vbg::make_effect("no_such_effect");
        return 3;
    } catch (const vbg::Error& e) {
        if (e.code() != vbg::Errc::not_found) return 4;
    }
    std::printf("libvbg %s\n", std::string(vbg::version()).c_str());
    return 0;
}
