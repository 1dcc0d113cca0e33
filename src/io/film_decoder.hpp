#pragma once
/// @file film_decoder.hpp  A film file opened with FFmpeg: its frames one after another, as they are coded.
/// Only for builds with VBG_HAVE_MEDIA.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

namespace vbg {

/// Reentrant. Everything that fails throws Error{io} naming the film.
class FilmDecoder {
public:
    FilmDecoder() = default;
    /// @param who  the stage it reads for, for messages
    /// @param start  seconds into the film where begin() goes
    FilmDecoder(std::string who, std::string path, double start);

    /// Opens the container and finds the film's stream; enough for packets().
    void open_container();
    /// Opens everything and decodes the first frame at or after `start`, which is then pending.
    void begin();
    /// Back to the first frame.
    void rewind();
    /// The pending frame, or the next; false at the end of the film. An Error where its size differs from the
    /// first's.
    bool next();
    /// The frame that next() brought is done with: the clock and the count go on.
    void advance();

    [[nodiscard]] bool is_open() const noexcept { return format != nullptr; }
    /// Of the frame in `decoded`, from the beginning of the film; never runs backwards.
    [[nodiscard]] std::chrono::nanoseconds time() const;
    [[noreturn]] void fail(const std::string& problem) const;

    // What was found out by begin().
    std::string who, path;
    int turns = 0;              ///< quarter turns clockwise to be upright
    int width = 0, height = 0;  ///< of decoded frames
    double fps = 30;
    std::uint64_t index = 0;  ///< of the frame in `decoded`

    struct FreeFormat {
        void operator()(AVFormatContext* p) const noexcept { avformat_close_input(&p); }
    };
    struct FreeCodec {
        void operator()(AVCodecContext* p) const noexcept { avcodec_free_context(&p); }
    };
    struct FreePacket {
        void operator()(AVPacket* p) const noexcept { av_packet_free(&p); }
    };
    struct FreeFrame {
        void operator()(AVFrame* p) const noexcept { av_frame_free(&p); }
    };
    std::unique_ptr<AVFormatContext, FreeFormat> format;
    std::unique_ptr<AVPacket, FreePacket> packet;
    std::unique_ptr<AVFrame, FreeFrame> decoded;
    AVStream* stream = nullptr;  ///< the film's, in `format`

private:
    void open_decoder();
    bool decode_next();
    void seek_start();

    double start_ = 0;
    std::unique_ptr<AVCodecContext, FreeCodec> codec_;
    bool draining_ = false, ended_ = false, pending_ = false;  ///< pending: `decoded` was not given out yet
    std::uint64_t damaged_ = 0;
    std::int64_t first_pts_ = AV_NOPTS_VALUE;
    std::chrono::nanoseconds last_time_{-1};
};

}  // namespace vbg
