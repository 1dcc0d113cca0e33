#include "memory.hpp"

#include <utility>

#include "dlpack.hpp"
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

[[noreturn]] void refuse_dims(const std::string& what, int dims) {
    throw Refused(Refused::As::value,
                  what + ": " + std::to_string(dims) +
                      " dimensions; wanted a picture (height, width, channels) or a matte "
                      "(height, width): take one of a batch with a[0], drop axes of length "
                      "1 with a.squeeze()");
}

}  // namespace

Memory::Memory(py::handle object, std::string name, bool writable) : what(std::move(name)) {
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
        take_dlpack(object);
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
            throw Refused(Refused::As::buffer, what +
                                                   ": this memory is read-only; pass an array that may be "
                                                   "written (np.empty_like(x), or x.copy())");
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

void Memory::take_dlpack(py::handle object) {
    const auto device = py::cast<std::pair<int, int>>(call(object.attr("__dlpack_device__")));
    if (device.first != 1 && device.first != 3) {
        throw Refused(Refused::As::value,
                      what + ": this " + type_name(object) + " lies on device " +
                          std::to_string(device.first) + ":" + std::to_string(device.second) +
                          " (2 is CUDA); wanted host memory: pass x.cpu(), or CuPy's x.get()");
    }
    const py::object capsule = call(object.attr("__dlpack__"));
    auto* managed = static_cast<dlpack::Managed*>(PyCapsule_GetPointer(capsule.ptr(), "dltensor"));
    if (managed == nullptr) throw py::error_already_set();
    PyCapsule_SetName(capsule.ptr(), "used_dltensor");  // now ours to free
    dlpack_ = managed;
    const dlpack::Tensor& tensor = managed->tensor;
    dims = tensor.ndim;
    if (dims > kMaxDims || tensor.dtype.lanes != 1) {
        if (managed->deleter != nullptr) managed->deleter(managed);
        refuse_dims(what, dims);
    }
    static constexpr char kKinds[] = {'i', 'u', 'f', 'o', 'o', 'o', 'b'};
    kind = tensor.dtype.code < sizeof kKinds ? kKinds[tensor.dtype.code] : 'o';
    item_bytes = tensor.dtype.bits / 8;
    data = static_cast<std::byte*>(tensor.data) + tensor.byte_offset;
    std::ptrdiff_t packed = item_bytes;
    for (int i = dims - 1; i >= 0; --i) {
        const auto at = static_cast<std::size_t>(i);
        shape[at] = static_cast<std::ptrdiff_t>(tensor.shape[i]);
        strides[at] =
            tensor.strides != nullptr ? static_cast<std::ptrdiff_t>(tensor.strides[i]) * item_bytes : packed;
        packed *= shape[at];
    }
}

Memory::~Memory() {
    if (dlpack_ != nullptr) {
        auto* managed = static_cast<dlpack::Managed*>(dlpack_);
        if (managed->deleter != nullptr) managed->deleter(managed);
    } else if (buffer_.obj != nullptr) {
        PyBuffer_Release(&buffer_);
    }
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
