// vbg/c/port.h: sources and sinks.
#include <string>

#include "objects.hpp"
#include "views.hpp"

using namespace vbg::capi;

namespace {

static_assert(VBG_READ_FRAME == static_cast<int>(vbg::ReadResult::frame));
static_assert(VBG_READ_TIMED_OUT == static_cast<int>(vbg::ReadResult::timed_out));
static_assert(VBG_READ_END == static_cast<int>(vbg::ReadResult::end));
static_assert(VBG_DEMAND_UNKNOWN == static_cast<int>(vbg::Demand::unknown));
static_assert(VBG_DEMAND_NONE == static_cast<int>(vbg::Demand::none));
static_assert(VBG_DEMAND_WANTED == static_cast<int>(vbg::Demand::wanted));

}  // namespace

extern "C" {

vbg_status vbg_source_create(const char* spec, vbg_source** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            *out = publish(std::make_shared<SourceObject>(vbg::make_source(need_text(spec, "spec"))));
        },
        out);
}

void vbg_source_destroy(vbg_source* source) { destroy<SourceObject>(__func__, source); }

vbg_status vbg_source_name(vbg_source* source, char** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            *out = make_text(Use<SourceObject>(source, "source", Access::own_thread)->part->name());
        },
        out);
}

vbg_status vbg_source_is_live(vbg_source* source, int32_t* out) {
    return guard(
        __func__,
        [&] {
            const Use<SourceObject> use(source, "source", Access::own_thread);
            *need(out, "out") = use->part->is_live() ? 1 : 0;
        },
        out);
}

vbg_status vbg_source_length(vbg_source* source, uint64_t* out) {
    return guard(
        __func__,
        [&] {
            const Use<SourceObject> use(source, "source", Access::own_thread);
            *need(out, "out") = use->part->length();
        },
        out);
}

vbg_status vbg_source_open(vbg_source* source, vbg_frame_spec* spec) {
    return guard(
        __func__,
        [&] {
            const Use<SourceObject> use(source, "source");
            if (spec != nullptr) struct_size(spec, "spec");  // before anything is opened
            const vbg::FrameSpec opened = use->part->open();
            if (spec != nullptr) write_struct(spec, to_c(opened), "spec");
        },
        spec);
}

vbg_status vbg_source_read(vbg_source* source, int32_t timeout_ms, vbg_frame_view* frame, int32_t* result) {
    return guard(
        __func__,
        [&] {
            const Use<SourceObject> use(source, "source");
            struct_size(frame, "frame");
            need(result, "result");
            if (timeout_ms < 0) refuse("timeout_ms is " + std::to_string(timeout_ms) + "; wanted 0 or more");
            vbg::ConstFrameView view;
            const vbg::ReadResult got = use->part->read(view, std::chrono::milliseconds(timeout_ms));
            if (got == vbg::ReadResult::frame) write_struct(frame, to_c(view), "frame");
            *result = static_cast<int32_t>(got);
        },
        frame, result);
}

vbg_status vbg_source_release(vbg_source* source) {
    return guard(__func__, [&] { Use<SourceObject>(source, "source")->part->release(); });
}

vbg_status vbg_source_close(vbg_source* source) {
    return guard(__func__, [&] { Use<SourceObject>(source, "source")->part->close(); });
}

vbg_status vbg_sink_create(const char* spec, vbg_sink** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            *out = publish(std::make_shared<SinkObject>(vbg::make_sink(need_text(spec, "spec"))));
        },
        out);
}

void vbg_sink_destroy(vbg_sink* sink) { destroy<SinkObject>(__func__, sink); }

vbg_status vbg_sink_name(vbg_sink* sink, char** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            *out = make_text(Use<SinkObject>(sink, "sink", Access::own_thread)->part->name());
        },
        out);
}

vbg_status vbg_sink_open(vbg_sink* sink, const vbg_frame_spec* wanted, vbg_frame_spec* accepted) {
    const vbg_status status = guard(__func__, [&] {
        const Use<SinkObject> use(sink, "sink");
        const vbg::FrameSpec spec = host_frame_spec(wanted, "wanted");
        if (accepted != nullptr) struct_size(accepted, "accepted");  // before anything is opened
        const vbg::FrameSpec opened = use->part->open(spec);
        if (accepted != nullptr) write_struct(accepted, to_c(opened), "accepted");
    });
    if (status != VBG_OK) clear_output(accepted);  // not before: it may be the same as `wanted`
    return status;
}

vbg_status vbg_sink_write(vbg_sink* sink, const vbg_frame_view* frame) {
    return guard(__func__,
                 [&] { Use<SinkObject>(sink, "sink")->part->write(host_frame_view(frame, "frame")); });
}

vbg_status vbg_sink_close(vbg_sink* sink) {
    return guard(__func__, [&] { Use<SinkObject>(sink, "sink")->part->close(); });
}

vbg_status vbg_sink_abandon(vbg_sink* sink) {
    return guard(__func__, [&] { Use<SinkObject>(sink, "sink")->part->abandon(); });
}

vbg_status vbg_sink_demand(vbg_sink* sink, int32_t* out) {
    return guard(
        __func__,
        [&] {
            const Use<SinkObject> use(sink, "sink", Access::own_thread);
            *need(out, "out") = static_cast<int32_t>(use->part->demand());
        },
        out);
}

vbg_status vbg_sink_get_counters(vbg_sink* sink, vbg_sink_counters* out) {
    return guard(
        __func__,
        [&] {
            const Use<SinkObject> use(sink, "sink", Access::own_thread);
            const vbg::SinkCounters now = use->part->counters();
            auto c = own_struct<vbg_sink_counters>();
            c.shown = now.shown;
            c.repeated = now.repeated;
            c.dropped = now.dropped;
            c.reopened = now.reopened;
            write_struct(out, c, "out");
        },
        out);
}

}  // extern "C"
