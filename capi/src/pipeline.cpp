// vbg/c/pipeline.h: the machine.
#include <algorithm>
#include <string>
#include <type_traits>

#include "objects.hpp"
#include "views.hpp"

using namespace vbg::capi;

namespace {

static_assert(VBG_SYNC_EXACT == static_cast<int>(vbg::MaskSync::exact));
static_assert(VBG_SYNC_LATEST == static_cast<int>(vbg::MaskSync::latest));
static_assert(VBG_FAILURE_STOP == static_cast<int>(vbg::OnFailure::stop));
static_assert(VBG_FAILURE_HOLD == static_cast<int>(vbg::OnFailure::hold));
static_assert(VBG_FAILURE_BACKGROUND == static_cast<int>(vbg::OnFailure::background));
static_assert(VBG_FAILURE_BLANK == static_cast<int>(vbg::OnFailure::blank));
static_assert(VBG_FAILURE_PASSTHROUGH == static_cast<int>(vbg::OnFailure::passthrough));
static_assert(VBG_SHOW_COMPOSITE == static_cast<int>(vbg::Show::composite));
static_assert(VBG_SHOW_MATTE == static_cast<int>(vbg::Show::matte));
static_assert(VBG_SHOW_SIDE_BY_SIDE == static_cast<int>(vbg::Show::side_by_side));

using UsePipeline = Use<PipelineObject>;

/// A part from text.
template <class Set>
vbg_status set(const char* function, vbg_pipeline* handle, const char* text, const char* what, Set&& part) {
    return guard(function, [&] {
        const UsePipeline use(handle, "pipeline");
        part(use->pipeline, need_text(text, what));
    });
}

/// A part from a handle, which is dead afterwards.
template <class Object, class Set>
vbg_status take(const char* function, vbg_pipeline* handle, typename Object::Handle* stage, const char* what,
                Set&& part) {
    return guard(function, [&] {
        const UsePipeline use(handle, "pipeline");
        Use<Object> given(stage, what);
        if constexpr (std::is_same_v<Object, SourceObject> || std::is_same_v<Object, SinkObject>) {
            use->pipeline.close();  // as a new one does; where that fails the handle is still the caller's
        }
        given.consume();
        part(use->pipeline, std::move(given->part));
    });
}

template <class Enum>
Enum choice(int32_t value, Enum last, const char* what) {
    if (value < 0 || value > static_cast<int32_t>(last)) {
        refuse(std::string(what) + " is " + std::to_string(value) + "; wanted 0 to " +
               std::to_string(static_cast<int32_t>(last)));
    }
    return static_cast<Enum>(value);
}

void give_spec(const vbg::FrameSpec& spec, vbg_frame_spec* out) {
    if (spec.width == 0) {
        throw vbg::Error(vbg::Errc::wrong_state,
                         std::string(Entry::name()) + ": not known yet; call vbg_pipeline_open() first");
    }
    write_struct(out, vbg::capi::to_c(spec), "out");
}

}  // namespace

extern "C" {

vbg_status vbg_pipeline_create(int32_t threads, vbg_pipeline** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            *out = publish(std::make_shared<PipelineObject>(thread_count(threads)));
        },
        out);
}

void vbg_pipeline_destroy(vbg_pipeline* pipeline) { destroy<PipelineObject>(__func__, pipeline); }

vbg_status vbg_pipeline_set_source(vbg_pipeline* pipeline, const char* spec) {
    return set(__func__, pipeline, spec, "spec", [](vbg::Pipeline& p, std::string_view s) { p.source(s); });
}
vbg_status vbg_pipeline_set_segmenter(vbg_pipeline* pipeline, const char* spec) {
    return set(__func__, pipeline, spec, "spec",
               [](vbg::Pipeline& p, std::string_view s) { p.segmenter(s); });
}
vbg_status vbg_pipeline_set_compositor(vbg_pipeline* pipeline, const char* spec) {
    return set(__func__, pipeline, spec, "spec",
               [](vbg::Pipeline& p, std::string_view s) { p.compositor(s); });
}
vbg_status vbg_pipeline_add_filter(vbg_pipeline* pipeline, const char* chain) {
    return set(__func__, pipeline, chain, "chain", [](vbg::Pipeline& p, std::string_view s) { p.filter(s); });
}
vbg_status vbg_pipeline_add_background(vbg_pipeline* pipeline, const char* chain) {
    return set(__func__, pipeline, chain, "chain",
               [](vbg::Pipeline& p, std::string_view s) { p.background(s); });
}
vbg_status vbg_pipeline_add_foreground(vbg_pipeline* pipeline, const char* chain) {
    return set(__func__, pipeline, chain, "chain",
               [](vbg::Pipeline& p, std::string_view s) { p.foreground(s); });
}
vbg_status vbg_pipeline_add_sink(vbg_pipeline* pipeline, const char* spec) {
    return set(__func__, pipeline, spec, "spec", [](vbg::Pipeline& p, std::string_view s) { p.sink(s); });
}
vbg_status vbg_pipeline_use_preset(vbg_pipeline* pipeline, const char* name) {
    return set(__func__, pipeline, name, "name", [](vbg::Pipeline& p, std::string_view s) { p.preset(s); });
}

vbg_status vbg_pipeline_take_source(vbg_pipeline* pipeline, vbg_source* source) {
    return take<SourceObject>(__func__, pipeline, source, "source",
                              [](vbg::Pipeline& p, auto part) { p.source(std::move(part)); });
}
vbg_status vbg_pipeline_take_segmenter(vbg_pipeline* pipeline, vbg_segmenter* segmenter) {
    return take<SegmenterObject>(__func__, pipeline, segmenter, "segmenter",
                                 [](vbg::Pipeline& p, auto part) { p.segmenter(std::move(part)); });
}
vbg_status vbg_pipeline_take_filter(vbg_pipeline* pipeline, vbg_mask_filter* filter) {
    return take<MaskFilterObject>(__func__, pipeline, filter, "filter",
                                  [](vbg::Pipeline& p, auto part) { p.filter(std::move(part)); });
}
vbg_status vbg_pipeline_take_background(vbg_pipeline* pipeline, vbg_effect* effect) {
    return take<EffectObject>(__func__, pipeline, effect, "effect",
                              [](vbg::Pipeline& p, auto part) { p.background(std::move(part)); });
}
vbg_status vbg_pipeline_take_foreground(vbg_pipeline* pipeline, vbg_effect* effect) {
    return take<EffectObject>(__func__, pipeline, effect, "effect",
                              [](vbg::Pipeline& p, auto part) { p.foreground(std::move(part)); });
}
vbg_status vbg_pipeline_take_compositor(vbg_pipeline* pipeline, vbg_compositor* compositor) {
    return take<CompositorObject>(__func__, pipeline, compositor, "compositor",
                                  [](vbg::Pipeline& p, auto part) { p.compositor(std::move(part)); });
}
vbg_status vbg_pipeline_take_sink(vbg_pipeline* pipeline, vbg_sink* sink) {
    return take<SinkObject>(__func__, pipeline, sink, "sink",
                            [](vbg::Pipeline& p, auto part) { p.sink(std::move(part)); });
}

vbg_status vbg_pipeline_set_device(vbg_pipeline* pipeline, const char* device, void* stream) {
    return guard(__func__, [&] {
        const UsePipeline use(pipeline, "pipeline");
        use->pipeline.device(need_text(device, "device"), vbg::StreamRef{stream});
    });
}
vbg_status vbg_pipeline_set_sync(vbg_pipeline* pipeline, int32_t sync) {
    return guard(__func__, [&] {
        const UsePipeline use(pipeline, "pipeline");
        use->pipeline.mask_sync(choice(sync, vbg::MaskSync::latest, "sync"));
    });
}
vbg_status vbg_pipeline_set_on_failure(vbg_pipeline* pipeline, int32_t policy) {
    return guard(__func__, [&] {
        const UsePipeline use(pipeline, "pipeline");
        use->pipeline.on_failure(choice(policy, vbg::OnFailure::passthrough, "policy"));
    });
}
vbg_status vbg_pipeline_set_show(vbg_pipeline* pipeline, int32_t what) {
    return guard(__func__, [&] {
        const UsePipeline use(pipeline, "pipeline");
        use->pipeline.show(choice(what, vbg::Show::side_by_side, "what"));
    });
}

vbg_status vbg_pipeline_open(vbg_pipeline* pipeline) {
    return guard(__func__, [&] { UsePipeline(pipeline, "pipeline")->pipeline.open(); });
}

vbg_status vbg_pipeline_step(vbg_pipeline* pipeline, int32_t timeout_ms, int32_t* result) {
    return guard(
        __func__,
        [&] {
            const UsePipeline use(pipeline, "pipeline");
            if (timeout_ms < 0) refuse("timeout_ms is " + std::to_string(timeout_ms) + "; wanted 0 or more");
            const vbg::ReadResult got = use->pipeline.step(std::chrono::milliseconds(timeout_ms));
            if (result != nullptr) *result = static_cast<int32_t>(got);
        },
        result);
}

vbg_status vbg_pipeline_run(vbg_pipeline* pipeline, uint64_t frames, vbg_progress_fn progress, void* user) {
    return guard(__func__, [&] {
        const UsePipeline use(pipeline, "pipeline");
        struct Run {
            PipelineObject& object;
            ~Run() { object.end_run(); }
        } const run{*use};
        std::function<void(const vbg::Pipeline&)> call;
        if (progress != nullptr) {
            call = [&](const vbg::Pipeline&) {
                if (progress(user) != 0) use->stop();
            };
        }
        use->pipeline.run(use->begin_run(), frames, call);
    });
}

vbg_status vbg_pipeline_stop(vbg_pipeline* pipeline) {
    return guard(__func__, [&] { UsePipeline(pipeline, "pipeline", Access::anybody)->stop(); });
}

vbg_status vbg_pipeline_close(vbg_pipeline* pipeline) {
    return guard(__func__, [&] { UsePipeline(pipeline, "pipeline")->pipeline.close(); });
}

vbg_status vbg_pipeline_reset(vbg_pipeline* pipeline) {
    return guard(__func__, [&] { UsePipeline(pipeline, "pipeline")->pipeline.reset(); });
}

vbg_status vbg_pipeline_process(vbg_pipeline* pipeline, const vbg_frame_view* frame,
                                const vbg_frame_view* out, const vbg_mask_view* matte) {
    return guard(__func__, [&] {
        const UsePipeline use(pipeline, "pipeline");
        const vbg::ConstFrameView picture = frame_view(frame, "frame");
        const vbg::FrameView composed = frame_view(out, "out");
        vbg::MaskView alpha;
        if (matte != nullptr) {
            alpha = mask_view(matte, "matte");
            vbg::check_view(vbg::ConstMaskView(alpha), "vbg_pipeline_process: matte");
        }
        use->pipeline.process(picture, composed, alpha);
    });
}

vbg_status vbg_pipeline_output_spec(vbg_pipeline* pipeline, vbg_frame_spec* out) {
    return guard(
        __func__,
        [&] { give_spec(UsePipeline(pipeline, "pipeline", Access::anybody)->pipeline.output_spec(), out); },
        out);
}
vbg_status vbg_pipeline_input_spec(vbg_pipeline* pipeline, vbg_frame_spec* out) {
    return guard(
        __func__,
        [&] { give_spec(UsePipeline(pipeline, "pipeline", Access::anybody)->pipeline.input_spec(), out); },
        out);
}
vbg_status vbg_pipeline_source_length(vbg_pipeline* pipeline, uint64_t* out) {
    return guard(
        __func__,
        [&] {
            const UsePipeline use(pipeline, "pipeline", Access::anybody);
            *need(out, "out") = use->pipeline.source_length();
        },
        out);
}

vbg_status vbg_pipeline_stats(vbg_pipeline* pipeline, vbg_stats* out) {
    return guard(
        __func__,
        [&] {
            const UsePipeline use(pipeline, "pipeline", Access::anybody);
            const vbg::Stats now = use->pipeline.stats();
            auto c = own_struct<vbg_stats>();
            c.stage_count = static_cast<uint32_t>(now.stages.size());
            c.frames_in = now.frames_in;
            c.frames_out = now.frames_out;
            c.frames_failed = now.frames_failed;
            c.frames_dropped = now.frames_dropped;
            c.mattes = now.mattes;
            c.mask_lag = now.mask_lag;
            c.mask_lag_max = now.mask_lag_max;
            c.fps = now.fps;
            c.state = static_cast<int32_t>(now.state);
            c.level = now.level;
            c.frames_repeated = now.frames_repeated;
            c.source_reopened = now.source_reopened;
            c.sinks_reopened = now.sinks_reopened;
            c.latency_last = now.latency.last;
            c.latency_mean = now.latency.mean;
            c.latency_max = now.latency.max;
            c.cpu = now.cpu;
            c.coarseness = now.coarseness;
            c.coarsest = now.coarsest;
            c.frames_damaged = now.frames_damaged;
            write_struct(out, c, "out");
        },
        out);
}

vbg_status vbg_pipeline_stage_times(vbg_pipeline* pipeline, vbg_stage_time* times, uint32_t capacity,
                                    uint32_t* count) {
    return guard(
        __func__,
        [&] {
            const UsePipeline use(pipeline, "pipeline", Access::anybody);
            need(count, "count");
            const std::size_t step = capacity == 0 ? 0 : struct_size(times, "times");
            const vbg::Stats now = use->pipeline.stats();
            for (std::size_t i = 0; i < std::min<std::size_t>(capacity, now.stages.size()); ++i) {
                const vbg::StageTime& time = now.stages[i];
                auto c = own_struct<vbg_stage_time>();
                time.name.copy(c.name, sizeof c.name - 1);
                c.last = time.last;
                c.mean = time.mean;
                c.max = time.max;
                char* element = reinterpret_cast<char*>(times) + i * step;
                const auto size = static_cast<std::uint32_t>(step);
                std::memcpy(element, &size, sizeof size);
                write_struct(reinterpret_cast<vbg_stage_time*>(element), c, "times");
            }
            *count = static_cast<uint32_t>(now.stages.size());
        },
        count);
}

vbg_status vbg_pipeline_last_failure(vbg_pipeline* pipeline, char** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            const UsePipeline use(pipeline, "pipeline", Access::anybody);
            *out = make_text(use->pipeline.stats().last_failure);
        },
        out);
}

}  // extern "C"
