// vbg/c/callbacks.h: sources and sinks made of functions.
#include <string>

#include "custom.hpp"
#include "objects.hpp"

using namespace vbg::capi;

namespace {

/// What open() gave, checked. Throws for a spec that cannot be.
vbg::FrameSpec opened_spec(const std::string& name, const vbg_frame_spec& given) {
    const vbg::FrameSpec spec = host_frame_spec(&given, "the spec that open() gave");
    if (spec.width < 1 || spec.height < 1 || spec.width > vbg::kMaxSide || spec.height > vbg::kMaxSide ||
        vbg::plane_count(spec.format) == 0) {
        throw vbg::Error(vbg::Errc::invalid_argument,
                         name + ": open gave " + std::to_string(spec.width) + "x" +
                             std::to_string(spec.height) + " in format " + std::to_string(given.format) +
                             "; wanted sides of 1 to " + std::to_string(vbg::kMaxSide) +
                             " and VBG_FORMAT_...");
    }
    return spec;
}

class CustomSource final : public vbg::Source {
public:
    CustomSource(const char* name, const vbg_source_callbacks& callbacks, void* user)
        : name_(custom_name(name)), callbacks_(callbacks), user_(user, callbacks.destroy) {}
    ~CustomSource() override { close(); }
    [[nodiscard]] std::string_view name() const noexcept override { return name_; }
    [[nodiscard]] bool is_live() const noexcept override { return callbacks_.is_live != 0; }
    [[nodiscard]] std::uint64_t length() const noexcept override {
        return callbacks_.length == nullptr ? 0 : callbacks_.length(user_.get());
    }
    void own() noexcept { user_.own(); }

private:
    vbg::FrameSpec do_open() override {
        auto spec = own_struct<vbg_frame_spec>();
        call_back(name_, "open", [&] { return callbacks_.open(user_.get(), &spec); });
        try {
            return opened_spec(name_, spec);
        } catch (...) {
            close_user();  // to the caller it is open, and to nobody else
            throw;
        }
    }
    vbg::ReadResult do_read(vbg::ConstFrameView& frame, std::chrono::milliseconds timeout) override {
        auto view = own_struct<vbg_frame_view>();
        view.format = static_cast<int32_t>(spec().format);
        view.width = spec().width;
        view.height = spec().height;
        view.matrix = static_cast<int32_t>(spec().color.matrix);
        view.range = static_cast<int32_t>(spec().color.range);
        int32_t result = VBG_READ_FRAME;
        const auto wait = static_cast<int32_t>(std::min<std::int64_t>(timeout.count(), INT32_MAX));
        call_back(name_, "read", [&] { return callbacks_.read(user_.get(), wait, &view, &result); });
        if (result < VBG_READ_FRAME || result > VBG_READ_END) {
            throw vbg::Error(vbg::Errc::internal, name_ + ": read gave the result " + std::to_string(result) +
                                                      "; wanted VBG_READ_...");
        }
        if (result == VBG_READ_FRAME) frame = host_frame_view(&view, "the frame that read() gave");
        return static_cast<vbg::ReadResult>(result);
    }
    void do_release() noexcept override {
        if (callbacks_.release != nullptr) callbacks_.release(user_.get());
    }
    void do_close() noexcept override { close_user(); }
    void close_user() noexcept {
        if (callbacks_.close != nullptr) callbacks_.close(user_.get());
    }

    std::string name_;
    vbg_source_callbacks callbacks_;
    User user_;
};

class CustomSink final : public vbg::Sink {
public:
    CustomSink(const char* name, const vbg_sink_callbacks& callbacks, void* user)
        : name_(custom_name(name)), callbacks_(callbacks), user_(user, callbacks.destroy) {}
    ~CustomSink() override { abandon(); }
    [[nodiscard]] std::string_view name() const noexcept override { return name_; }
    [[nodiscard]] vbg::Demand demand() const noexcept override {
        const int32_t said =
            callbacks_.demand == nullptr ? VBG_DEMAND_UNKNOWN : callbacks_.demand(user_.get());
        return said == VBG_DEMAND_NONE || said == VBG_DEMAND_WANTED ? static_cast<vbg::Demand>(said)
                                                                    : vbg::Demand::unknown;
    }
    void interrupt() noexcept override {
        if (callbacks_.interrupt != nullptr) callbacks_.interrupt(user_.get());
    }
    void own() noexcept { user_.own(); }

private:
    vbg::FrameSpec do_open(const vbg::FrameSpec& wanted) override {
        if (callbacks_.open == nullptr) return wanted;
        vbg_frame_spec spec = to_c(wanted);
        call_back(name_, "open", [&] { return callbacks_.open(user_.get(), &spec); });
        try {
            return opened_spec(name_, spec);
        } catch (...) {
            do_abandon();  // to the caller it is open, and to nobody else
            throw;
        }
    }
    void do_write(const vbg::ConstFrameView& frame) override {
        const vbg_frame_view view = to_c(frame);
        call_back(name_, "write", [&] { return callbacks_.write(user_.get(), &view); });
    }
    void do_close() override {
        if (callbacks_.close == nullptr) return;
        call_back(name_, "close", [&] { return callbacks_.close(user_.get()); });
    }
    void do_abandon() noexcept override {
        if (callbacks_.abandon != nullptr) callbacks_.abandon(user_.get());
    }

    std::string name_;
    vbg_sink_callbacks callbacks_;
    User user_;
};

}  // namespace

extern "C" {

vbg_status vbg_source_create_custom(const char* name, const vbg_source_callbacks* callbacks, void* user,
                                    vbg_source** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            const vbg_source_callbacks table = read_struct(callbacks, "callbacks");
            need(table.open, "callbacks.open");
            need(table.read, "callbacks.read");
            auto source = std::make_unique<CustomSource>(name, table, user);
            CustomSource& made = *source;
            *out = publish(std::make_shared<SourceObject>(std::move(source)));
            made.own();
        },
        out);
}

vbg_status vbg_sink_create_custom(const char* name, const vbg_sink_callbacks* callbacks, void* user,
                                  vbg_sink** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            const vbg_sink_callbacks table = read_struct(callbacks, "callbacks");
            need(table.write, "callbacks.write");
            auto sink = std::make_unique<CustomSink>(name, table, user);
            CustomSink& made = *sink;
            *out = publish(std::make_shared<SinkObject>(std::move(sink)));
            made.own();
        },
        out);
}

}  // extern "C"
