#include <vbg/device.hpp>
#include <vbg/frame.hpp>

#include "core/device.hpp"
#include "cuda/runtime.hpp"

namespace vbg::inline v0 {

void copy_pixels(const ConstFrameView& from, const FrameView& to, StreamRef stream) {
    if (on_host(from.device) && on_host(to.device)) return copy_pixels(from, to);
    cuda::copy(from, to, stream);
}

void copy_pixels(const ConstMaskView& from, const MaskView& to, StreamRef stream) {
    if (on_host(from.device) && on_host(to.device)) return copy_pixels(from, to);
    cuda::copy(from, to, stream);
}

void wait_for_stream(const Device& device, StreamRef stream) {
    if (!on_host(device)) cuda::synchronize(device, stream);
}

void order_streams(const Device& device, StreamRef earlier, StreamRef later) {
    if (on_host(device) || earlier.native == later.native) return;
    cuda::Event mark(device);
    mark.record(earlier);
    cuda::wait_in(device, later, mark);
}

struct GpuStream::Impl {
    cuda::Stream stream;
};

GpuStream::GpuStream(const Device& device) {
    if (on_host(device))
        throw Error(Errc::invalid_argument,
                    "GpuStream: host memory has no streams; wanted a GPU, e.g. cuda:0");
    cuda::need_device(device, "GpuStream");
    impl_ = std::make_unique<Impl>(Impl{cuda::Stream(device)});
}
GpuStream::GpuStream(GpuStream&& other) noexcept = default;
GpuStream& GpuStream::operator=(GpuStream&& other) noexcept = default;
GpuStream::~GpuStream() = default;
StreamRef GpuStream::ref() const noexcept { return impl_->stream.ref(); }

}  // namespace vbg::inline v0
