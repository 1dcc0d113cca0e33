// vbg/c/live.h: a pipeline on a camera.
#include <string>

#include "objects.hpp"
#include "structs.hpp"

using namespace vbg::capi;

namespace {

static_assert(VBG_STATE_STOPPED == static_cast<int>(vbg::RunState::stopped));
static_assert(VBG_STATE_STARTING == static_cast<int>(vbg::RunState::starting));
static_assert(VBG_STATE_RUNNING == static_cast<int>(vbg::RunState::running));
static_assert(VBG_STATE_PAUSED == static_cast<int>(vbg::RunState::paused));
static_assert(VBG_STATE_FROZEN == static_cast<int>(vbg::RunState::frozen));
static_assert(VBG_STATE_ASLEEP == static_cast<int>(vbg::RunState::asleep));
static_assert(VBG_STATE_WAITING == static_cast<int>(vbg::RunState::waiting));

using UsePipeline = Use<PipelineObject>;

std::chrono::milliseconds milliseconds_or(int32_t given, std::chrono::milliseconds otherwise,
                                          const char* what) {
    if (given < 0)
        refuse(std::string(what) + " is " + std::to_string(given) + "; wanted 0 (default) or more");
    return given == 0 ? otherwise : std::chrono::milliseconds(given);
}

/// A thread-safe function of the pipeline's.
template <class Call>
vbg_status on(const char* function, vbg_pipeline* pipeline, Call&& call) {
    return guard(function, [&] { call(UsePipeline(pipeline, "pipeline", Access::anybody)->pipeline); });
}

}  // namespace

extern "C" {

const char* vbg_state_name(int32_t state) {
    if (state < VBG_STATE_STOPPED || state > VBG_STATE_WAITING) return "unknown";
    return vbg::to_string(static_cast<vbg::RunState>(state)).data();
}

vbg_status vbg_pipeline_set_live(vbg_pipeline* pipeline, const vbg_live_options* options) {
    return guard(__func__, [&] {
        const UsePipeline use(pipeline, "pipeline");
        const vbg_live_options c = read_struct(options, "options");
        vbg::LiveOptions live;
        live.fps = c.fps;
        live.on_demand = c.on_demand != 0;
        live.idle_after = milliseconds_or(c.idle_after_ms, live.idle_after, "options.idle_after_ms");
        live.max_cpu = c.max_cpu;
        live.hold_rate = c.hold_rate != 0;
        live.stall = milliseconds_or(c.stall_ms, live.stall, "options.stall_ms");
        live.reconnect = c.no_reconnect == 0;
        use->pipeline.live(live);
    });
}

vbg_status vbg_pipeline_set_card(vbg_pipeline* pipeline, const char* spec) {
    return guard(__func__,
                 [&] { UsePipeline(pipeline, "pipeline")->pipeline.card(need_text(spec, "spec")); });
}

vbg_status vbg_pipeline_set_part(vbg_pipeline* pipeline, const char* part, const char* spec) {
    return on(__func__, pipeline,
              [&](vbg::Pipeline& p) { p.set(need_text(part, "part"), need_text(spec, "spec")); });
}

vbg_status vbg_pipeline_pause(vbg_pipeline* pipeline) {
    return on(__func__, pipeline, [](vbg::Pipeline& p) { p.pause(); });
}

vbg_status vbg_pipeline_freeze(vbg_pipeline* pipeline) {
    return on(__func__, pipeline, [](vbg::Pipeline& p) { p.freeze(); });
}

vbg_status vbg_pipeline_resume(vbg_pipeline* pipeline) {
    return on(__func__, pipeline, [](vbg::Pipeline& p) { p.resume(); });
}

vbg_status vbg_pipeline_last_frame(vbg_pipeline* pipeline, vbg_frame** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            const UsePipeline use(pipeline, "pipeline", Access::anybody);
            vbg::Frame last = use->pipeline.last_frame();
            if (last.empty()) {
                throw vbg::Error(vbg::Errc::wrong_state,
                                 "vbg_pipeline_last_frame: no frame was written yet; step or run first");
            }
            *out = publish(std::make_shared<FrameObject>(std::move(last)));
        },
        out);
}

vbg_status vbg_pipeline_given_up(vbg_pipeline* pipeline, char** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            *out = make_text(UsePipeline(pipeline, "pipeline", Access::anybody)->pipeline.stats().given_up);
        },
        out);
}

}  // extern "C"
