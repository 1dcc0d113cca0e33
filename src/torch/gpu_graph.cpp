#include "torch/gpu_graph.hpp"

#include <torch/version.h>

#include <vbg/error.hpp>

// Older ones can record, but tidy up after a failure in other ways than those below.
#if defined(VBG_HAVE_TORCH_CUDA) && \
    (TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 11))
#    define VBG_HAVE_CUDA_GRAPH
#    include <ATen/core/CachingHostAllocator.h>
#    include <ATen/cuda/CUDAGraph.h>
#    include <ATen/ops/empty.h>
#    include <c10/cuda/CUDACachingAllocator.h>

#    include <mutex>
#    include <string>

#    include "cuda/driver.hpp"
#    include "cuda/status.hpp"
#    include "torch/gpu_stream.hpp"
#endif

namespace vbg::net {

#ifdef VBG_HAVE_CUDA_GRAPH

/// A stream that nobody else has. It goes with its recording and not before: LibTorch keeps cuBLAS' working
/// memory for each address of a stream, and two recordings that have it in common would disturb each other.
class OwnStream {
public:
    explicit OwnStream(int gpu) : gpu_(gpu) {
        namespace driver = cuda::driver;
        const int status = driver::make_stream(gpu, stream_);
        if (status != cuda::kOk)
            throw cuda::error_of(status, "making a stream on cuda:" + std::to_string(gpu),
                                 driver::text(status));
    }
    ~OwnStream() { cuda::driver::destroy_stream(gpu_, stream_); }
    OwnStream(const OwnStream&) = delete;
    OwnStream& operator=(const OwnStream&) = delete;
    [[nodiscard]] void* native() const noexcept { return stream_; }

private:
    int gpu_;
    void* stream_ = nullptr;
};

namespace {

using at::cuda::CUDAGraph;
using PoolId = decltype(at::cuda::graph_pool_handle());

/// LibTorch writes down with its generator of random numbers, without a lock, which recordings there are.
std::mutex one_at_a_time;

template <class Step>
bool works(Step step) noexcept {
    try {
        step();
        return true;
    } catch (...) {
        return false;
    }
}

/// A graph that cannot even begin is left where it is: LibTorch's destructor of it would end the process, for
/// its generator does not know of it yet.
void begin(std::unique_ptr<CUDAGraph>& graph, const PoolId& pool) {
    try {
        graph->capture_begin(pool, cudaStreamCaptureModeThreadLocal);
    } catch (...) {
        (void)graph.release();
        throw;
    }
}

/// What recordings have had and need no longer, LibTorch keeps until its own memory runs out.
void give_back(const PoolId& pool) noexcept {
    works([&] { c10::cuda::CUDACachingAllocator::get()->emptyCache(pool); });
}

/// For LibTorch's allocators it is over.
void close_pools(c10::Device device, const PoolId& pool) noexcept {
    auto* const memory = c10::cuda::CUDACachingAllocator::get();
    works([&] { memory->endAllocateToPool(device.index(), pool); });
    works([&] { memory->releasePool(device.index(), pool); });
    auto* const pinned = at::getHostAllocator(c10::DeviceType::CUDA);
    works([&] { pinned->end_allocate_to_pool(pool); });
    works([&] { pinned->release_pool(pool); });
}

/// Leaves LibTorch as it was before a recording that failed. Its own capture_end() goes no further than to
/// be told so by CUDA: then its allocators would take it for under way for ever and free nothing when memory
/// runs out, and its generator would refuse random numbers to the whole process.
void break_off(CUDAGraph& graph, c10::Device device, void* stream, const PoolId& pool) noexcept {
    const auto has_ended = [&] { return works([&] { (void)graph.pool(); }); };
    if (has_ended()) return;
    works([&] { graph.capture_end(); });  // in any case the stream is out of that state then
    if (has_ended()) return;
    close_pools(device, pool);
    if (cuda::driver::synchronize_stream(device.index(), stream) != cuda::kOk) return;  // it is lost
    works([&] {  // the generator believes it over when one has ended well
        const at::Tensor number = at::empty({1}, at::TensorOptions(at::kFloat).device(device));
        auto good = std::make_unique<CUDAGraph>();
        begin(good, at::cuda::graph_pool_handle());
        number.zero_();
        good->capture_end();
    });
}

}  // namespace

struct GpuGraph::Recorded {
    Recorded(c10::Device device, const Work& work) : stream(device.index()) {
        const std::lock_guard<std::mutex> lock(one_at_a_time);
        const GpuStream turn(device, stream.native());
        graph = std::make_unique<CUDAGraph>(/*keep_graph=*/true);
        try {
            record(work);
        } catch (...) {
            results.clear();
            graph ? break_off(*graph, device, stream.native(), pool) : close_pools(device, pool);
            graph.reset();
            give_back(pool);
            throw;
        }
    }
    ~Recorded() {
        results.clear();
        const std::lock_guard<std::mutex> lock(one_at_a_time);
        graph.reset();
        give_back(pool);
    }
    Recorded(const Recorded&) = delete;
    Recorded& operator=(const Recorded&) = delete;

    void record(const Work& work) {
        begin(graph, pool);
        results = work();
        graph->capture_end();
        graph->instantiate();  // which the first replay would do otherwise
        native = graph->raw_cuda_graph();
    }

    OwnStream stream;
    PoolId pool = at::cuda::graph_pool_handle();
    std::unique_ptr<CUDAGraph> graph;
    void* native = nullptr;
    std::vector<at::Tensor> results;
};

GpuGraph::GpuGraph(c10::Device device, const Work& work)
    : recorded_(std::make_unique<Recorded>(device, work)) {}

void GpuGraph::replay() { recorded_->graph->replay(); }

#else

struct GpuGraph::Recorded {
    void* native = nullptr;
    std::vector<at::Tensor> results;
};

GpuGraph::GpuGraph(c10::Device /*device*/, const Work& /*work*/) {
    throw Error(Errc::not_built, "CUDA graphs need -DVBG_CUDA=ON and a LibTorch 2.11 or newer that has CUDA");
}

void GpuGraph::replay() {}

#endif

GpuGraph::~GpuGraph() = default;
const std::vector<at::Tensor>& GpuGraph::results() const noexcept { return recorded_->results; }
void* GpuGraph::native() const noexcept { return recorded_->native; }

}  // namespace vbg::net
