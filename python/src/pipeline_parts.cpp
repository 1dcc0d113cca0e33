// Giving a Python Pipeline its parts: by keyword when it is made, or one by one.
#include <array>
#include <string>

#include "devices.hpp"
#include "pipeline_object.hpp"

namespace vbg::python {

namespace {

template <class Value>
struct Word {
    std::string_view text;
    Value value;
};

template <class Value, std::size_t N>
Value word(const std::array<Word<Value>, N>& words, const char* what, const std::string& text) {
    std::string names;
    for (const auto& one : words) {
        if (one.text == text) return one.value;
        names += (names.empty() ? "'" : ", '") + std::string(one.text) + "'";
    }
    throw Refused(Refused::As::value, std::string(what) + "='" + text + "'; wanted one of " + names);
}

constexpr std::array<Word<MaskSync>, 2> kSync = {{{"exact", MaskSync::exact}, {"latest", MaskSync::latest}}};
constexpr std::array<Word<OnFailure>, 5> kFailure = {{{"stop", OnFailure::stop},
                                                      {"hold", OnFailure::hold},
                                                      {"background", OnFailure::background},
                                                      {"blank", OnFailure::blank},
                                                      {"passthrough", OnFailure::passthrough}}};
constexpr std::array<Word<Show>, 3> kShow = {
    {{"composite", Show::composite}, {"matte", Show::matte}, {"side_by_side", Show::side_by_side}}};

/// Hands a part over: a spec string, a stage object, or several of either.
/// `by_text` and `by_stage` are members of Pipeline.
template <class T, class SharedT>
void give(PipelineObject& object, const py::object& part, const char* what,
          Pipeline& (Pipeline::*by_text)(std::string_view),
          Pipeline& (Pipeline::*by_stage)(std::unique_ptr<T>), bool several) {
    if (py::isinstance<py::str>(part)) {
        const auto text = py::cast<std::string>(part);
        const WithoutGil free;
        (object.get().*by_text)(text);
    } else if (py::isinstance<Object<T>>(part)) {
        auto stage = std::make_unique<SharedT>(part, object.state);
        const WithoutGil free;
        (object.get().*by_stage)(std::move(stage));
    } else if (several && (py::isinstance<py::list>(part) || py::isinstance<py::tuple>(part))) {
        for (const py::handle one : part) {
            give<T, SharedT>(object, py::reinterpret_borrow<py::object>(one), what, by_text, by_stage, false);
        }
    } else {
        throw Refused(Refused::As::type, std::string(what) + " is a " + type_name(part) +
                                             "; wanted a spec such as 'name:key=value', a stage" +
                                             (several ? ", or a list of them" : ""));
    }
}

template <class T>
using ByStage = Pipeline& (Pipeline::*)(std::unique_ptr<T>);
using ByText = Pipeline& (Pipeline::*)(std::string_view);

void set_source(PipelineObject& o, const py::object& part) {
    const Busy busy(o, "source()");
    give<Source, SharedSource>(o, part, "source", ByText(&Pipeline::source),
                               ByStage<Source>(&Pipeline::source), false);
}
void set_segmenter(PipelineObject& o, const py::object& part) {
    const Busy busy(o, "segmenter()");
    give<Segmenter, SharedSegmenter>(o, part, "segmenter", ByText(&Pipeline::segmenter),
                                     ByStage<Segmenter>(&Pipeline::segmenter), false);
}
void add_filter(PipelineObject& o, const py::object& part) {
    const Busy busy(o, "filter()");
    give<MaskFilter, SharedMaskFilter>(o, part, "filter", ByText(&Pipeline::filter),
                                       ByStage<MaskFilter>(&Pipeline::filter), true);
}
void add_background(PipelineObject& o, const py::object& part) {
    const Busy busy(o, "background()");
    give<Effect, SharedEffect>(o, part, "background", ByText(&Pipeline::background),
                               ByStage<Effect>(&Pipeline::background), true);
}
void add_foreground(PipelineObject& o, const py::object& part) {
    const Busy busy(o, "foreground()");
    give<Effect, SharedEffect>(o, part, "foreground", ByText(&Pipeline::foreground),
                               ByStage<Effect>(&Pipeline::foreground), true);
}
void set_compositor(PipelineObject& o, const py::object& part) {
    const Busy busy(o, "compositor()");
    give<Compositor, SharedCompositor>(o, part, "compositor", ByText(&Pipeline::compositor),
                                       ByStage<Compositor>(&Pipeline::compositor), false);
}
void add_sink(PipelineObject& o, const py::object& part) {
    const Busy busy(o, "sink()");
    give<Sink, SharedSink>(o, part, "sink", ByText(&Pipeline::sink), ByStage<Sink>(&Pipeline::sink), true);
}
void set_preset(PipelineObject& o, const std::string& name) {
    const Busy busy(o, "preset()");
    const WithoutGil free;
    o.get().preset(name);
}
void set_device(PipelineObject& o, const std::string& text, std::uintptr_t stream) {
    const Busy busy(o, "device()");
    const StreamRef turn = stream_numbered(stream);
    {
        const WithoutGil free;  // waits for what the GPU still does
        o.get().device(text, turn);
    }
    o.reach = {true, turn, turn.native != nullptr ? device_named(text) : Device{}};
}
void set_sync(PipelineObject& o, const std::string& text) {
    const Busy busy(o, "mask_sync()");
    o.get().mask_sync(word(kSync, "mask_sync", text));
}
void set_failure(PipelineObject& o, const std::string& text) {
    const Busy busy(o, "on_failure()");
    o.get().on_failure(word(kFailure, "on_failure", text));
}
void set_card(PipelineObject& o, const std::string& spec) {
    const Busy busy(o, "card()");
    const WithoutGil free;
    o.get().card(spec);
}
void set_show(PipelineObject& o, const std::string& text) {
    const Busy busy(o, "show()");
    o.get().show(word(kShow, "show", text));
}

void make_pipeline(PipelineObject& object, const py::object& source, const py::object& segmenter,
                   const py::object& filters, const py::object& background, const py::object& foreground,
                   const py::object& compositor, const py::object& sink, const py::object& preset,
                   const std::string& sync, const std::string& failure, const std::string& show, int threads,
                   const std::string& device, std::uintptr_t stream) {
    if (object.pipeline != nullptr)
        throw Refused(Refused::As::state, "Pipeline: made already; make a new one instead");
    if (threads < 0 || threads > 256) {
        throw Refused(Refused::As::value,
                      "threads=" + std::to_string(threads) + ": wanted 0 (all cores, at most 4) to 256");
    }
    object.pipeline = std::make_shared<Pipeline>(threads);
    set_device(object, device, stream);
    set_sync(object, sync);
    set_failure(object, failure);
    set_show(object, show);
    if (!source.is_none()) set_source(object, source);
    if (!segmenter.is_none()) set_segmenter(object, segmenter);
    if (!filters.is_none()) add_filter(object, filters);
    if (!background.is_none()) add_background(object, background);
    if (!foreground.is_none()) add_foreground(object, foreground);
    if (!compositor.is_none()) set_compositor(object, compositor);
    if (!preset.is_none()) set_preset(object, py::cast<std::string>(preset));
    if (!sink.is_none()) add_sink(object, sink);
}

}  // namespace

void bind_parts(py::class_<PipelineObject>& type) {
    type.def("_make", &make_pipeline, py::kw_only(), "source"_a = py::none(), "segmenter"_a = py::none(),
             "filters"_a = py::none(), "background"_a = py::none(), "foreground"_a = py::none(),
             "compositor"_a = py::none(), "sink"_a = py::none(), "preset"_a = py::none(),
             "mask_sync"_a = "exact", "on_failure"_a = "hold", "show"_a = "composite", "threads"_a = 0,
             "device"_a = "auto", "stream"_a = 0);
    const auto part = [&type](const char* name, void (*set)(PipelineObject&, const py::object&),
                              const char* doc) {
        type.def(
            name,
            [set](const py::object& self, const py::object& value) {
                set(py::cast<PipelineObject&>(self), value);
                return self;
            },
            "part"_a, doc);
    };
    part("source", &set_source, "Set the source: a spec or a vbg.Source. Returns the pipeline.");
    part("segmenter", &set_segmenter, "Set the segmenter: a spec or a vbg.Segmenter. Returns the pipeline.");
    part("filter", &add_filter,
         "Append mask filters: a chain, a vbg.MaskFilter or a list. Returns the pipeline.");
    part("background", &add_background,
         "Append background effects: a chain, a vbg.Effect or a list. Returns the pipeline.");
    part("foreground", &add_foreground,
         "Append effects on the person: a chain, a vbg.Effect or a list. Returns the pipeline.");
    part("compositor", &set_compositor,
         "Set the compositor: a spec or a vbg.Compositor. Returns the pipeline.");
    part("sink", &add_sink,
         "Append a sink: a spec, a vbg.Sink or a list; each gets every frame. Returns the pipeline.");
    const auto text = [&type](const char* name, void (*set)(PipelineObject&, const std::string&),
                              const char* doc) {
        type.def(
            name,
            [set](const py::object& self, const std::string& value) {
                set(py::cast<PipelineObject&>(self), value);
                return self;
            },
            "value"_a, doc);
    };
    text("preset", &set_preset, "Fill in from a preset what is not set yet. Returns the pipeline.");
    type.def(
        "device",
        [](const py::object& self, const std::string& value, std::uintptr_t stream) {
            set_device(py::cast<PipelineObject&>(self), value, stream);
            return self;
        },
        "value"_a, "stream"_a = 0,
        "\"auto\", \"cpu\", \"cuda\" or \"cuda:N\"; stream: one on that GPU, as an int. Returns the "
        "pipeline.");
    text("mask_sync", &set_sync, "\"exact\" or \"latest\". Returns the pipeline.");
    text("on_failure", &set_failure,
         "\"stop\", \"hold\", \"background\", \"blank\" or \"passthrough\". Returns the pipeline.");
    text("card", &set_card,
         "The placeholder for pause(), on_demand and on_failure=\"blank\", e.g. \"image:path=away.png\". "
         "Returns the pipeline.");
    text("show", &set_show, "\"composite\", \"matte\" or \"side_by_side\". Returns the pipeline.");
}

}  // namespace vbg::python
