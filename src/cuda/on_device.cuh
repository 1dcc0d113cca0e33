#pragma once
/// @file on_device.cuh  Choosing a GPU for the calling thread, for as long as a scope lasts. For .cu files.

#include <cuda_runtime.h>

namespace vbg::cuda {

/// The status as a number. An error that was answered is forgotten by CUDA, so that the next check of a
/// launch does not find it again.
inline int answer(cudaError_t status) noexcept {
    if (status != cudaSuccess) (void)cudaGetLastError();
    return status;
}

class OnDevice {
public:
    explicit OnDevice(int gpu) noexcept {
        status_ = answer(cudaGetDevice(&before_));
        if (status_ != cudaSuccess || before_ == gpu) return;
        status_ = answer(cudaSetDevice(gpu));
        changed_ = status_ == cudaSuccess;
    }
    ~OnDevice() {
        if (changed_) (void)cudaSetDevice(before_);
    }
    OnDevice(const OnDevice&) = delete;
    OnDevice& operator=(const OnDevice&) = delete;
    [[nodiscard]] int status() const noexcept { return status_; }

private:
    int before_ = 0;
    int status_ = 0;
    bool changed_ = false;
};

}  // namespace vbg::cuda
