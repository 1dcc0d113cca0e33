#pragma once
/// @file film_reader.hpp  Decodes films (FFmpeg's libraries). The one place for it: the video source and the
/// video effect come here.
///
/// Not OpenCV's VideoCapture: it takes the size of a film from its header once, and reads a frame of another
/// size with the wrong geometry, beyond the end of smaller ones, without a word.
///
/// FFmpeg writes its complaints to the standard error output by itself. While a call from here is inside it,
/// its process-wide log level is turned down, and put back afterwards; what goes wrong is thrown as an Error.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <vbg/frame.hpp>
#include <vbg/parameter.hpp>

namespace vbg {

class FilmReader {
public:
    struct Info {
        int width = 0, height = 0;  ///< of the frames that read() gives
        double fps = 0;             ///< nominal; 30 where the film does not know
        std::uint64_t frames = 0;   ///< 0 = unknown; may be a few off where the container does not count
    };

    FilmReader();
    ~FilmReader();
    FilmReader(const FilmReader&) = delete;
    FilmReader& operator=(const FilmReader&) = delete;

    /// Opens a film whose frames shall fill `size` (what hangs over is cut), or have their own size where
    /// that is {0, 0}. Turned films (phones) are set upright. Frames before `start` (seconds) are left out.
    /// `who` names the caller in texts.
    /// Throws Error{not_found} (no file), Error{io} (a folder, empty, cut short, no film, damaged, shorter
    /// than `start`), Error{not_built}.
    Info open(const std::string& path, std::string_view who, Size size = {}, double start = 0);

    /// The next frame in bgr8, valid until the next call; false at the end. The timestamp is media time, from
    /// 0 at the film's beginning; the number counts from 0 at `start`. A frame of another size than the first
    /// is an Error{io} that names both. Colours: as tagged in the film, untagged ones are BT.601.
    [[nodiscard]] bool read(ConstFrameView& frame);
    /// Leaves one frame out, without the work of converting it. False at the end.
    [[nodiscard]] bool skip();
    /// Goes back to `start`. Timestamps and numbers begin again.
    void rewind();
    void close() noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Frames of a film, counted one by one without decoding them. Throws as FilmReader::open().
[[nodiscard]] std::uint64_t count_film_frames(const std::string& path, std::string_view who);

}  // namespace vbg
