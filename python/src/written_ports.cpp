// Source and Sink as Python classes write them.
#include <utility>

#include "errors.hpp"
#include "python_stage.hpp"

namespace vbg::python {

namespace {

constexpr const char* kWanted = "; wanted a vbg.FrameSpec, (width, height) or (width, height, format)";

/// An answer of do_open() as it is.
FrameSpec spec_in(const py::object& answer, const FrameSpec& otherwise) {
    if (answer.is_none() && otherwise.width > 0) return otherwise;
    if (py::isinstance<FrameSpec>(answer)) return py::cast<FrameSpec>(answer);
    if (py::isinstance<py::tuple>(answer)) {
        const auto parts = py::cast<py::tuple>(answer);
        FrameSpec spec = otherwise;
        if (parts.size() >= 2 && parts.size() <= 3) {
            spec.width = py::cast<int>(parts[0]);
            spec.height = py::cast<int>(parts[1]);
            if (spec.format == PixelFormat::unknown) spec.format = PixelFormat::bgr8;
            if (parts.size() == 3) spec.format = format_named(py::cast<std::string>(parts[2]));
            return spec;
        }
    }
    throw Refused(Refused::As::type, "do_open() gave a " + type_name(answer) + kWanted);
}

/// What do_open() of a source or sink may return: None (`otherwise`, where there is such), FrameSpec, (width,
/// height) or (width, height, format). With the GIL.
FrameSpec spec_from(const py::object& answer, const FrameSpec& otherwise) {
    const FrameSpec spec = spec_in(answer, otherwise);
    if (spec.width < 1 || spec.height < 1) {
        throw Refused(Refused::As::value, "do_open() gave frames of " + std::to_string(spec.width) + "x" +
                                              std::to_string(spec.height) + "; wanted at least 1x1");
    }
    return spec;
}

}  // namespace

FrameSpec WrittenSource::do_open() {
    const WithGil gil;
    held_.reset();
    next_ = 0;
    const py::object method = side_.needed("do_open", "do_open(self), returning (width, height)");
    py::object answer;
    try {
        answer = call(method);
    } catch (py::error_already_set& e) {
        throw_as_lost_device(e);
        throw;
    }
    try {
        return spec_from(answer, {});
    } catch (...) {
        side_.call_quietly("do_close");  // the object believes that it is open
        throw;
    }
}

void WrittenSource::throw_as_lost_device(py::error_already_set& e) const {
    if (!is_live() || !e.matches(PyExc_OSError)) return;
    const py::object number = py::getattr(e.value(), "errno", py::none());
    throw Error(Errc::device, std::string(side_.name()) + ": " + py::cast<std::string>(py::str(e.value())),
                py::isinstance<py::int_>(number) ? py::cast<int>(number) : 0);
}

ReadResult WrittenSource::do_read(ConstFrameView& frame, std::chrono::milliseconds timeout) {
    const WithGil gil;
    held_.reset();
    const py::object method = side_.needed("do_read", "do_read(self, timeout), returning an array or None");
    py::object answer;
    try {
        answer = call(method, std::chrono::duration<double>(timeout).count());
    } catch (py::error_already_set& e) {
        if (e.matches(PyExc_TimeoutError)) return ReadResult::timed_out;
        throw_as_lost_device(e);
        throw;
    }
    if (answer.is_none()) return ReadResult::end;
    held_ = std::make_unique<Memory>(answer, name_of_answer(), false);
    FrameView view = frame_view(*held_, spec().format);
    view.sequence = next_++;
    view.timestamp =
        is_live() ? std::chrono::steady_clock::now().time_since_epoch()
                  : std::chrono::nanoseconds(static_cast<std::int64_t>(
                        static_cast<double>(view.sequence) * 1e9 / (spec().fps > 0 ? spec().fps : 30)));
    frame = view;
    return ReadResult::frame;
}

void WrittenSource::do_release() noexcept {
    if (held_ == nullptr || Py_IsInitialized() == 0) return;
    const WithGil gil;
    held_.reset();
}

void WrittenSource::do_close() noexcept {
    do_release();
    side_.call_quietly("do_close");
}

WrittenSource::~WrittenSource() {
    if (held_ == nullptr) return;
    if (Py_IsInitialized() == 0) {
        (void)held_.release();  // the interpreter is gone; the system takes the memory
        return;
    }
    const WithGil gil;
    held_.reset();
}

std::string WrittenSource::name_of_answer() const {
    return std::string(side_.name()) + ": do_read()'s answer";
}

std::uint64_t WrittenSource::length() const noexcept {
    if (Py_IsInitialized() == 0) return 0;
    const WithGil gil;
    try {
        const py::object attribute = py::getattr(py::type::handle_of(side_.self()), "length", py::none());
        if (py::isinstance<py::int_>(attribute)) return py::cast<std::uint64_t>(attribute);
    } catch (const std::exception&) {  // only a hint
        PyErr_Clear();
    }
    return 0;
}

FrameSpec WrittenSink::do_open(const FrameSpec& wanted) {
    const WithGil gil;
    const py::object method = side_.method("do_open");
    if (!method) return wanted;
    const py::object answer = call(method, wanted);
    try {
        return spec_from(answer, wanted);
    } catch (...) {
        side_.call_quietly("do_abandon");  // the object believes that it is open
        throw;
    }
}

void WrittenSink::do_write(const ConstFrameView& frame) {
    const WithGil gil;
    call(side_.needed("do_write", "do_write(self, frame)"), side_.lender.lend(frame));
}

void WrittenSink::do_close() {
    const WithGil gil;
    if (const py::object method = side_.method("do_close")) call(method);
}

void WrittenSink::do_abandon() noexcept { side_.call_quietly("do_abandon"); }

}  // namespace vbg::python
