#pragma once
/// @file stage_object.hpp  What a Python Segmenter, MaskFilter, Effect, Compositor, Source or Sink object is.
///
/// Each holds one stage of libvbg: made from a spec string, or one that calls the methods of the Python class
/// it belongs to (python_stage.hpp). A Pipeline gets a thin stage that forwards to it and keeps it alive
/// (shared_stage.hpp), so that Python's object stays usable.

#include <memory>
#include <mutex>
#include <string>

#include "arrays.hpp"
#include "context_object.hpp"
#include "errors.hpp"
#include "gil.hpp"
#include "new_instance.hpp"
#include "options.hpp"
#include "pch.hpp"

namespace vbg::python {

/// What a Source or Sink object remembers between calls.
struct Port {
    bool open = false;
    FrameSpec spec{};      ///< what open() answered
    double timestamp = 0;  ///< seconds, of the last frame
    std::uint64_t sequence = 0;
    Frame converted;  ///< scratch where formats differ
};

/// One stage and the lock that keeps threads apart. The lock may be taken again by the thread that has it:
/// a stage written in Python may call itself.
template <class T>
struct Object {
    Object() = default;
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;
    ~Object() { drop_without_gil(made); }

    /// Throws Refused (type) where __init__() was not called.
    [[nodiscard]] T& stage() const {
        if (made == nullptr) {
            throw Refused(Refused::As::type,
                          "this stage was never made: call super().__init__() first in your own __init__()");
        }
        return *made;
    }

    std::unique_ptr<T> made;  ///< null until __init__()
    std::string spec;         ///< as it was asked for; empty for a stage written in Python
    std::recursive_mutex mutex;
    std::unique_ptr<Context> own_context;
    Port port;
    Mask nobody;  ///< stands for a matte that is not given

    /// An empty matte there. With the lock.
    MaskView empty_matte(const FrameView& like) {
        if (nobody.width() != like.width || nobody.height() != like.height ||
            nobody.view().device != like.device)
            nobody = Mask(like.width, like.height, MaskFormat::u8, like.device);
        return nobody.view();
    }
    Frame nothing;  ///< stands for a picture that is not given

    /// A black picture. With the lock.
    FrameView black_picture(const FrameSpec& like) {
        const FrameView now = nothing.view();
        if (now.width != like.width || now.height != like.height || now.format != like.format ||
            now.device != like.device)
            nothing = Frame(like);
        return nothing.view();
    }

    /// The one to work with on pictures that lie there. Without the GIL, with the lock. Throws Refused
    /// (value) where the one given works elsewhere.
    Context& context(ContextObject* given, const Device& device = {}) {
        if (given != nullptr) {
            given->need_place(device);
            return given->get();
        }
        if (own_context == nullptr) own_context = std::make_unique<Context>(1);
        own_context->use(device, {});
        return *own_context;
    }
    /// Configures where it is not for such frames yet. Without the GIL, with the lock.
    void prepare(const FrameSpec& wanted, Context& with) {
        const FrameSpec& now = made->spec();
        if (made->configured() && now.width == wanted.width && now.height == wanted.height &&
            now.format == wanted.format && now.device == wanted.device) {
            return;
        }
        made->configure(wanted, with);
    }
};

/// What repr() shows; also of an object whose __init__() threw.
template <class T>
std::string name_for_repr(const Object<T>& object) {
    if (object.made == nullptr) return "(not made)";
    return object.spec.empty() ? std::string(object.made->name()) : object.spec;
}

using SegmenterObject = Object<Segmenter>;
using MaskFilterObject = Object<MaskFilter>;
using EffectObject = Object<Effect>;
using CompositorObject = Object<Compositor>;
using SourceObject = Object<Source>;
using SinkObject = Object<Sink>;

/// For a scope: no GIL, and the object to oneself.
template <class T>
class Alone {
public:
    explicit Alone(Object<T>& object) : lock_(object.mutex) {}

private:
    WithoutGil free_;  // first, so that the lock is waited for without the GIL
    std::lock_guard<std::recursive_mutex> lock_;
};

template <class T>
struct KindOf;
template <>
struct KindOf<Segmenter> {
    static constexpr StageKind kind = StageKind::segmenter;
    static constexpr auto make = &make_segmenter;
};
template <>
struct KindOf<MaskFilter> {
    static constexpr StageKind kind = StageKind::mask_filter;
    static constexpr auto make = &make_mask_filter;
};
template <>
struct KindOf<Effect> {
    static constexpr StageKind kind = StageKind::effect;
    static constexpr auto make = &make_effect;
};
template <>
struct KindOf<Compositor> {
    static constexpr StageKind kind = StageKind::compositor;
    static constexpr auto make = &make_compositor;
};
template <>
struct KindOf<Source> {
    static constexpr StageKind kind = StageKind::source;
    static constexpr auto make = &make_source;
};
template <>
struct KindOf<Sink> {
    static constexpr StageKind kind = StageKind::sink;
    static constexpr auto make = &make_sink;
};

/// __init__(self, spec=None, /, **options). `Written` is the stage that calls Python; it is made where a
/// subclass gives no spec.
template <class T, class Written>
void initialise(const py::object& self, const py::object& spec, const py::kwargs& options, const char* what) {
    auto& object = py::cast<Object<T>&>(self);
    if (object.made != nullptr) {
        throw Refused(Refused::As::state, std::string(what) + ": made already; make a new one instead");
    }
    if (!spec.is_none()) {
        if (!py::isinstance<py::str>(spec)) {
            throw Refused(Refused::As::type, std::string(what) + ": the spec is a " + type_name(spec) +
                                                 "; wanted text such as 'name' or 'name:key=value'");
        }
        std::string text = spec_with_options(KindOf<T>::kind, py::cast<std::string>(spec), options);
        std::unique_ptr<T> stage;
        {
            const WithoutGil free;
            stage = KindOf<T>::make(text);
        }
        object.spec = std::move(text);
        object.made = std::move(stage);
    } else if (py::type::handle_of(self).is(py::type::of<Object<T>>())) {
        std::string names;
        for (const StageEntry* entry : list_stages(KindOf<T>::kind)) {
            names += (names.empty() ? "" : ", ") + std::string(entry->name);
        }
        throw Refused(Refused::As::type, std::string("vbg.") + what + ": name one of " + names +
                                             " (a subclass with methods of its own needs no name)");
    } else if (!options.empty()) {
        throw Refused(Refused::As::type,
                      std::string(what) +
                          ": options belong to a named stage; a stage of your own keeps its "
                          "options itself");
    } else {
        object.made = std::make_unique<Written>(self);
    }
}

/// Adds what __init__() does to the class.
template <class T, class Written, class Class>
void bind_init(Class& type, const char* what) {
    type.def(
        "_make",
        [what](const py::object& self, const py::object& spec, const py::kwargs& options) {
            initialise<T, Written>(self, spec, options, what);
        },
        "spec"_a = py::none(), py::pos_only());
}

/// What all stages that work on frames have: name, spec, configure, reset, accepts.
template <class T, class Class>
void bind_common(Class& type) {
    using Self = Object<T>;
    type.def_property_readonly(
            "name", [](const Self& self) { return std::string(self.stage().name()); },
            "Registry name, e.g. \"dilate\".")
        .def_readonly("spec", &Self::spec,
                      "The spec string it was made from; empty for a stage written in Python.")
        .def_property_readonly(
            "configured", [](const Self& self) { return self.stage().configured(); },
            "Whether configure() has been called, by you or by the first frame.")
        .def(
            "configure",
            [](Self& self, int width, int height, const std::string& format, double fps,
               ContextObject* context) {
                const Device device = context != nullptr ? context->get().device() : Device{};
                const FrameSpec spec{width, height, format_named(format), {}, device, fps};
                const Alone<T> alone(self);
                self.stage().configure(spec, self.context(context, device));
            },
            "width"_a, "height"_a, "format"_a = "bgr8", py::kw_only(), "fps"_a = 0.0,
            "context"_a = static_cast<ContextObject*>(nullptr),
            "Prepare for frames of this size (pixels) and format; everything is allocated and loaded "
            "here.\n\n"
            "The first frame does it by itself, and so does every frame of another size or place. Forgets "
            "what\n"
            "earlier frames left behind. For frames on a GPU: context=vbg.Context(device=\"cuda\").")
        .def(
            "reset",
            [](Self& self) {
                const Alone<T> alone(self);
                self.stage().reset();
            },
            "Forget what earlier frames left behind (scene cut, another source); allocations are kept.")
        .def(
            "accepts",
            [](const Self& self, const std::string& format) {
                return self.stage().accepts(format_named(format));
            },
            "format"_a, "Whether frames of this format are taken. Usually \"bgr8\" and \"rgb8\".")
        .def("__repr__", [](const py::object& self) {
            const auto& object = py::cast<const Self&>(self);
            const auto type_text = py::cast<std::string>(py::type::of(self).attr("__name__"));
            return "<vbg." + type_text + " '" + name_for_repr(object) + "'>";
        });
}

void bind_segmenter(py::module_& module);
void bind_mask_filter(py::module_& module);
void bind_effect(py::module_& module);
void bind_compositor(py::module_& module);
void bind_source(py::module_& module);
void bind_sink(py::module_& module);

}  // namespace vbg::python
