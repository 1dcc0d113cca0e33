#include "live_rig.hpp"

#include <array>

namespace vbg::test {

namespace {

class Configured final : public Segmenter {
public:
    Configured(std::string_view name, std::function<void()> on_configure)
        : name_(name), on_configure_(std::move(on_configure)) {}
    [[nodiscard]] std::string_view name() const noexcept override { return name_; }

private:
    void do_configure(const FrameSpec&, Context&) override { on_configure_(); }
    bool do_segment(const ConstFrameView& frame, const MaskView& alpha, Context&,
                    const std::optional<FrameView>&) override {
        left_half(frame, alpha);
        return false;
    }
    std::string_view name_;
    std::function<void()> on_configure_;
};

class Paints final : public Effect {
public:
    explicit Paints(int value) : value_(static_cast<std::uint8_t>(value)) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "test_paint"; }
    [[nodiscard]] bool replaces_layer() const noexcept override { return true; }

private:
    void do_configure(const FrameSpec&, Context&) override {}
    void do_apply(const ConstFrameView&, const ConstMaskView&, const FrameView& out, Context&) override {
        fill(out, value_, 2, 0);
    }
    std::uint8_t value_;
};

constexpr std::array kPaint{Parameter{"value", ParameterType::integer, "77", "red", "", 0, 255}};

}  // namespace

std::shared_ptr<CameraScript>& next_camera() {
    static auto script = std::make_shared<CameraScript>();
    return script;
}

void register_test_stages() {
    static const bool once = [] {
        const auto segmenter = [](std::string_view name, std::function<void()> on_configure) {
            register_stage({name, "For tests.", {}, Maker<Segmenter>([=](const Parameters&) {
                                return std::make_unique<Configured>(name, on_configure);
                            })});
        };
        segmenter("test_left", [] {});
        segmenter("test_broken", [] { throw Error(Errc::model, "test_broken: no such model"); });
        segmenter("test_slow", [] { std::this_thread::sleep_for(std::chrono::milliseconds(200)); });
        register_stage({"test_paint", "For tests.", kPaint, Maker<Effect>([](const Parameters& p) {
                            return std::make_unique<Paints>(p.integer("value"));
                        })});
        register_stage({"test_camera", "For tests.", {}, Maker<Source>([](const Parameters&) {
                            return std::make_unique<FakeCamera>(next_camera());
                        })});
        return true;
    }();
    (void)once;
}

}  // namespace vbg::test
