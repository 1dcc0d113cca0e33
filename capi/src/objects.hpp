#pragma once
/// @file objects.hpp  What stands behind each kind of handle.

#include <mutex>
#include <stop_token>
#include <string>
#include <vbg/vbg.hpp>
#include <vector>

#include "handle.hpp"
#include "vbg/vbg.h"

namespace vbg::capi {

/// A number of threads as Context takes it.
inline int thread_count(std::int32_t threads) {
    if (threads < 0 || threads > 64) {
        refuse("threads is " + std::to_string(threads) + "; wanted 0 (all cores, at most 4) to 64");
    }
    return threads;
}

struct FrameObject final : Object {
    static constexpr const char* kName = "vbg_frame";
    using Handle = vbg_frame;
    explicit FrameObject(Frame made) : Object(kName), frame(std::move(made)) {}
    Frame frame;
};

struct MaskObject final : Object {
    static constexpr const char* kName = "vbg_mask";
    using Handle = vbg_mask;
    explicit MaskObject(Mask made) : Object(kName), mask(std::move(made)) {}
    Mask mask;
};

/// A stage with worker threads of its own, which begin with the first configure().
template <class Stage>
struct StageObject : Object {
    StageObject(const char* name, std::unique_ptr<Stage> made, int thread_count)
        : Object(name), part(std::move(made)), threads(thread_count) {}

    void configure(FrameSpec spec) {
        if (spec.device.type != DeviceType::cuda) spec.device = {};  // pinned memory is host memory, too
        if (!context) context = std::make_unique<Context>(threads);
        context->use(spec.device, stream);
        part->configure(spec, *context);
    }
    void use_stream(StreamRef wanted) {
        stream = wanted;
        if (context) context->use(context->device(), stream);
    }
    /// Configures for frames like this one, unless it is already.
    void prepare(const ConstFrameView& frame) {
        if (!part->configured() || !fits(part->spec(), frame)) configure(spec_of(frame));
    }
    std::unique_ptr<Stage> part;
    std::unique_ptr<Context> context;
    int threads;
    StreamRef stream{};  ///< on the GPU where the pictures lie; null: its default one

private:
    static bool fits(const FrameSpec& spec, const ConstFrameView& frame) noexcept {
        return spec.width == frame.width && spec.height == frame.height && spec.format == frame.format &&
               spec.color == frame.color && spec.device == frame.device;
    }
    static FrameSpec spec_of(const ConstFrameView& frame) noexcept {
        return {frame.width, frame.height, frame.format, frame.color, frame.device, 0};
    }
};

struct SegmenterObject final : StageObject<Segmenter> {
    static constexpr const char* kName = "vbg_segmenter";
    using Handle = vbg_segmenter;
    explicit SegmenterObject(std::unique_ptr<Segmenter> made, int thread_count = 0)
        : StageObject(kName, std::move(made), thread_count) {}
};

struct MaskFilterObject final : StageObject<MaskFilter> {
    static constexpr const char* kName = "vbg_mask_filter";
    using Handle = vbg_mask_filter;
    explicit MaskFilterObject(std::unique_ptr<MaskFilter> made, int thread_count = 0)
        : StageObject(kName, std::move(made), thread_count) {}
};

struct EffectObject final : StageObject<Effect> {
    static constexpr const char* kName = "vbg_effect";
    using Handle = vbg_effect;
    explicit EffectObject(std::unique_ptr<Effect> made, int thread_count = 0)
        : StageObject(kName, std::move(made), thread_count) {}
    Mask no_person;  ///< what stands for a matte that is not given; lies where the layer does
};

struct CompositorObject final : StageObject<Compositor> {
    static constexpr const char* kName = "vbg_compositor";
    using Handle = vbg_compositor;
    explicit CompositorObject(std::unique_ptr<Compositor> made, int thread_count = 0)
        : StageObject(kName, std::move(made), thread_count) {}
};

struct SourceObject final : Object {
    static constexpr const char* kName = "vbg_source";
    using Handle = vbg_source;
    explicit SourceObject(std::unique_ptr<Source> made) : Object(kName), part(std::move(made)) {}
    std::unique_ptr<Source> part;
};

struct SinkObject final : Object {
    static constexpr const char* kName = "vbg_sink";
    using Handle = vbg_sink;
    explicit SinkObject(std::unique_ptr<Sink> made) : Object(kName), part(std::move(made)) {}
    std::unique_ptr<Sink> part;
};

struct DeviceListObject final : Object {
    static constexpr const char* kName = "vbg_device_list";
    using Handle = vbg_device_list;
    DeviceListObject() : Object(kName) {}
    std::vector<DeviceInfo> devices;
};

struct CameraListObject final : Object {
    static constexpr const char* kName = "vbg_camera_list";
    using Handle = vbg_camera_list;
    CameraListObject() : Object(kName) {}
    std::vector<Camera> cameras;
    std::vector<std::string> problems;
};

struct DiagnosisObject final : Object {
    static constexpr const char* kName = "vbg_diagnosis";
    using Handle = vbg_diagnosis;
    DiagnosisObject() : Object(kName) {}
    std::vector<Finding> findings;
};

struct PipelineObject final : Object {
    static constexpr const char* kName = "vbg_pipeline";
    using Handle = vbg_pipeline;
    explicit PipelineObject(int threads) : Object(kName), pipeline(threads) {}
    void abandoned() noexcept override { stop(); }

    void stop() noexcept {
        const auto present = [this] {
            const std::lock_guard lock(stop_mutex);
            return stopper;
        };
        present().request_stop();  // calls back into a sink of the caller's own: without the lock
    }
    /// The token of the next run: stopped already where a stop came beforehand.
    std::stop_token begin_run() {
        const std::lock_guard lock(stop_mutex);
        return stopper.get_token();
    }
    void end_run() {
        const std::lock_guard lock(stop_mutex);
        stopper = std::stop_source();
    }
    Pipeline pipeline;

private:
    std::mutex stop_mutex;
    std::stop_source stopper;
};

}  // namespace vbg::capi
