#pragma once
/// @file target.hpp  Where an effect's result goes on a GPU.

#include <vbg/types.hpp>

#include "cuda/rows.hpp"
#include "cuda/sink_pixel.hpp"

namespace vbg::cuda {

/// A picture that is the result; or the composed frame, into which the result is mixed with the other layer
/// as the compositor `over` does. All pictures lie on the same GPU.
struct Target {
    enum class Result { background, person };

    // NOLINTNEXTLINE(google-explicit-constructor): a picture is a target
    Target(const FrameView& out) : picture(out) {}
    Target(const FrameView& composed, const ConstFrameView& other_layer, const ConstMaskView& matte,
           Result which)
        : picture(composed), other(other_layer), alpha(matte), result(which) {}

    FrameView picture;
    ConstFrameView other{};
    ConstMaskView alpha{};  ///< without data: there is no other layer
    Result result = Result::background;
};

inline PixelSink sink(const Target& out) {
    return {rows(out.picture), rows(out.other), rows(out.alpha), out.result == Target::Result::person};
}

}  // namespace vbg::cuda
