#include "io/video_sink.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <vector>

#include <vbg/log.hpp>

#include "io/film_format.hpp"
#include "io/film_reader.hpp"
#include "io/frame_packer.hpp"
#include "io/picture_file.hpp"
#include "io/quiet_media.hpp"

#ifdef VBG_HAVE_MEDIA
#    include <sys/statvfs.h>

#    include <cerrno>
#    include <opencv2/videoio.hpp>
#    include <vbg/interop/opencv.hpp>
#endif

namespace vbg {

namespace {

constexpr Parameter kVideoSinkParameters[] = {
    {"path", ParameterType::path, "",
     "the film file; its ending chooses the container: .mp4, .mov, .mkv, .avi", "", 0, 0, "", true},
    {"codec", ParameterType::choice, "auto",
     "auto: h264 where this machine can write it, else mpeg4; mjpeg in .avi; ffv1 loses nothing but colour "
     "detail",
     "", 0, 0, "auto|h264|mpeg4|mjpeg|ffv1"},
    kSinkFpsParameter,
};

/// Which codec a container takes, under which four characters; in the order in which `auto` tries them.
struct Choice {
    std::string_view ending, codec, fourcc;
};
constexpr std::array<Choice, 13> kChoices = {{{".mp4", "h264", "avc1"},
                                              {".mp4", "mpeg4", "mp4v"},
                                              {".m4v", "h264", "avc1"},
                                              {".m4v", "mpeg4", "mp4v"},
                                              {".mov", "h264", "avc1"},
                                              {".mov", "mpeg4", "mp4v"},
                                              {".mkv", "h264", "H264"},
                                              {".mkv", "mpeg4", "mp4v"},
                                              {".mkv", "mjpeg", "MJPG"},
                                              {".mkv", "ffv1", "FFV1"},
                                              {".avi", "mjpeg", "MJPG"},
                                              {".avi", "mpeg4", "XVID"},
                                              {".avi", "ffv1", "FFV1"}}};

/// What may be tried for a path and a codec ("auto" = any). Throws Error{invalid_argument} when there is
/// nothing.
std::vector<Choice> choices_for(const std::string& path, const std::string& codec) {
    std::string ending = std::filesystem::path(path).extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    std::vector<Choice> fitting;
    std::string codecs;
    for (const Choice& choice : kChoices) {
        if (choice.ending != ending) continue;
        codecs += fmt::format("{}{}", codecs.empty() ? "" : ", ", choice.codec);
        if (codec == "auto" || codec == choice.codec) fitting.push_back(choice);
    }
    if (codecs.empty()) {
        throw Error(Errc::invalid_argument,
                    fmt::format("film '{}': {}; wanted a name that ends in .mp4, .mov, .mkv or .avi", path,
                                ending.empty() ? "the name has no ending" : "no film format " + ending));
    }
    if (fitting.empty()) {
        throw Error(Errc::invalid_argument,
                    fmt::format("film '{}': {} does not take codec={}; wanted auto, {}", path, ending, codec,
                                codecs));
    }
    return fitting;
}

}  // namespace

#ifdef VBG_HAVE_MEDIA

struct VideoSink::Writer {
    PartFile file;  // before `out`: removed after that has closed it
    cv::VideoWriter out;
    Frame even;       ///< bgr8 with even sides: what the encoder gets
    FrameView inner;  ///< the part of it that is the frame
    std::uint64_t frames = 0;
};

FrameSpec VideoSink::do_open(const FrameSpec& wanted) {
    auto writer = std::make_unique<Writer>();
    writer->file = PartFile(path_, "film");
    const int width = (wanted.width + 1) / 2 * 2, height = (wanted.height + 1) / 2 * 2;
    writer->even = Frame(width, height, PixelFormat::bgr8);
    writer->inner = writer->even.view();
    writer->inner.width = wanted.width;
    writer->inner.height = wanted.height;
    const double fps = sink_fps(fps_, wanted);
    const QuietMedia silence;
    std::string tried;
    for (const Choice& choice : choices_for(path_, codec_)) {
        const char* f = choice.fourcc.data();
        const int fourcc = cv::VideoWriter::fourcc(f[0], f[1], f[2], f[3]);
        bool good = false;
        try {
            good = writer->out.open(writer->file.part_path(), cv::CAP_FFMPEG, fourcc, fps, {width, height},
                                    true);
        } catch (const cv::Exception&) {
            good = false;
        }
        if (good) {
            if (width != wanted.width || height != wanted.height) {
                log(LogLevel::warning,
                    fmt::format("film '{}': {}x{} frames are written as {}x{}, since films have even "
                                "sides; the last column or row is there twice",
                                path_, wanted.width, wanted.height, width, height));
            }
            log(LogLevel::info,
                fmt::format("film '{}': {} {}x{} at {} frames/s", path_, choice.codec, width, height, fps));
            writer_ = std::move(writer);
            return wanted;
        }
        tried += fmt::format("{}{}", tried.empty() ? "" : ", ", choice.codec);
    }
    throw Error(
        Errc::io,
        fmt::format("film '{}': no encoder takes {}x{} at {} frames/s (tried: {}); try another codec= "
                    "or container, or sink images",
                    path_, width, height, fps, tried));
}

void VideoSink::do_write(const ConstFrameView& frame) {
    Writer& w = *writer_;
    convert(frame, w.inner);
    const FrameView even = w.even.view();
    if (even.width != frame.width) {
        for (int y = 0; y < frame.height; ++y) {
            std::memcpy(even.row(y) + 3 * frame.width, even.row(y) + 3 * (frame.width - 1), 3);
        }
    }
    if (even.height != frame.height) {
        std::memcpy(even.row(frame.height), even.row(frame.height - 1),
                    static_cast<std::size_t>(3 * even.width));
    }
    struct statvfs disk {};
    if (::statvfs(w.file.part_path().c_str(), &disk) == 0 && disk.f_bavail == 0) {
        throw_write_error(fmt::format("film '{}'", path_), ENOSPC);
    }
    const QuietMedia silence;
    try {
        w.out.write(interop::to_mat(even));
    } catch (const cv::Exception& e) {
        throw Error(Errc::io,
                    fmt::format("film '{}': frame {} could not be written: {}", path_, w.frames, e.err));
    }
    ++w.frames;
}

/// Throws when what was written is not the film that it should be.
void VideoSink::verify() {
    const Writer& w = *writer_;
    const auto fail = [&](const std::string& problem) {
        throw Error(Errc::io,
                    fmt::format("film '{}': {}; it was removed. Is the disk full? Else try another codec= or "
                                "container",
                                path_, problem));
    };
    if (w.frames == 0) {
        throw Error(Errc::io, fmt::format("film '{}': no frame came; no film was written", path_));
    }
    if (w.file.bytes() == 0) fail("the encoder wrote nothing");
    const std::string damage = find_film_damage(w.file.part_path());
    if (!damage.empty()) fail("what was written is not whole: " + damage);
    std::uint64_t found = 0;
    try {
        found = count_film_frames(w.file.part_path(), "film");
    } catch (const Error& e) {
        fail(fmt::format("what was written cannot be read again ({})", e.what()));
    }
    if (found != w.frames) fail(fmt::format("{} frames were written, but it holds {}", w.frames, found));
}

void VideoSink::do_close() {
    try {
        const QuietMedia silence;
        writer_->out.release();
        verify();
        writer_->file.commit();
    } catch (...) {
        writer_.reset();  // removes what is there
        throw;
    }
    writer_.reset();
}

void VideoSink::do_abandon() noexcept {
    if (writer_ == nullptr) return;
    const QuietMedia silence;
    writer_.reset();  // the encoder closes its file, and then the part file is removed
}

#else

struct VideoSink::Writer {};
FrameSpec VideoSink::do_open(const FrameSpec&) {
    throw Error(Errc::not_built, fmt::format("film '{}': {}", path_, media_why_not()));
}
void VideoSink::do_write(const ConstFrameView&) {}
void VideoSink::verify() {}
void VideoSink::do_close() {}
void VideoSink::do_abandon() noexcept {}

#endif

VideoSink::VideoSink(const Parameters& parameters)
    : path_(parameters.text("path")), codec_(parameters.text("codec")), fps_(parameters.number("fps")) {
    (void)choices_for(path_, codec_);
}

VideoSink::~VideoSink() { abandon(); }

StageEntry video_sink_entry() {
    return {"video", "A film file", kVideoSinkParameters,
            Maker<Sink>([](const Parameters& p) { return std::make_unique<VideoSink>(p); }), media_why_not};
}

}  // namespace vbg
