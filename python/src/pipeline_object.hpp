#pragma once
/// @file pipeline_object.hpp  What a Python Pipeline object is, and running it.

#include <atomic>
#include <memory>
#include <optional>
#include <string_view>

#include "shared_stage.hpp"

namespace vbg::python {

struct PipelineObject {
    PipelineObject() = default;
    PipelineObject(const PipelineObject&) = delete;
    PipelineObject& operator=(const PipelineObject&) = delete;
    ~PipelineObject();

    /// Null before __init__() and after abandon().
    std::shared_ptr<Pipeline> pipeline;
    std::shared_ptr<RunControl> state = std::make_shared<RunControl>();
    std::atomic<bool> busy = false;
    /// What device() was told. Without a stream pictures on GPUs are taken in the default stream's turn.
    Reach reach{true, {}, {}};

    /// The pipeline where it is still there: for as long as one has the GIL, or is Busy. Throws Refused
    /// (state).
    Pipeline& get() const;
    /// What `work` says of the pipeline, without the GIL. It lives until then, whatever another thread does
    /// with this object meanwhile. Throws Refused (state) as get() does.
    template <class Work>
    auto unlocked(Work&& work) const {
        (void)get();
        std::shared_ptr<Pipeline> shared = pipeline;
        const WithoutGil free;
        const std::shared_ptr<Pipeline> alive = std::move(shared);  // dies before the GIL is back
        return work(*alive);
    }
    /// Destroys stages and what sinks have half-written, once nobody is in unlocked() any more. With the GIL.
    void abandon();
};

/// For a scope: the pipeline to oneself; with a method that works on it also without the GIL. Throws Refused
/// (state) where another thread, or a callback of a run, is in it already.
class Busy {
public:
    Busy(PipelineObject& object, std::string_view what);
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;
    ~Busy() { object_.busy = false; }

private:
    PipelineObject& object_;
};

/// Throws what a stage raised that must end the program (KeyboardInterrupt, SystemExit), if one did.
void rethrow_fatal(PipelineObject& object);

/// Pipeline.run(): on a thread of its own, while this one waits and looks for Ctrl-C.
void run(const py::object& self, std::uint64_t frames, const py::object& progress);
/// Stops and waits for every run there is; at exit, while threads may still take the GIL.
void stop_all_runs();

/// The constructor's keywords and the methods that set or add a part.
void bind_parts(py::class_<PipelineObject>& type);
void bind_pipeline(py::module_& module);

}  // namespace vbg::python
