#pragma once
/// @file gpu_graph.hpp  What LibTorch does on a GPU, recorded as a CUDA graph.

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <functional>
#include <memory>
#include <vector>

namespace vbg::net {

/// One launch for all the kernels of a run: hundreds of small ones cost more to launch than to do. What the
/// work reads and writes must stay where it is; memory that it takes itself belongs to the recording. Never
/// run on a GPU yet.
class GpuGraph {
public:
    using Work = std::function<std::vector<at::Tensor>()>;

    /// Records what `work` gives LibTorch to do, which is not done by that. This thread must have done all of
    /// it before. It is recorded in a stream of its own, for what other threads queue in theirs is to be done
    /// and not recorded. Throws Error{not_built, device, out_of_memory}, and what LibTorch throws where
    /// something in it cannot be recorded. Meanwhile no thread may wait for the whole GPU, or draw LibTorch's
    /// random numbers on it: that is refused to it.
    GpuGraph(c10::Device device, const Work& work);
    ~GpuGraph();
    GpuGraph(const GpuGraph&) = delete;
    GpuGraph& operator=(const GpuGraph&) = delete;

    /// Does it, in the turn of the stream that GpuStream lends, and returns at once. One thread at a time.
    void replay();
    /// What `work` returned; there in the turn of the stream that it was replayed in last, until the next
    /// time.
    [[nodiscard]] const std::vector<at::Tensor>& results() const noexcept;
    /// The cudaGraph_t that replay() does, for as long as this lives.
    [[nodiscard]] void* native() const noexcept;

private:
    struct Recorded;
    std::unique_ptr<Recorded> recorded_;
};

}  // namespace vbg::net
