#pragma once
/// @file python_stage.hpp  Stages whose work is done by methods of a Python class.
///
/// Called by their Python object with the caller's arrays, the methods get those very arrays' memory. Called
/// by a Pipeline, they get arrays of their own that they may keep: pictures are copied in and results copied
/// out (one memcpy each), and an array that somebody still holds is never used again.

#include <array>
#include <exception>
#include <string>
#include <vector>

#include "arrays.hpp"
#include "gil.hpp"
#include "pch.hpp"

namespace vbg::python {

/// Memory of the caller's arrays during a call from Python, so that a stage written in Python sees them
/// without a copy. One per thread; nests.
class DirectCall {
public:
    DirectCall();
    DirectCall(const DirectCall&) = delete;
    DirectCall& operator=(const DirectCall&) = delete;
    ~DirectCall();
    void add(const void* data, py::handle owner);
    /// The object that owns the memory at `data` in the innermost call, or null.
    static py::handle owner_of(const void* data) noexcept;

private:
    struct Entry {
        const void* data;
        py::handle owner;
    };
    std::array<Entry, 4> entries_{};
    std::size_t count_ = 0;
    DirectCall* outer_;
};

/// Arrays lent to Python code. All with the GIL.
class Lender {
public:
    Lender() = default;
    Lender(const Lender&) = delete;
    Lender& operator=(const Lender&) = delete;
    ~Lender();
    /// A picture to look at, not to write into.
    py::array lend(const ConstFrameView& view);
    py::array lend(const ConstMaskView& view);
    /// A place for the result; give_back() brings it to `view`.
    py::array lend_out(const FrameView& view);
    py::array lend_out(const MaskView& view);
    /// Copies a result to where it belongs. `returned` is what the method gave back: None (it wrote into
    /// `lent`), `lent` itself, or another array of the same shape. Throws Refused for anything else.
    void give_back(const py::array& lent, const py::object& returned, const FrameView& view,
                   const char* method);
    void give_back(const py::array& lent, const py::object& returned, const MaskView& view,
                   const char* method);

private:
    py::array pooled_frame(const FrameSpec& spec);
    py::array pooled_mask(int width, int height, MaskFormat format);
    std::vector<py::array> pool_;
};

/// The Python object behind a stage: borrowed, because the object owns the stage.
class PythonSide {
public:
    explicit PythonSide(py::handle self);
    [[nodiscard]] std::string_view name() const noexcept { return name_; }
    [[nodiscard]] py::handle self() const noexcept { return self_; }
    /// The method of that name where the Python class has one, else an empty object. With the GIL.
    [[nodiscard]] py::object method(const char* name) const;
    /// The same, but it must be there: throws Refused (type) that tells its signature.
    [[nodiscard]] py::object needed(const char* name, const char* signature) const;
    /// A truth value that a class may define, e.g. uses_alpha = True.
    [[nodiscard]] bool flag(const char* name, bool otherwise) const;
    /// Calls a method without arguments where there is one; what it throws is reported, not thrown.
    void call_quietly(const char* name) const noexcept;
    /// do_configure(spec) where there is one.
    void configure(const FrameSpec& spec) const;
    Lender lender;

private:
    py::handle self_;
    std::string name_;
};

class WrittenSegmenter final : public Segmenter {
public:
    explicit WrittenSegmenter(py::handle self) : side_(self) {}
    [[nodiscard]] std::string_view name() const noexcept override { return side_.name(); }
    [[nodiscard]] bool gives_foreground() const noexcept override {
        return side_.flag("gives_foreground", false);
    }

private:
    void do_configure(const FrameSpec& spec, Context& /*context*/) override { side_.configure(spec); }
    void do_reset() noexcept override { side_.call_quietly("do_reset"); }
    bool do_segment(const ConstFrameView& frame, const MaskView& alpha, Context& context,
                    const std::optional<FrameView>& foreground) override;
    PythonSide side_;
};

class WrittenMaskFilter final : public MaskFilter {
public:
    explicit WrittenMaskFilter(py::handle self) : side_(self) {}
    [[nodiscard]] std::string_view name() const noexcept override { return side_.name(); }
    [[nodiscard]] bool uses_guide() const noexcept override { return side_.flag("uses_guide", true); }

private:
    void do_configure(const FrameSpec& spec, Context& /*context*/) override { side_.configure(spec); }
    void do_reset() noexcept override { side_.call_quietly("do_reset"); }
    void do_apply(const ConstFrameView& guide, const ConstMaskView& in, const MaskView& out,
                  Context& context) override;
    PythonSide side_;
};

class WrittenEffect final : public Effect {
public:
    explicit WrittenEffect(py::handle self) : side_(self) {}
    [[nodiscard]] std::string_view name() const noexcept override { return side_.name(); }
    [[nodiscard]] bool replaces_layer() const noexcept override {
        return side_.flag("replaces_layer", false);
    }
    [[nodiscard]] bool is_still() const noexcept override { return side_.flag("is_still", false); }
    [[nodiscard]] bool uses_alpha() const noexcept override { return side_.flag("uses_alpha", false); }

private:
    void do_configure(const FrameSpec& spec, Context& /*context*/) override { side_.configure(spec); }
    void do_reset() noexcept override { side_.call_quietly("do_reset"); }
    void do_apply(const ConstFrameView& layer, const ConstMaskView& alpha, const FrameView& out,
                  Context& context) override;
    PythonSide side_;
};

class WrittenCompositor final : public Compositor {
public:
    explicit WrittenCompositor(py::handle self) : side_(self) {}
    [[nodiscard]] std::string_view name() const noexcept override { return side_.name(); }

private:
    void do_configure(const FrameSpec& spec, Context& /*context*/) override { side_.configure(spec); }
    void do_reset() noexcept override { side_.call_quietly("do_reset"); }
    void do_compose(const ConstFrameView& foreground, const ConstMaskView& alpha,
                    const ConstFrameView& background, const FrameView& out, Context& context) override;
    PythonSide side_;
};

/// Frames are numbered and stamped here; the array a method returned is held until the next one is read.
class WrittenSource final : public Source {
public:
    explicit WrittenSource(py::handle self) : side_(self) {}
    ~WrittenSource() override;
    [[nodiscard]] std::string_view name() const noexcept override { return side_.name(); }
    [[nodiscard]] bool is_live() const noexcept override { return side_.flag("is_live", false); }
    [[nodiscard]] std::uint64_t length() const noexcept override;

private:
    FrameSpec do_open() override;
    ReadResult do_read(ConstFrameView& frame, std::chrono::milliseconds timeout) override;
    void do_release() noexcept override;
    void do_close() noexcept override;
    [[nodiscard]] std::string name_of_answer() const;
    /// A live source's OSError is a lost device, which run() opens again. With the GIL.
    void throw_as_lost_device(py::error_already_set& e) const;
    PythonSide side_;
    std::unique_ptr<Memory> held_;
    std::uint64_t next_ = 0;
};

class WrittenSink final : public Sink {
public:
    explicit WrittenSink(py::handle self) : side_(self) {}
    // Nothing is abandoned on destruction: by then the Python object is half gone. Whoever uses it as a sink
    // (a Pipeline, `with`) abandons or closes it before.
    [[nodiscard]] std::string_view name() const noexcept override { return side_.name(); }
    void interrupt() noexcept override { side_.call_quietly("do_interrupt"); }

private:
    FrameSpec do_open(const FrameSpec& wanted) override;
    void do_write(const ConstFrameView& frame) override;
    void do_close() override;
    void do_abandon() noexcept override;
    PythonSide side_;
};

}  // namespace vbg::python
