#include "device_array.hpp"

#include <array>
#include <optional>
#include <string>
#include <type_traits>

#include "arrays.hpp"
#include "devices.hpp"
#include "dlpack.hpp"
#include "errors.hpp"
#include "gil.hpp"
#include "new_instance.hpp"

namespace vbg::python {

namespace {

constexpr std::size_t kDims = Memory::kMaxDims;

const DeviceArray& whole(const DeviceArray& array) {
    if (array.owner == nullptr)
        throw Refused(Refused::As::type, "this DeviceArray was never made: call its __init__()");
    return array;
}

/// Everything about the memory, as an array's words have it.
struct Layout {
    std::byte* data = nullptr;
    Device device{};
    bool floats = false;
    std::vector<py::ssize_t> shape, strides;  ///< strides in bytes
};

Layout layout_of(const DeviceArray& array) {
    whole(array);
    if (const auto* mask = std::get_if<MaskView>(&array.view)) {
        const bool floats = mask->format == MaskFormat::f32;
        return {mask->data,
                mask->device,
                floats,
                {mask->height, mask->width},
                {mask->stride, floats ? py::ssize_t{sizeof(float)} : 1}};
    }
    const auto& frame = std::get<FrameView>(array.view);
    const auto channels = static_cast<py::ssize_t>(row_bytes(frame.format, 0, 2) / 2);
    Layout made{frame.planes[0].data,
                frame.device,
                false,
                {frame.height, frame.width},
                {frame.planes[0].stride, channels}};
    if (channels > 1) {
        made.shape.push_back(channels);
        made.strides.push_back(1);
    }
    return made;
}

/// The format that stands for a picture of so many channels: what the bytes mean does not matter here.
PixelFormat format_of(py::ssize_t channels) {
    if (channels == 4) return PixelFormat::bgra8;
    return channels == 2 ? PixelFormat::yuyv : PixelFormat::bgr8;
}

void make_array(DeviceArray& self, const py::object& array, const std::string& device_word,
                std::uintptr_t stream) {
    if (self.owner != nullptr) throw Refused(Refused::As::state, "DeviceArray: made already");
    const Device device = device_named(device_word);
    if (device.type != DeviceType::cuda)
        throw Refused(Refused::As::value, "DeviceArray: device='cpu'; wanted a GPU. Host memory is numpy's");
    const StreamRef turn = stream_numbered(stream);
    const Memory memory(array, "array", false, {true, turn, device});
    const auto copied = [&](const auto& from, auto make_owner) {
        const WithoutGil free;
        auto owned = make_owner();
        if (memory.device.type == DeviceType::cuda && memory.device != device)
            wait_for_stream(memory.device, {});  // streams of two GPUs do not know each other
        copy_pixels(from, owned.view(), turn);
        share(device, turn);
        if (memory.device.type == DeviceType::cuda) wait_for_stream(device, turn);  // it is given back now
        return DeviceArray(std::move(owned));
    };
    if (memory.dims == 3 && memory.shape[2] > 1) {
        const FrameView from = frame_view(memory, format_of(memory.shape[2]));
        const FrameSpec spec{from.width, from.height, from.format, {}, device, 0};
        self = copied(from, [&] { return Frame(spec); });
    } else {
        const MaskView from = mask_view(memory);
        self = copied(from, [&] { return Mask(from.width, from.height, from.format, device); });
    }
}

py::array to_numpy(const DeviceArray& self) {
    const Layout layout = layout_of(self);
    if (const auto* mask = std::get_if<MaskView>(&self.view)) {
        py::array array = new_mask(mask->width, mask->height, mask->format);
        const MaskView to = view_of_new_mask(array);
        const std::shared_ptr<void> alive = self.owner;
        const WithoutGil free;
        copy_pixels(*mask, to, StreamRef{});  // memory that is not pinned: waits
        return array;
    }
    const auto& frame = std::get<FrameView>(self.view);
    const FrameSpec spec{frame.width, frame.height, frame.format, {}, {}, 0};
    py::array array = new_frame(spec);
    const FrameView to = view_of_new_frame(array, spec);
    const std::shared_ptr<void> alive = self.owner;
    const WithoutGil free;
    copy_pixels(frame, to, StreamRef{});
    return array;
}

// --- lending it to other libraries

template <class Content>
struct Lent {
    Content content{};
    std::shared_ptr<void> owner;
    std::array<std::int64_t, kDims> shape{}, strides{};
};

/// Of a capsule that nobody has used.
template <class Content>
void drop_capsule(PyObject* capsule) {
    if (PyCapsule_IsValid(capsule, Content::kName) == 0) return;
    auto* content = static_cast<Content*>(PyCapsule_GetPointer(capsule, Content::kName));
    content->deleter(content);
}

template <class Content>
py::object lend(const DeviceArray& self) {
    const Layout layout = layout_of(self);
    auto lent = std::make_unique<Lent<Content>>();
    lent->owner = self.owner;
    const int item = layout.floats ? static_cast<int>(sizeof(float)) : 1;
    for (std::size_t i = 0; i < layout.shape.size(); ++i) {
        lent->shape[i] = layout.shape[i];
        lent->strides[i] = layout.strides[i] / item;
    }
    Content& content = lent->content;
    const auto code = static_cast<std::uint8_t>(layout.floats ? 2 : 1),
               bits = static_cast<std::uint8_t>(8 * item);
    content.tensor = {layout.data,
                      {static_cast<std::int32_t>(layout.device.type), layout.device.index},
                      static_cast<std::int32_t>(layout.shape.size()),
                      {code, bits, 1},
                      lent->shape.data(),
                      lent->strides.data(),
                      0};
    content.context = lent.get();
    content.deleter = [](Content* given) { delete static_cast<Lent<Content>*>(given->context); };
    if constexpr (std::is_same_v<Content, dlpack::Versioned>) content.version = {1, 0};
    PyObject* capsule = PyCapsule_New(&content, Content::kName, &drop_capsule<Content>);
    if (capsule == nullptr) throw py::error_already_set();
    (void)lent.release();  // the capsule's, or whoever uses it
    return py::reinterpret_steal<py::object>(capsule);
}

/// __dlpack__(). The consumer's stream waits for the default one.
py::object dlpack_capsule(const DeviceArray& self, std::optional<std::int64_t> stream,
                          std::optional<std::pair<int, int>> max_version,
                          std::optional<std::pair<int, int>> device, std::optional<bool> copy) {
    const Layout layout = layout_of(self);
    const std::pair<int, int> own{static_cast<int>(layout.device.type), layout.device.index};
    if ((device && *device != own) || copy.value_or(false)) {
        throw Refused(Refused::As::buffer, "DeviceArray: __dlpack__() lends the memory where it lies, on " +
                                               device_text(layout.device) +
                                               "; numpy() makes a copy in host memory");
    }
    if (stream && (*stream == dlpack::kAmbiguous || *stream < dlpack::kNoSync)) {
        throw Refused(Refused::As::value, "DeviceArray: stream=" + std::to_string(*stream) +
                                              "; wanted 1 (the default stream), a cudaStream_t, or -1 (no "
                                              "waiting)");
    }
    if (stream && *stream != dlpack::kNoSync)
        order_streams(layout.device, {}, stream_numbered(static_cast<std::uintptr_t>(*stream)));
    return max_version && max_version->first >= 1 ? lend<dlpack::Versioned>(self)
                                                  : lend<dlpack::Managed>(self);
}

std::string shape_text(const Layout& layout) {
    std::string text;
    for (const py::ssize_t side : layout.shape) text += (text.empty() ? "(" : ", ") + std::to_string(side);
    return text + ")";
}

constexpr const char* kDeviceArrayClass =
    R"(A picture or matte in the memory of a GPU: what calls give whose pictures lie there.

DeviceArray(array, device="cuda", *, stream=0) copies an array to a GPU: (height, width, channels) or (height, width),
uint8, or float32 for a matte. stream: in whose turn, as an int (torch.cuda.current_stream().cuda_stream).

It goes into everything that takes pictures on GPUs, and torch.from_dlpack(x), cupy.from_dlpack(x) and the like have the
same memory without a copy; it lives as long as anybody has it. Rows begin at multiples of 256 bytes, so strides are not
those of a packed array. x.numpy() is a copy in host memory.

What it holds may still be queued: it is there as soon as the GPU's default stream has got there. Libraries that take it
through __dlpack__() see to that by themselves.)";

}  // namespace

DeviceArray::DeviceArray(Frame frame) {
    auto kept = std::make_shared<Frame>(std::move(frame));
    view = kept->view();
    owner = std::move(kept);
}

DeviceArray::DeviceArray(Mask mask) {
    auto kept = std::make_shared<Mask>(std::move(mask));
    view = kept->view();
    owner = std::move(kept);
}

void share(const Device& device, StreamRef stream) { order_streams(device, stream, {}); }

void bind_device_array(py::module_& module) {
    py::class_<DeviceArray>(module, "DeviceArray", whole_from_new<DeviceArray>(), kDeviceArrayClass)
        .def("_make", &make_array, "array"_a, "device"_a = "cuda", py::kw_only(), "stream"_a = 0)
        .def_property_readonly(
            "shape", [](const DeviceArray& a) { return py::tuple(py::cast(layout_of(a).shape)); },
            "(height, width) or (height, width, channels).")
        .def_property_readonly(
            "strides", [](const DeviceArray& a) { return py::tuple(py::cast(layout_of(a).strides)); },
            "Bytes from one element to the next, for each axis.")
        .def_property_readonly(
            "ndim", [](const DeviceArray& a) { return layout_of(a).shape.size(); }, "How many axes: 2 or 3.")
        .def_property_readonly(
            "dtype",
            [](const DeviceArray& a) -> py::dtype {
                return layout_of(a).floats ? py::dtype::of<float>() : py::dtype::of<std::uint8_t>();
            },
            "numpy's uint8 or float32.")
        .def_property_readonly(
            "device", [](const DeviceArray& a) { return device_text(layout_of(a).device); },
            "The GPU it lies on, \"cuda:0\".")
        .def("numpy", &to_numpy, "A copy in host memory, as a new numpy array; waits until it is there.")
        .def(
            "__dlpack_device__",
            [](const DeviceArray& a) {
                const Device device = layout_of(a).device;
                return py::make_tuple(static_cast<int>(device.type), device.index);
            },
            "(2, number of the GPU), as DLPack has it.")
        .def("__dlpack__", &dlpack_capsule, py::kw_only(), "stream"_a = py::none(),
             "max_version"_a = py::none(), "dl_device"_a = py::none(), "copy"_a = py::none(),
             R"(Lend the memory to another library, which calls this itself: torch.from_dlpack(x).

stream : that in which the library will read, as DLPack has it: None or 1 = the GPU's default stream, -1 = do not wait,
    else a cudaStream_t as an int. It waits for what is still queued; nobody else does.)")
        .def("__repr__", [](const DeviceArray& a) {
            if (a.owner == nullptr) return std::string("<vbg.DeviceArray (not made)>");
            const Layout layout = layout_of(a);
            return "<vbg.DeviceArray " + shape_text(layout) + (layout.floats ? " float32" : " uint8") +
                   " on " + device_text(layout.device) + ">";
        });
}

}  // namespace vbg::python
