#pragma once
/// @file shared_stage.hpp  What a Pipeline gets for a Python stage object: a stage that forwards to it and
/// keeps it alive.

#include <algorithm>
#include <exception>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>

#include "stage_object.hpp"

namespace vbg::python {

/// What the stages of one pipeline tell the run that uses them. A KeyboardInterrupt or SystemExit raised by a
/// stage must end the run, whatever on_failure says.
class RunControl {
public:
    /// Asks the run under way to stop; where there is none, the next one ends as it begins. Thread-safe.
    void stop() {
        const auto present = [this] {
            const std::lock_guard lock(mutex_);
            return stop_;
        };
        // Without the lock: it calls do_interrupt() of Python sinks, which wants the GIL.
        present().request_stop();
    }
    /// A new run begins: stopped already where a stop came beforehand.
    std::stop_token start() {
        const std::lock_guard lock(mutex_);
        (void)forget_fatal();
        return stop_.get_token();
    }
    /// The run has ended, and with it what stopped it.
    void end() {
        const std::lock_guard lock(mutex_);
        stop_ = std::stop_source();
    }
    void fatal(std::exception_ptr error) {
        {
            const std::lock_guard lock(mutex_);
            if (!fatal_) fatal_ = std::move(error);
        }
        stop();
    }
    [[nodiscard]] std::exception_ptr take_fatal() {
        const std::lock_guard lock(mutex_);
        return forget_fatal();
    }

private:
    /// An error that asked for the end of one call must not end the next.
    std::exception_ptr forget_fatal() {
        if (fatal_) stop_ = std::stop_source();
        return std::exchange(fatal_, nullptr);
    }

    std::mutex mutex_;
    std::stop_source stop_;
    std::exception_ptr fatal_;
};

/// The common half of the forwarding stages.
template <class T>
class Shared {
public:
    Shared(py::object keep, std::shared_ptr<RunControl> run)
        : object_(&py::cast<Object<T>&>(keep)), keep_(std::move(keep)), run_(std::move(run)) {
        (void)object_->stage();  // throws where __init__() was not called
    }

protected:
    /// Calls `body` with the object to oneself. Without the GIL.
    template <class Body>
    auto alone(Body&& body) {
        const std::lock_guard lock(object_->mutex);
        try {
            return body(*object_);
        } catch (py::error_already_set& e) {
            bool ends_program = false;
            {
                const WithGil gil;
                ends_program = !e.matches(PyExc_Exception);
            }
            if (ends_program) run_->fatal(std::current_exception());
            throw;
        }
    }
    void reset_object() noexcept {
        const std::lock_guard lock(object_->mutex);
        object_->stage().reset();
    }
    [[nodiscard]] T& stage() const noexcept { return *object_->made; }

private:
    Object<T>* object_;
    PyRef keep_;
    std::shared_ptr<RunControl> run_;
};

class SharedSegmenter final : public Segmenter, Shared<Segmenter> {
public:
    using Shared<Segmenter>::Shared;
    [[nodiscard]] std::string_view name() const noexcept override { return stage().name(); }
    [[nodiscard]] bool accepts(PixelFormat format) const noexcept override { return stage().accepts(format); }
    [[nodiscard]] bool runs_on(DeviceType type) const noexcept override { return stage().runs_on(type); }
    [[nodiscard]] bool gives_foreground() const noexcept override { return stage().gives_foreground(); }
    [[nodiscard]] int warm_up_frames() const noexcept override { return stage().warm_up_frames(); }
    [[nodiscard]] int coarsest() const noexcept override { return coarsest_; }

private:
    void do_configure(const FrameSpec& wanted, Context& context) override {
        alone([&](SegmenterObject& o) {
            o.stage().allow_coarser(coarser_allowed());
            o.stage().configure(wanted, context);
            coarsest_ = o.stage().coarsest();
        });
    }
    void do_reset() noexcept override { reset_object(); }
    bool do_segment(const ConstFrameView& frame, const MaskView& alpha, Context& context,
                    const std::optional<FrameView>& foreground) override {
        return alone([&](SegmenterObject& o) {
            o.prepare(spec(), context);
            // The object may be another pipeline's, too.
            o.stage().coarseness(std::min(coarseness(), o.stage().coarsest()));
            return o.stage().segment(frame, alpha, context, foreground);
        });
    }
    int coarsest_ = 0;
};

class SharedMaskFilter final : public MaskFilter, Shared<MaskFilter> {
public:
    using Shared<MaskFilter>::Shared;
    [[nodiscard]] std::string_view name() const noexcept override { return stage().name(); }
    [[nodiscard]] bool accepts(PixelFormat format) const noexcept override { return stage().accepts(format); }
    [[nodiscard]] bool runs_on(DeviceType type) const noexcept override { return stage().runs_on(type); }
    [[nodiscard]] bool uses_guide() const noexcept override { return stage().uses_guide(); }

private:
    void do_configure(const FrameSpec& wanted, Context& context) override {
        alone([&](MaskFilterObject& o) { o.stage().configure(wanted, context); });
    }
    void do_reset() noexcept override { reset_object(); }
    void do_apply(const ConstFrameView& guide, const ConstMaskView& in, const MaskView& out,
                  Context& context) override {
        alone([&](MaskFilterObject& o) {
            o.prepare(spec(), context);
            o.stage().apply(guide, in, out, context);
        });
    }
};

class SharedEffect final : public Effect, Shared<Effect> {
public:
    using Shared<Effect>::Shared;
    [[nodiscard]] std::string_view name() const noexcept override { return stage().name(); }
    [[nodiscard]] bool accepts(PixelFormat format) const noexcept override { return stage().accepts(format); }
    [[nodiscard]] bool runs_on(DeviceType type) const noexcept override { return stage().runs_on(type); }
    [[nodiscard]] bool replaces_layer() const noexcept override { return stage().replaces_layer(); }
    [[nodiscard]] bool is_still() const noexcept override { return stage().is_still(); }
    [[nodiscard]] bool uses_alpha() const noexcept override { return stage().uses_alpha(); }

private:
    void do_configure(const FrameSpec& wanted, Context& context) override {
        alone([&](EffectObject& o) { o.stage().configure(wanted, context); });
    }
    void do_reset() noexcept override { reset_object(); }
    void do_apply(const ConstFrameView& layer, const ConstMaskView& alpha, const FrameView& out,
                  Context& context) override {
        alone([&](EffectObject& o) {
            o.prepare(spec(), context);
            o.stage().apply(layer, alpha, out, context);
        });
    }
};

class SharedCompositor final : public Compositor, Shared<Compositor> {
public:
    using Shared<Compositor>::Shared;
    [[nodiscard]] std::string_view name() const noexcept override { return stage().name(); }
    [[nodiscard]] bool accepts(PixelFormat format) const noexcept override { return stage().accepts(format); }
    [[nodiscard]] bool runs_on(DeviceType type) const noexcept override { return stage().runs_on(type); }

private:
    void do_configure(const FrameSpec& wanted, Context& context) override {
        alone([&](CompositorObject& o) { o.stage().configure(wanted, context); });
    }
    void do_reset() noexcept override { reset_object(); }
    void do_compose(const ConstFrameView& foreground, const ConstMaskView& alpha,
                    const ConstFrameView& background, const FrameView& out, Context& context) override {
        alone([&](CompositorObject& o) {
            o.prepare(spec(), context);
            o.stage().compose(foreground, alpha, background, out, context);
        });
    }
};

class SharedSource final : public Source, Shared<Source> {
public:
    using Shared<Source>::Shared;
    [[nodiscard]] std::string_view name() const noexcept override { return stage().name(); }
    [[nodiscard]] bool is_live() const noexcept override { return stage().is_live(); }
    [[nodiscard]] std::uint64_t length() const noexcept override { return stage().length(); }
    [[nodiscard]] std::uint64_t damaged() const noexcept override { return stage().damaged(); }

private:
    FrameSpec do_open() override {
        return alone([&](SourceObject& o) {
            o.port.spec = o.stage().open();
            o.port.open = true;
            return o.port.spec;
        });
    }
    ReadResult do_read(ConstFrameView& frame, std::chrono::milliseconds timeout) override {
        return alone([&](SourceObject& o) { return o.stage().read(frame, timeout); });
    }
    void do_release() noexcept override { stage().release(); }
    void do_close() noexcept override {
        alone([&](SourceObject& o) {
            o.port.open = false;
            o.stage().close();
        });
    }
};

class SharedSink final : public Sink, Shared<Sink> {
public:
    using Shared<Sink>::Shared;
    ~SharedSink() override { abandon(); }
    [[nodiscard]] std::string_view name() const noexcept override { return stage().name(); }
    [[nodiscard]] Demand demand() const noexcept override { return stage().demand(); }
    [[nodiscard]] SinkCounters counters() const noexcept override { return stage().counters(); }
    void interrupt() noexcept override { stage().interrupt(); }  // while another thread is in do_write()
    void rearm() noexcept override { stage().rearm(); }

private:
    FrameSpec do_open(const FrameSpec& wanted) override {
        return alone([&](SinkObject& o) {
            o.port.spec = o.stage().open(wanted);
            o.port.open = true;
            return o.port.spec;
        });
    }
    void do_write(const ConstFrameView& frame) override {
        alone([&](SinkObject& o) { o.stage().write(frame); });
    }
    void do_close() override {
        alone([&](SinkObject& o) {
            o.port.open = false;
            o.stage().close();
        });
    }
    void do_abandon() noexcept override {
        alone([&](SinkObject& o) {
            o.port.open = false;
            o.stage().abandon();
        });
    }
};

}  // namespace vbg::python
