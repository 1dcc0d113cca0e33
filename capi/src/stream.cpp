// vbg/c/frame.h: streams, and work on views in their turn.
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vbg/device.hpp>
#include <vbg/frame.hpp>

#include "views.hpp"

using namespace vbg::capi;

namespace {

vbg::Device gpu(int32_t index) {
    if (index < 0)
        refuse("device_index is " + std::to_string(index) + "; wanted the number of a GPU, 0 or more");
    return {vbg::DeviceType::cuda, index};
}

/// Streams that callers own. Never destroyed, so that it outlives every thread.
struct Streams {
    std::mutex mutex;
    std::map<void*, vbg::GpuStream> lent;
};
Streams& streams() {
    static Streams& all = *new Streams;
    return all;
}

/// A pair of views is read, checked and given to `work`.
template <class View, class Read, class Work>
vbg_status from_to(const char* function, const View* from, const View* to, Read&& read, Work&& work) {
    return guard(function, [&] {
        const auto in = read(from, "from");
        const auto out = read(to, "to");
        vbg::check_view(in, std::string(Entry::name()) + ": from");
        vbg::check_view(out, std::string(Entry::name()) + ": to");
        work(in, out);
    });
}

}  // namespace

extern "C" {

vbg_status vbg_view_copy_in_stream(const vbg_frame_view* from, const vbg_frame_view* to, void* stream) {
    return from_to(__func__, from, to, frame_view,
                   [&](const vbg::ConstFrameView& in, const vbg::FrameView& out) {
                       vbg::copy_pixels(in, out, vbg::StreamRef{stream});
                   });
}

vbg_status vbg_mask_view_copy_in_stream(const vbg_mask_view* from, const vbg_mask_view* to, void* stream) {
    return from_to(__func__, from, to, mask_view,
                   [&](const vbg::ConstMaskView& in, const vbg::MaskView& out) {
                       vbg::copy_pixels(in, out, vbg::StreamRef{stream});
                   });
}

vbg_status vbg_view_convert_in_stream(const vbg_frame_view* from, const vbg_frame_view* to, void* stream) {
    return from_to(__func__, from, to, frame_view,
                   [&](const vbg::ConstFrameView& in, const vbg::FrameView& out) {
                       vbg::convert(in, out, vbg::StreamRef{stream});
                   });
}

vbg_status vbg_stream_create(int32_t device_index, void** out) {
    return guard(
        __func__,
        [&] {
            need(out, "out");
            vbg::GpuStream made(gpu(device_index));
            void* const native = made.ref().native;
            const std::lock_guard lock(streams().mutex);
            streams().lent.insert_or_assign(native, std::move(made));
            *out = native;
        },
        out);
}

void vbg_stream_destroy(void* stream) {
    if (stream == nullptr) return;
    guard(__func__, [&] {
        const std::lock_guard lock(streams().mutex);
        if (streams().lent.erase(stream) == 0) refuse("stream is none of vbg_stream_create()'s");
    });
}

vbg_status vbg_stream_wait(int32_t device_index, void* stream) {
    return guard(__func__, [&] { vbg::wait_for_stream(gpu(device_index), vbg::StreamRef{stream}); });
}

vbg_status vbg_stream_follow(int32_t device_index, void* stream, void* earlier) {
    return guard(__func__, [&] {
        vbg::order_streams(gpu(device_index), vbg::StreamRef{earlier}, vbg::StreamRef{stream});
    });
}

}  // extern "C"
