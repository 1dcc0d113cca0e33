// Steps as a CUDA graph: a chain of nodes, one a step. Never run on a GPU yet.
#include <cuda_runtime.h>

#include <memory>
#include <new>
#include <vector>

#include "cuda/commands.hpp"
#include "cuda/driver.hpp"
#include "cuda/on_device.cuh"
#include "cuda/status.hpp"

namespace vbg::cuda::driver {

namespace {

struct Program {
    explicit Program(int number) : gpu(number) {}
    ~Program() {
        const OnDevice chosen(gpu);
        if (launchable != nullptr) (void)answer(cudaGraphExecDestroy(launchable));
        if (graph != nullptr) (void)answer(cudaGraphDestroy(graph));
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    int gpu;
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t launchable = nullptr;
    std::vector<cudaGraphNode_t> nodes;
};

/// What CUDA wants to know about a kernel, which points into it.
class KernelNode {
public:
    explicit KernelNode(const KernelStep& kernel) : argument_(const_cast<void*>(kernel.argument)) {
        parameters_.func = const_cast<void*>(kernel.function);
        parameters_.gridDim = dim3(kernel.across, kernel.down);
        parameters_.blockDim = dim3(kernel.threads_across, kernel.threads_down);
        parameters_.kernelParams = &argument_;
    }
    KernelNode(const KernelNode&) = delete;
    KernelNode& operator=(const KernelNode&) = delete;
    [[nodiscard]] const cudaKernelNodeParams* parameters() const { return &parameters_; }

private:
    void* argument_;
    cudaKernelNodeParams parameters_{};
};

cudaMemcpy3DParms copy_of(const CopyStep& copy) {
    cudaMemcpy3DParms parameters{};
    parameters.srcPtr =
        make_cudaPitchedPtr(const_cast<void*>(copy.from), copy.from_stride, copy.row, copy.rows);
    parameters.dstPtr = make_cudaPitchedPtr(copy.to, copy.to_stride, copy.row, copy.rows);
    parameters.extent = make_cudaExtent(copy.row, copy.rows, 1);
    parameters.kind = cudaMemcpyDefault;
    return parameters;
}

cudaError_t add(Program& program, const Step& step) {
    cudaGraphNode_t node = nullptr;
    const cudaGraphNode_t* const before = program.nodes.empty() ? nullptr : &program.nodes.back();
    const std::size_t count = program.nodes.empty() ? 0 : 1;
    cudaError_t status = cudaErrorInvalidValue;
    switch (step.kind) {
        case Step::Kind::kernel: {
            const KernelNode kernel(step.kernel);
            status = cudaGraphAddKernelNode(&node, program.graph, before, count, kernel.parameters());
            break;
        }
        case Step::Kind::copy: {
            const cudaMemcpy3DParms copy = copy_of(step.copy);
            status = cudaGraphAddMemcpyNode(&node, program.graph, before, count, &copy);
            break;
        }
        case Step::Kind::graph:
            status = cudaGraphAddChildGraphNode(&node, program.graph, before, count,
                                                static_cast<cudaGraph_t>(step.graph->graph()));
            break;
    }
    if (status == cudaSuccess) program.nodes.push_back(node);
    return status;
}

int make(Program& program, const Step* steps, std::size_t count) {
    const OnDevice chosen(program.gpu);
    if (chosen.status() != kOk) return chosen.status();
    cudaError_t status = cudaGraphCreate(&program.graph, 0);
    for (std::size_t i = 0; i < count && status == cudaSuccess; ++i) status = add(program, steps[i]);
    if (status == cudaSuccess) status = cudaGraphInstantiateWithFlags(&program.launchable, program.graph, 0);
    return answer(status);
}

}  // namespace

int make_program(int gpu, const Step* steps, std::size_t count, void*& program) noexcept {
    try {
        auto made = std::make_unique<Program>(gpu);
        made->nodes.reserve(count);
        const int status = make(*made, steps, count);
        if (status == kOk) program = made.release();
        return status;
    } catch (const std::bad_alloc&) {
        return kOutOfMemory;
    }
}

int change_program(void* program, std::size_t at, const Step& step) noexcept {
    auto& changed = *static_cast<Program*>(program);
    const OnDevice chosen(changed.gpu);
    if (chosen.status() != kOk) return chosen.status();
    if (step.kind == Step::Kind::graph) return kOk;  // it is the same
    if (step.kind == Step::Kind::kernel) {
        const KernelNode kernel(step.kernel);
        return answer(
            cudaGraphExecKernelNodeSetParams(changed.launchable, changed.nodes[at], kernel.parameters()));
    }
    const cudaMemcpy3DParms copy = copy_of(step.copy);
    return answer(cudaGraphExecMemcpyNodeSetParams(changed.launchable, changed.nodes[at], &copy));
}

int launch_program(void* program, void* stream) noexcept {
    const auto& launched = *static_cast<Program*>(program);
    const OnDevice chosen(launched.gpu);
    if (chosen.status() != kOk) return chosen.status();
    return answer(cudaGraphLaunch(launched.launchable, static_cast<cudaStream_t>(stream)));
}

int destroy_program(void* program) noexcept {
    delete static_cast<Program*>(program);
    return kOk;
}

}  // namespace vbg::cuda::driver
