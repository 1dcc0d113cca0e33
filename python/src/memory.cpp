#include "memory.hpp"

#include <algorithm>
#include <utility>

#include "errors.hpp"
#include "gil.hpp"

namespace vbg::python {

namespace {

/// 'u', 'i', 'f', 'b' or 'o' for a struct-module format of one item.
char kind_of(const char* format) {
    if (format == nullptr) return 'u';  // plain bytes
    if (*format == '@' || *format == '=' || *format == '|' || *format == '<') ++format;
    if (*format == '\0' || format[1] != '\0') return 'o';
    switch (*format) {
        case 'B':
        case 'H':
        case 'I':
        case 'L':
        case 'Q': return 'u';
        case 'b':
        case 'h':
        case 'i':
        case 'l':
        case 'q': return 'i';
        case 'e':
        case 'f':
        case 'd': return 'f';
        case '?': return 'b';
        default: return 'o';
    }
}

/// Far more than any array has, and small enough that sizes in bytes never overflow.
constexpr std::int64_t kMostBytes = std::int64_t{1} << 40;

/// A side or stride, in elements, that another library says.
std::ptrdiff_t bounded(std::int64_t value, const std::string& what) {
    if (value >= -kMostBytes && value <= kMostBytes) return static_cast<std::ptrdiff_t>(value);
    throw Refused(Refused::As::value,
                  what + ": __dlpack__() gave a side or stride of " + std::to_string(value) + " elements");
}

[[noreturn]] void refuse_read_only(const std::string& what) {
    throw Refused(Refused::As::buffer, what +
                                           ": this memory is read-only; pass an array that may be "
                                           "written (np.empty_like(x), or x.copy())");
}

[[noreturn]] void refuse_dims(const std::string& what, int dims) {
    throw Refused(Refused::As::value,
                  what + ": " + std::to_string(dims) +
                      " dimensions; wanted a picture (height, width, channels) or a matte "
                      "(height, width): take one of a batch with a[0], drop axes of length "
                      "1 with a.squeeze()");
}

}  // namespace

Memory::Memory(py::handle object, std::string name, bool writable, const Reach& reach)
    : what(std::move(name)) {
    if (object.is_none()) {
        throw Refused(
            Refused::As::type,
            what +
                " is None; wanted an array (numpy, OpenCV, torch). cv2.imread() and "
                "VideoCapture.read() give None when there is nothing to read: check the path or the "
                "first value of read()");
    }
    if (PyObject_CheckBuffer(object.ptr()) != 0) {
        if (take_buffer(object, writable)) return;
    } else if (py::hasattr(object, "__dlpack__")) {
        take_dlpack(object, writable, reach);
        return;
    }
    throw Refused(Refused::As::type,
                  what + " is a " + type_name(object) +
                      "; wanted an array: numpy, OpenCV, torch, or anything else with the "
                      "buffer protocol or DLPack. np.asarray(x, dtype=np.uint8) makes one");
}

bool Memory::take_buffer(py::handle object, bool writable) {
    const int flags = PyBUF_FORMAT | PyBUF_STRIDES | (writable ? PyBUF_WRITABLE : 0);
    if (PyObject_GetBuffer(object.ptr(), &buffer_, flags) != 0) {
        buffer_.obj = nullptr;
        if (PyErr_ExceptionMatches(PyExc_ValueError) != 0 && PyMemoryView_Check(object.ptr()) != 0) {
            PyErr_Clear();
            throw Refused(
                Refused::As::value,
                what + ": this memoryview was released, or its pixels do not lie in rows; make one anew");
        }
        PyErr_Clear();
        if (writable && PyObject_GetBuffer(object.ptr(), &buffer_, PyBUF_FORMAT | PyBUF_STRIDES) == 0) {
            PyBuffer_Release(&buffer_);
            refuse_read_only(what);
        }
        PyErr_Clear();
        return false;
    }
    dims = buffer_.ndim;
    if (dims > kMaxDims) {
        PyBuffer_Release(&buffer_);
        refuse_dims(what, dims);
    }
    data = static_cast<std::byte*>(buffer_.buf);
    item_bytes = static_cast<int>(buffer_.itemsize);
    kind = kind_of(buffer_.format);
    std::ptrdiff_t packed = item_bytes;
    for (int i = dims - 1; i >= 0; --i) {
        const auto at = static_cast<std::size_t>(i);
        shape[at] = buffer_.shape != nullptr ? buffer_.shape[i] : buffer_.len / packed;
        strides[at] = buffer_.strides != nullptr ? buffer_.strides[i] : packed;  // ctypes gives none: C order
        packed *= shape[at];
    }
    return true;
}

void Memory::take_dlpack(py::handle object, bool writable, const Reach& reach) {
    borrowed_.take(object, what, reach);
    const dlpack::Tensor& tensor = borrowed_.tensor();
    device = borrowed_.device();
    if (writable && borrowed_.read_only()) refuse_read_only(what);
    dims = tensor.ndim;
    if (dims < 0 || dims > kMaxDims) refuse_dims(what, dims);
    static constexpr char kKinds[] = {'i', 'u', 'f', 'o', 'o', 'o', 'b'};
    const bool plain =
        tensor.dtype.code < sizeof kKinds && tensor.dtype.lanes == 1 && tensor.dtype.bits % 8 == 0;
    kind = plain ? kKinds[tensor.dtype.code] : 'o';
    item_bytes = std::max(1, tensor.dtype.bits / 8);
    std::ptrdiff_t packed = item_bytes;
    bool holds_some = true;
    for (int i = dims - 1; i >= 0; --i) {
        const auto at = static_cast<std::size_t>(i);
        shape[at] = bounded(tensor.shape[i], what);
        strides[at] = tensor.strides != nullptr ? bounded(tensor.strides[i], what) * item_bytes : packed;
        packed = shape[at] > 0 && packed > kMostBytes / shape[at] ? kMostBytes : packed * shape[at];
        holds_some = holds_some && shape[at] > 0;
    }
    if (tensor.data == nullptr && holds_some) {
        throw Refused(Refused::As::value,
                      what + ": this " + type_name(object) + " of shape " + shape_text() + " has no memory");
    }
    data = static_cast<std::byte*>(tensor.data) + tensor.byte_offset;
}

Memory::~Memory() {
    if (buffer_.obj != nullptr) PyBuffer_Release(&buffer_);
}

std::string Memory::dtype() const {
    switch (kind) {
        case 'u': return "uint" + std::to_string(8 * item_bytes);
        case 'i': return "int" + std::to_string(8 * item_bytes);
        case 'f': return "float" + std::to_string(8 * item_bytes);
        case 'b': return "bool";
        default: return "of another kind";
    }
}

std::string Memory::shape_text() const {
    std::string text = "(";
    for (int i = 0; i < dims; ++i) {
        text += (i > 0 ? ", " : "") + std::to_string(shape[static_cast<std::size_t>(i)]);
    }
    return text + (dims == 1 ? ",)" : ")");
}

}  // namespace vbg::python
