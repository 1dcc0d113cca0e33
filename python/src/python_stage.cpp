// The part that stages written in Python share: finding methods, lending arrays.
#include "python_stage.hpp"

#include <cctype>

#include "errors.hpp"

namespace vbg::python {

namespace {

thread_local DirectCall* innermost = nullptr;

/// "GreenScreen" -> "green_screen"
std::string snake_case(const std::string& text) {
    std::string snake;
    for (const char c : text) {
        if (std::isupper(static_cast<unsigned char>(c)) != 0 && !snake.empty()) snake += '_';
        snake += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return snake;
}

/// Whether an attribute of a class is one of this module's own rather than a subclass's.
bool is_native(py::handle attribute) { return PyInstanceMethod_Check(attribute.ptr()) != 0; }

py::array read_only_view(const py::array& array) {
    py::array view = array.attr("view")();
    view.attr("flags").attr("writeable") = false;
    return view;
}

}  // namespace

DirectCall::DirectCall() : outer_(innermost) { innermost = this; }
DirectCall::~DirectCall() { innermost = outer_; }

void DirectCall::add(const void* data, py::handle owner) {
    if (count_ < entries_.size()) entries_[count_++] = {data, owner};
}

py::handle DirectCall::owner_of(const void* data) noexcept {
    if (innermost == nullptr) return {};
    for (std::size_t i = 0; i < innermost->count_; ++i) {
        if (innermost->entries_[i].data == data) return innermost->entries_[i].owner;
    }
    return {};
}

Lender::~Lender() {
    if (pool_.empty()) return;
    if (Py_IsInitialized() == 0) {  // the interpreter is gone; the system takes the memory
        new std::vector<py::array>(std::move(pool_));
        return;
    }
    const WithGil gil;
    pool_.clear();
}

py::array Lender::pooled_frame(const FrameSpec& spec) {
    py::array fresh = new_frame(spec);
    for (const py::array& array : pool_) {
        bool fits = array.ref_count() == 1 && array.ndim() == fresh.ndim() && array.itemsize() == 1;
        for (py::ssize_t i = 0; fits && i < array.ndim(); ++i) fits = array.shape(i) == fresh.shape(i);
        if (fits) return array;
    }
    if (pool_.size() >= 8) pool_.clear();  // somebody keeps them all: they are his now
    pool_.push_back(fresh);
    return fresh;
}

py::array Lender::pooled_mask(int width, int height, MaskFormat format) {
    const int bytes = format == MaskFormat::f32 ? 4 : 1;
    for (const py::array& array : pool_) {
        if (array.ref_count() == 1 && array.ndim() == 2 && array.itemsize() == bytes &&
            array.shape(0) == height && array.shape(1) == width) {
            return array;
        }
    }
    if (pool_.size() >= 8) pool_.clear();
    pool_.push_back(new_mask(width, height, format));
    return pool_.back();
}

py::array Lender::lend(const ConstFrameView& view) {
    if (const py::handle owner = DirectCall::owner_of(view.planes[0].data);
        owner && plane_count(view.format) == 1)
        return array_over(view, owner, false);
    const FrameSpec spec{view.width, view.height, view.format, view.color, {}, 0};
    py::array array = pooled_frame(spec);
    const FrameView to = view_of_new_frame(array, spec);
    {
        const WithoutGil free;
        copy_pixels(view, to);
    }
    return read_only_view(array);
}

py::array Lender::lend(const ConstMaskView& view) {
    if (const py::handle owner = DirectCall::owner_of(view.data)) return array_over(view, owner, false);
    py::array array = pooled_mask(view.width, view.height, view.format);
    copy_pixels(view, view_of_new_mask(array));
    return read_only_view(array);
}

py::array Lender::lend_out(const FrameView& view) {
    if (const py::handle owner = DirectCall::owner_of(view.planes[0].data))
        return array_over(view, owner, true);
    return pooled_frame({view.width, view.height, view.format, {}, {}, 0});
}

py::array Lender::lend_out(const MaskView& view) {
    if (const py::handle owner = DirectCall::owner_of(view.data)) return array_over(view, owner, true);
    return pooled_mask(view.width, view.height, view.format);
}

namespace {

/// Whether a method's answer means "I have written into out"; else it must be an array.
bool wrote_in_place(const py::array& lent, const py::object& returned) {
    return returned.is_none() || returned.is(lent) || py::isinstance<py::bool_>(returned);
}

[[noreturn]] void refuse_answer(const char* method, const std::string& got, const std::string& wanted) {
    throw Refused(Refused::As::value, std::string(method) + "() gave an array of shape " + got + "; wanted " +
                                          wanted + ", or None after writing into out");
}

}  // namespace

void Lender::give_back(const py::array& lent, const py::object& returned, const FrameView& view,
                       const char* method) {
    const bool in_place = wrote_in_place(lent, returned);
    if (in_place && lent.data() == static_cast<const void*>(view.planes[0].data)) return;
    const Memory memory(in_place ? py::object(lent) : returned, std::string(method) + "()'s answer", false);
    FrameView from = frame_view(memory, view.format);
    if (from.width != view.width || from.height != view.height) {
        refuse_answer(method, memory.shape_text(),
                      "(" + std::to_string(view.height) + ", " + std::to_string(view.width) + ", 3)");
    }
    from.timestamp = view.timestamp;
    from.sequence = view.sequence;
    const WithoutGil free;
    copy_pixels(from, view);
}

void Lender::give_back(const py::array& lent, const py::object& returned, const MaskView& view,
                       const char* method) {
    const bool in_place = wrote_in_place(lent, returned);
    if (in_place && lent.data() == static_cast<const void*>(view.data)) return;
    const Memory memory(in_place ? py::object(lent) : returned, std::string(method) + "()'s answer", false);
    const MaskView from = mask_view(memory);
    if (from.width != view.width || from.height != view.height) {
        refuse_answer(method, memory.shape_text(),
                      "(" + std::to_string(view.height) + ", " + std::to_string(view.width) + ")");
    }
    if (from.format != view.format) {
        throw Refused(Refused::As::type,
                      std::string(method) + "() gave a matte of " + memory.dtype() +
                          "; wanted the dtype of out: " +
                          (view.format == MaskFormat::u8 ? "uint8 0..255" : "float32 0..1"));
    }
    const WithoutGil free;
    copy_pixels(from, view);
}

PythonSide::PythonSide(py::handle self)
    : self_(self), name_(snake_case(py::cast<std::string>(py::type::handle_of(self).attr("__name__")))) {}

py::object PythonSide::method(const char* name) const {
    const py::object attribute = py::getattr(py::type::handle_of(self_), name, py::none());
    if (attribute.is_none() || is_native(attribute)) return {};
    return self_.attr(name);
}

py::object PythonSide::needed(const char* name, const char* signature) const {
    py::object found = method(name);
    if (!found) {
        throw Refused(Refused::As::type, name_ + ": a class of your own needs the method " + signature);
    }
    return found;
}

bool PythonSide::flag(const char* name, bool otherwise) const {
    if (Py_IsInitialized() == 0) return otherwise;
    const WithGil gil;
    try {
        const py::object attribute = py::getattr(py::type::handle_of(self_), name, py::none());
        if (py::isinstance<py::bool_>(attribute)) return py::cast<bool>(attribute);
        const bool python_property =
            py::hasattr(attribute, "fget") && PyFunction_Check(py::object(attribute.attr("fget")).ptr()) != 0;
        return python_property ? py::cast<bool>(py::bool_(self_.attr(name))) : otherwise;
    } catch (py::error_already_set& e) {
        e.discard_as_unraisable(name);
        return otherwise;
    }
}

void PythonSide::call_quietly(const char* name) const noexcept {
    if (Py_IsInitialized() == 0) return;
    const WithGil gil;
    try {
        if (const py::object found = method(name)) call(found);
    } catch (py::error_already_set& e) {
        e.discard_as_unraisable(name);
    }
}

void PythonSide::configure(const FrameSpec& spec) const {
    const WithGil gil;
    if (const py::object found = method("do_configure")) call(found, spec);
}

}  // namespace vbg::python
