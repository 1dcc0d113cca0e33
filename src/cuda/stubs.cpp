// What stands for src/cuda where libvbg is built without CUDA: everything answers "not built".
#include "cuda/stubs.hpp"
#include "cuda/convert.hpp"
#include "cuda/driver.hpp"
#include "cuda/network_input.hpp"
#include "cuda/over.hpp"
#include "cuda/runtime.hpp"
#include "cuda/status.hpp"

namespace vbg::cuda {

bool built() noexcept { return false; }

void over(const ConstFrameView& /*foreground*/, const ConstMaskView& /*alpha*/,
          const ConstFrameView& /*background*/, const FrameView& /*out*/, StreamRef /*stream*/) {
    refuse("over");
}

void convert(const ConstFrameView& /*from*/, const FrameView& /*to*/, StreamRef /*stream*/) {
    refuse("convert");
}

void launch_network_input(const NetworkInputPixel& /*pixel*/, int /*width*/, int /*height*/,
                          const Device& /*device*/, StreamRef /*stream*/) {
    refuse("resizing for the network");
}

namespace driver {

std::string_view text(int /*status*/) noexcept { return {}; }
int device_count(int& count) noexcept { return count = 0, kNotBuilt; }
int device_name(int /*gpu*/, char* /*name*/, std::size_t /*size*/) noexcept { return kNotBuilt; }
int probe(int /*gpu*/) noexcept { return kNotBuilt; }
int allocate(int /*gpu*/, std::size_t /*bytes*/, void*& /*memory*/) noexcept { return kNotBuilt; }
int release(int /*gpu*/, void* /*memory*/) noexcept { return kNotBuilt; }
int allocate_pinned(int /*gpu*/, std::size_t /*bytes*/, void*& /*memory*/) noexcept { return kNotBuilt; }
int release_pinned(void* /*memory*/) noexcept { return kNotBuilt; }
int make_stream(int /*gpu*/, void*& /*stream*/) noexcept { return kNotBuilt; }
int destroy_stream(int /*gpu*/, void* /*stream*/) noexcept { return kNotBuilt; }
int make_event(int /*gpu*/, void*& /*event*/) noexcept { return kNotBuilt; }
int destroy_event(int /*gpu*/, void* /*event*/) noexcept { return kNotBuilt; }
int record(int /*gpu*/, void* /*event*/, void* /*stream*/) noexcept { return kNotBuilt; }
int wait_event(int /*gpu*/, void* /*stream*/, void* /*event*/) noexcept { return kNotBuilt; }
int event_ready(void* /*event*/) noexcept { return kNotBuilt; }
int synchronize_event(void* /*event*/) noexcept { return kNotBuilt; }
int synchronize_stream(int /*gpu*/, void* /*stream*/) noexcept { return kNotBuilt; }
int perform(int /*gpu*/, const Step& /*step*/, void* /*stream*/) noexcept { return kNotBuilt; }
int make_program(int /*gpu*/, const Step* /*steps*/, std::size_t /*count*/, void*& /*program*/) noexcept {
    return kNotBuilt;
}
int change_program(void* /*program*/, std::size_t /*at*/, const Step& /*step*/) noexcept { return kNotBuilt; }
int launch_program(void* /*program*/, void* /*stream*/) noexcept { return kNotBuilt; }
int destroy_program(void* /*program*/) noexcept { return kNotBuilt; }

}  // namespace driver

}  // namespace vbg::cuda
