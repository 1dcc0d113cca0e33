#include <doctest/doctest.h>

#include <opencv2/core.hpp>
#include <vbg/frame.hpp>
#include <vbg/interop/opencv.hpp>

using namespace vbg;

TEST_CASE("a Mat and its view share the pixels, also of a part of a picture") {
    cv::Mat picture(20, 30, CV_8UC3, cv::Scalar(1, 2, 3));
    cv::Mat part = picture(cv::Rect(5, 4, 10, 8));
    const FrameView view = interop::frame_view(part);
    CHECK(view.format == PixelFormat::bgr8);
    CHECK(view.width == 10);
    CHECK(view.height == 8);
    CHECK_NOTHROW(check_view(view, "test"));
    view.row(7)[0] = std::byte{99};
    CHECK(picture.at<cv::Vec3b>(11, 5)[0] == 99);
    CHECK(interop::frame_view(part, PixelFormat::rgb8).format == PixelFormat::rgb8);
    const cv::Mat grey(4, 4, CV_8UC1);
    CHECK(interop::frame_view(grey).format == PixelFormat::gray8);
    CHECK(interop::to_mat(view).data == part.data);
    CHECK(interop::to_mat(view).step == part.step);
}

TEST_CASE("what does not fit is refused") {
    cv::Mat floats(4, 4, CV_32FC3), grey(4, 4, CV_8UC1);
    CHECK_THROWS_AS((void)interop::frame_view(floats), Error);
    CHECK_THROWS_AS((void)interop::frame_view(grey, PixelFormat::bgr8), Error);
    CHECK_THROWS_AS((void)interop::mask_view(floats), Error);
    CHECK_THROWS_AS((void)interop::to_mat(Frame(4, 4, PixelFormat::nv12).view()), Error);
    FrameView upwards = Frame(4, 4, PixelFormat::bgr8).view();
    upwards.planes[0].stride = -upwards.planes[0].stride;
    CHECK_THROWS_AS((void)interop::to_mat(upwards), Error);
}

TEST_CASE("mattes go both ways") {
    cv::Mat grey(3, 5, CV_8UC1, cv::Scalar(7)), floats(3, 5, CV_32FC1);
    CHECK(interop::mask_view(grey).row(2)[4] == std::byte{7});
    CHECK(interop::mask_view(floats).format == MaskFormat::f32);
    Mask mask(5, 3, MaskFormat::f32);
    CHECK(interop::to_mat(mask.view()).type() == CV_32FC1);
    CHECK(interop::to_mat(mask.view()).data == reinterpret_cast<uchar*>(mask.view().data));
}
