#pragma once
/// @file film_scaler.hpp  Decoded frames of a film to bgr8, at the size asked for and upright.
/// Only for builds with VBG_HAVE_MEDIA.

#include <memory>

#include <vbg/frame.hpp>
#include <vbg/parameter.hpp>

#include "io/film_decoder.hpp"

extern "C" {
#include <libswscale/swscale.h>
}

namespace vbg {

/// Reentrant.
class FilmScaler {
public:
    /// For frames of `film` that shall fill `wanted` (what hangs over is cut), or have their own size where
    /// that is {0, 0}.
    void configure(const FilmDecoder& film, Size wanted);
    /// The frame in `film.decoded`; valid until the next call. Throws Error{io}.
    [[nodiscard]] ConstFrameView convert(const FilmDecoder& film);
    /// Size of the frames given out.
    [[nodiscard]] Size size() const noexcept { return shown_; }

private:
    void prepare(const FilmDecoder& film);

    struct FreeScaler {
        void operator()(SwsContext* p) const noexcept { sws_freeContext(p); }
    };
    std::unique_ptr<SwsContext, FreeScaler> scaler_;
    AVPixelFormat pixels_ = AV_PIX_FMT_NONE;  // what the scaler was set up for
    int space_ = -1, range_ = -1;
    int turns_ = 0;
    Frame scaled_, turned_;  // bgr8; `turned_` only where the film is
    Size shown_{};
};

}  // namespace vbg
