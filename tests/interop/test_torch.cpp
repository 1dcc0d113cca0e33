#include <doctest/doctest.h>

#include <vbg/frame.hpp>
#include <vbg/interop/torch.hpp>

using namespace vbg;

TEST_CASE("a tensor and its view share the pixels") {
    Frame frame(5, 4, PixelFormat::rgb8);
    at::Tensor tensor = interop::to_tensor(frame.view());
    CHECK(tensor.sizes() == at::IntArrayRef({4, 5, 3}));
    tensor[3][4][2] = 77;
    CHECK(frame.view().row(3)[14] == std::byte{77});
    const FrameView back = interop::frame_view(tensor, PixelFormat::rgb8);
    CHECK(back.planes[0].data == frame.view().planes[0].data);
    CHECK(back.planes[0].stride == frame.view().planes[0].stride);
    CHECK(back.width == 5);

    Mask mask(6, 2, MaskFormat::f32);
    interop::to_tensor(mask.view()).fill_(0.5);
    CHECK(*reinterpret_cast<float*>(mask.view().row(1) + 20) == 0.5F);
    CHECK(interop::to_tensor(Mask(6, 2).view()).scalar_type() == at::kByte);
}

TEST_CASE("tensors that do not fit are refused") {
    const at::Tensor planar = at::zeros({3, 4, 5}, at::kByte), floats = at::zeros({4, 5, 3});
    CHECK_THROWS_AS((void)interop::frame_view(planar, PixelFormat::rgb8), Error);
    CHECK_THROWS_AS((void)interop::frame_view(floats, PixelFormat::rgb8), Error);
    CHECK_THROWS_AS((void)interop::frame_view(planar.permute({1, 2, 0}), PixelFormat::rgb8), Error);
    CHECK_THROWS_AS((void)interop::to_tensor(Frame(4, 4, PixelFormat::i420).view()), Error);
}
