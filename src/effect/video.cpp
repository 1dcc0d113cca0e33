#include "effect/video.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vbg/frame.hpp>

#include "effect/fit.hpp"
#include "effect/frame_rows.hpp"
#include "io/film_reader.hpp"
#include "io/picture_file.hpp"

namespace vbg {

namespace {

constexpr std::array kVideoParameters = {
    Parameter{.name = "path",
              .type = ParameterType::path,
              .default_value = "",
              .help = "the film; anything FFmpeg reads, sound is left out",
              .required = true},
    kFitParameter,
    kBarsParameter,
    Parameter{"speed", ParameterType::number, "1", "how fast it runs: 0.5 = half as fast as it was made", "",
              0.01, 100},
    Parameter{"loop", ParameterType::boolean, "true", "begin again at its end; else the last frame stays"},
};

/// At most so many film frames are left out at once. A longer gap (the stream stood still for seconds, or the
/// film runs at 100 times its speed) is not caught up with: that would hold up the camera's picture.
constexpr int kMostSkipped = 8;

class Video final : public Effect {
public:
    explicit Video(const Parameters& parameters)
        : path_(parameters.text("path")),
          fit_(fit_of(parameters.text("fit"))),
          bars_(parameters.color("background")),
          speed_(parameters.number("speed")),
          loop_(parameters.boolean("loop")) {
        film_.open(path_, "film");  // a missing or broken film is known before the camera starts
    }
    [[nodiscard]] std::string_view name() const noexcept override { return "video"; }
    [[nodiscard]] bool replaces_layer() const noexcept override { return true; }

private:
    void do_configure(const FrameSpec& spec, Context& /*context*/) override {
        // The decoder scales by itself where the frame is to be filled; else it gives the film's own size.
        const Size frame{spec.width, spec.height};
        const FilmReader::Info info = film_.open(path_, "film", fit_ == Fit::cover ? frame : Size{});
        film_rate_ = info.fps;
        stream_rate_ = spec.fps > 0 ? spec.fps : info.fps;
        fitter_.configure({info.width, info.height}, frame, fit_, bars_);
        fitted_ = Frame(spec);
        fresh_ = true;
    }

    void do_reset() noexcept override { restart_ = true; }

    /// From which moment of the film a picture of the stream is due: the stream's own clock moves it on. A
    /// stream whose clock stands still (single pictures) is taken to move one frame a call.
    void move_clock(std::chrono::nanoseconds now) {
        const double frame = 1.0 / stream_rate_;
        double step = started_ ? std::chrono::duration<double>(now - last_time_).count() : 0.0;
        if (started_ && step <= 0) step = frame;
        last_time_ = now;
        started_ = true;
        due_ += step * speed_ * film_rate_;
    }

    /// One film frame further, from its beginning again after its end. False when it stays at the last one.
    bool advance(bool show, ConstFrameView& picture) {
        for (int round = 0; round < 2; ++round) {
            if (show ? film_.read(picture) : film_.skip()) return true;
            if (!loop_ && !fresh_) return false;
            film_.rewind();
        }
        throw Error(Errc::io,
                    fmt::format("film '{}': no frame can be read from it any more; was it changed?", path_));
    }

    void do_apply(const ConstFrameView& layer, const ConstMaskView& /*alpha*/, const FrameView& out,
                  Context& context) override {
        if (restart_) {
            if (!fresh_) film_.rewind();
            restart_ = started_ = ended_ = false;
            fresh_ = true;
            due_ = shown_ = 0;
        }
        move_clock(layer.timestamp);
        // Film frame n is due from n - 1/1000 on: clocks and rates are not exact.
        double behind = fresh_ ? 1 : std::floor(due_ + 1e-3) - shown_;
        if (behind > kMostSkipped + 1) {
            due_ -= behind - 1;
            behind = 1;
        }
        ConstFrameView picture;
        for (; behind >= 1 && !ended_; --behind) {
            ended_ = !advance(behind < 2, picture);
            shown_ += fresh_ || ended_ ? 0 : 1;
            if (behind >= 2 || ended_) continue;
            fitter_.apply(picture, fitted_.view(), context);
            fresh_ = false;
        }
        context.parallel_rows(out.height, kGrainRows, [&](int first, int last) {
            for (int y = first; y < last; ++y) {
                std::memcpy(bytes(out, y), bytes(fitted_.view(), y), row_size(out));
            }
        });
    }

    std::string path_;
    Fit fit_;
    Color bars_;
    double speed_;
    bool loop_;
    FilmReader film_;
    Fitter fitter_;
    Frame fitted_;  ///< the film frame that is shown now
    double film_rate_ = 30, stream_rate_ = 30;
    double due_ = 0;    ///< film frames since the start that the stream's clock has asked for
    double shown_ = 0;  ///< film frames since the start that were reached
    std::chrono::nanoseconds last_time_{};
    bool fresh_ = true;     ///< nothing was shown yet
    bool started_ = false;  ///< `last_time_` is known
    bool restart_ = false;
    bool ended_ = false;  ///< past the end, without loop
};

}  // namespace

StageEntry video_entry() {
    return {"video", "A film instead of the layer, over and over", kVideoParameters,
            Maker<Effect>([](const Parameters& p) { return std::make_unique<Video>(p); }), media_why_not};
}

}  // namespace vbg
