#include "borrowed.hpp"

#include <type_traits>
#include <utility>

#include "devices.hpp"
#include "errors.hpp"
#include "gil.hpp"

namespace vbg::python {

namespace {

constexpr const char* kToHost = "pass x.cpu(), or CuPy's x.get()";

/// What __dlpack_device__() says.
dlpack::Device asked_device(py::handle object, const std::string& what) {
    const py::object answer = call(object.attr("__dlpack_device__"));
    try {
        const auto pair = py::cast<std::pair<int, int>>(answer);
        return {pair.first, pair.second};
    } catch (const py::cast_error&) {
        throw Refused(Refused::As::type, what + ": __dlpack_device__() of this " + type_name(object) +
                                             " gave no pair of numbers (device type, device number)");
    }
}

/// Where libvbg finds memory that lies there. Throws Refused for places that it cannot use.
Device usable_device(const dlpack::Device& device, py::handle object, const std::string& what,
                     const Reach& reach) {
    if (device.type == static_cast<int>(DeviceType::cpu) ||
        device.type == static_cast<int>(DeviceType::cuda_host)) {
        return {};
    }
    const bool cuda = device.type == static_cast<int>(DeviceType::cuda);
    std::string why = reach.gpus ? "; wanted host memory or CUDA's" : "; wanted host memory";
    if (cuda && reach.gpus) {
        why = gpu_why_not(device.id);
        if (why.empty()) return {DeviceType::cuda, device.id};
        why = ", which cannot be used: " + why;
    }
    throw Refused(Refused::As::value, what + ": this " + type_name(object) + " lies on device " +
                                          std::to_string(device.type) + ":" + std::to_string(device.id) +
                                          " (2 is CUDA)" + why + ": " + kToHost);
}

/// Calls __dlpack__(), as far as the object knows the options: `max_version` is younger than `stream`.
py::object ask(py::handle object, const Device& device, StreamRef stream) {
    const py::object method = object.attr("__dlpack__");
    py::dict options;
    if (device.type == DeviceType::cuda) {
        options["stream"] = stream.native == nullptr
                                ? py::int_(std::int64_t{dlpack::kDefaultStream})
                                : py::int_(reinterpret_cast<std::uintptr_t>(stream.native));
    }
    py::dict all = options.attr("copy")();
    all["max_version"] = py::make_tuple(1, 0);
    try {
        return call_with(method, all);
    } catch (py::error_already_set& e) {
        if (!e.matches(PyExc_TypeError)) throw;
    }
    return call_with(method, options);
}

/// The capsule's content, which is ours to give back from now on; null where it holds something else.
template <class Content>
Content* content_of(py::handle capsule) {
    if (PyCapsule_IsValid(capsule.ptr(), Content::kName) == 0) return nullptr;
    auto* content = static_cast<Content*>(PyCapsule_GetPointer(capsule.ptr(), Content::kName));
    if constexpr (std::is_same_v<Content, dlpack::Versioned>) {
        if (content->version.major > 1) return nullptr;  // laid out otherwise; the capsule gives it back
    }
    if (PyCapsule_SetName(capsule.ptr(), Content::kUsedName) != 0) throw py::error_already_set();
    return content;
}

}  // namespace

void Borrowed::take(py::handle object, const std::string& what, const Reach& reach) {
    const dlpack::Device said = asked_device(object, what);
    device_ = usable_device(said, object, what, reach);
    const py::object capsule = ask(object, device_, device_ == reach.gpu ? reach.stream : StreamRef{});
    versioned_ = content_of<dlpack::Versioned>(capsule);
    if (versioned_ == nullptr) managed_ = content_of<dlpack::Managed>(capsule);
    if (versioned_ == nullptr && managed_ == nullptr) {
        throw Refused(
            Refused::As::value,
            what + ": __dlpack__() of this " + type_name(object) +
                " gave no capsule that can be used: each is used once, so make a new one with every "
                "call, named dltensor, or dltensor_versioned of version 1");
    }
    const dlpack::Device& real = tensor().device;
    if (real.type != said.type || (device_.type == DeviceType::cuda && real.id != said.id)) {
        throw Refused(Refused::As::value, what + ": this " + type_name(object) +
                                              " says that it lies on device " + std::to_string(said.type) +
                                              ":" + std::to_string(said.id) + ", but lends memory on " +
                                              std::to_string(real.type) + ":" + std::to_string(real.id));
    }
}

const dlpack::Tensor& Borrowed::tensor() const noexcept {
    return versioned_ != nullptr ? versioned_->tensor : managed_->tensor;
}

bool Borrowed::read_only() const noexcept {
    return versioned_ != nullptr && (versioned_->flags & dlpack::Versioned::kReadOnly) != 0;
}

Borrowed::~Borrowed() {
    if (versioned_ != nullptr && versioned_->deleter != nullptr) versioned_->deleter(versioned_);
    if (managed_ != nullptr && managed_->deleter != nullptr) managed_->deleter(managed_);
}

}  // namespace vbg::python
