#include "io/film_reader.hpp"

#include <fmt/format.h>

#include <vbg/error.hpp>

#include "io/picture_file.hpp"

#ifdef VBG_HAVE_MEDIA

#    include <algorithm>
#    include <cmath>
#    include <opencv2/core.hpp>

#    include <vbg/log.hpp>

#    include "io/file.hpp"
#    include "io/film_format.hpp"
#    include "io/quiet_media.hpp"

extern "C" {
#    include <libavcodec/avcodec.h>
#    include <libavformat/avformat.h>
#    include <libavutil/display.h>
#    include <libswscale/swscale.h>
}

namespace vbg {

namespace {

std::string av_text(int code) {
    char text[AV_ERROR_MAX_STRING_SIZE] = {};
    av_strerror(code, text, sizeof text);
    return text;
}

/// Turns by which a film wants to be shown upright: quarter turns clockwise, 0 to 3.
int quarter_turns(const AVStream& stream) {
    const std::int32_t* matrix = nullptr;
#    if LIBAVCODEC_VERSION_MAJOR >= 61
    const AVPacketSideData* side = av_packet_side_data_get(
        stream.codecpar->coded_side_data, stream.codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
    if (side != nullptr) matrix = reinterpret_cast<const std::int32_t*>(side->data);
#    else
    matrix = reinterpret_cast<const std::int32_t*>(
        av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr));
#    endif
    if (matrix == nullptr) return 0;
    const double angle = av_display_rotation_get(matrix);  // counter-clockwise
    if (!std::isfinite(angle)) return 0;
    return (static_cast<int>(std::lround(-angle / 90)) % 4 + 4) % 4;
}

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
struct FreeScaler {
    void operator()(SwsContext* p) const noexcept { sws_freeContext(p); }
};

}  // namespace

struct FilmReader::Impl {
    std::string who, path;
    Size wanted{};
    double start = 0;

    std::unique_ptr<AVFormatContext, FreeFormat> format;
    std::unique_ptr<AVCodecContext, FreeCodec> codec;
    std::unique_ptr<AVPacket, FreePacket> packet;
    std::unique_ptr<AVFrame, FreeFrame> decoded;
    std::unique_ptr<SwsContext, FreeScaler> scaler;
    AVStream* stream = nullptr;

    int turns = 0;              ///< quarter turns clockwise to be upright
    int width = 0, height = 0;  ///< of decoded frames
    AVPixelFormat pixels = AV_PIX_FMT_NONE;
    int space = -1, range = -1;  ///< what the scaler was set up for
    Frame scaled, turned;        ///< bgr8; `turned` only where the film is
    Size shown{};                ///< of frames given out
    double fps = 30;
    bool draining = false, ended = false, pending = false;  ///< pending: `decoded` was not given out yet
    std::uint64_t index = 0, damaged = 0;
    std::int64_t first_pts = AV_NOPTS_VALUE;
    std::chrono::nanoseconds last_time{-1};

    [[noreturn]] void fail(const std::string& problem) const {
        throw Error(Errc::io, fmt::format("{} '{}': {}", who, path, problem));
    }
    void open_container();
    void open_decoder();
    void begin();
    bool decode_next();
    void seek_start();
    void prepare_frames();
    void prepare_scaler();
    std::chrono::nanoseconds time_of_decoded() const;
    void check_size() const;
    ConstFrameView convert_decoded();
};

void FilmReader::Impl::open_container() {
    AVFormatContext* raw = nullptr;
    const std::string url = "file:" + path;  // never a network address, whatever the name looks like
    const int code = avformat_open_input(&raw, url.c_str(), nullptr, nullptr);
    if (code < 0) {
        fail(fmt::format(
            "is not a film that can be read ({}); wanted a film file such as .mp4, .mkv, .webm, .mov "
            "or .avi",
            av_text(code)));
    }
    format.reset(raw);
    if (avformat_find_stream_info(raw, nullptr) < 0)
        fail("its streams cannot be made out; the file is damaged");
    const int best = av_find_best_stream(raw, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
    if (best < 0) fail("holds no moving picture; wanted a film");
    stream = raw->streams[best];
    for (unsigned i = 0; i < raw->nb_streams; ++i) {
        if (static_cast<int>(i) != best) raw->streams[i]->discard = AVDISCARD_ALL;
    }
    const AVRational rate = av_guess_frame_rate(raw, stream, nullptr);
    fps = rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 30;
    if (fps < 0.01 || fps > 1000) fps = 30;
    turns = quarter_turns(*stream);
}

void FilmReader::Impl::open_decoder() {
    const AVCodec* decoder = avcodec_find_decoder(stream->codecpar->codec_id);
    if (decoder == nullptr) {
        fail(fmt::format("is coded as '{}', which this machine's FFmpeg cannot decode; convert it to H.264",
                         avcodec_get_name(stream->codecpar->codec_id)));
    }
    codec.reset(avcodec_alloc_context3(decoder));
    if (codec == nullptr || avcodec_parameters_to_context(codec.get(), stream->codecpar) < 0) {
        fail("its decoder could not be set up");
    }
    codec->pkt_timebase = stream->time_base;
    codec->thread_count = 2;
    codec->log_level_offset = 100;  // its threads talk outside our calls too: below every level that is shown
    const int code = avcodec_open2(codec.get(), decoder, nullptr);
    if (code < 0) fail(fmt::format("the decoder of '{}' did not start: {}", decoder->name, av_text(code)));
    packet.reset(av_packet_alloc());
    decoded.reset(av_frame_alloc());
}

/// Opens everything and decodes the first frame, which stays pending.
void FilmReader::Impl::begin() {
    scaler.reset();
    decoded.reset();
    packet.reset();
    codec.reset();
    format.reset();
    draining = ended = pending = false;
    index = damaged = 0;
    first_pts = AV_NOPTS_VALUE;
    last_time = std::chrono::nanoseconds(-1);
    open_container();
    open_decoder();
    if (!decode_next()) fail("not one frame of it can be decoded; the file is damaged");
    width = decoded->width;
    height = decoded->height;
    pending = true;
    if (width > kMaxSide || height > kMaxSide) {
        fail(fmt::format("is {}x{}; each side may have at most {} pixels", width, height, kMaxSide));
    }
    if (start > 0) seek_start();
}

/// Decodes into `decoded`; false at the end of the film.
bool FilmReader::Impl::decode_next() {
    while (!ended) {
        const int got = avcodec_receive_frame(codec.get(), decoded.get());
        if (got == 0) {
            if (first_pts == AV_NOPTS_VALUE) first_pts = decoded->best_effort_timestamp;
            return true;
        }
        if (got == AVERROR_EOF || (got != AVERROR(EAGAIN) && draining)) {
            ended = true;
            break;
        }
        if (got != AVERROR(EAGAIN)) ++damaged;  // a broken frame: the decoder goes on with the next
        const int read = av_read_frame(format.get(), packet.get());
        if (read < 0) {
            if (read != AVERROR_EOF && read != AVERROR(EAGAIN)) ++damaged;
            draining = true;
            avcodec_send_packet(codec.get(), nullptr);
            continue;
        }
        if (packet->stream_index == stream->index) {
            const int sent = avcodec_send_packet(codec.get(), packet.get());
            if (sent < 0 && sent != AVERROR(EAGAIN)) ++damaged;
        }
        av_packet_unref(packet.get());
    }
    if (damaged > 0) {
        log(LogLevel::warning, fmt::format("{} '{}': {} damaged parts were left out", who, path, damaged));
        damaged = 0;
    }
    return false;
}

std::chrono::nanoseconds FilmReader::Impl::time_of_decoded() const {
    const std::int64_t pts = decoded->best_effort_timestamp;
    std::chrono::nanoseconds time{-1};
    if (pts != AV_NOPTS_VALUE && first_pts != AV_NOPTS_VALUE) {
        time = std::chrono::nanoseconds(
            av_rescale_q(pts - first_pts, stream->time_base, AVRational{1, 1'000'000'000}));
    }
    if (time > last_time) return time;
    // No time, or one that runs backwards: the next beat.
    const auto step = std::chrono::nanoseconds(std::llround(1e9 / fps));
    return last_time.count() < 0 ? std::chrono::nanoseconds(0) : last_time + step;
}

/// Brings the first frame at or after `start` into `decoded`, pending.
void FilmReader::Impl::seek_start() {
    const auto wanted_time = std::chrono::nanoseconds(std::llround(start * 1e9));
    const auto half = std::chrono::nanoseconds(std::llround(0.5e9 / fps));
    const std::int64_t target =
        first_pts == AV_NOPTS_VALUE
            ? AV_NOPTS_VALUE
            : first_pts + av_rescale_q(wanted_time.count(), AVRational{1, 1'000'000'000}, stream->time_base);
    // Near the beginning decoding is as fast; else jump to the key frame before.
    if (target != AV_NOPTS_VALUE && start > 5 &&
        av_seek_frame(format.get(), stream->index, target, AVSEEK_FLAG_BACKWARD) >= 0) {
        avcodec_flush_buffers(codec.get());
        draining = ended = false;
        pending = decode_next();
        if (pending && time_of_decoded() > wanted_time + half) {  // jumped too far: go there on foot
            const double keep = start;
            start = 0;
            begin();
            start = keep;
        }
    }
    while (pending && time_of_decoded() + half <= wanted_time) {
        last_time = time_of_decoded();
        pending = decode_next();
    }
    if (!pending) {
        fail(fmt::format("ends after {:.2f} s, before start={} s; give a smaller start",
                         static_cast<double>(last_time.count()) * 1e-9, start));
    }
}

void FilmReader::Impl::prepare_frames() {
    const bool sideways = turns % 2 == 1;
    const Size upright = sideways ? Size{height, width} : Size{width, height};
    shown = wanted.width > 0 ? wanted : upright;
    // The whole picture at the scale at which it fills `shown`; the middle of it is given out.
    const double scale = std::max(static_cast<double>(shown.width) / upright.width,
                                  static_cast<double>(shown.height) / upright.height);
    const auto side = [&](int length, int least) {
        return std::clamp(static_cast<int>(std::lround(length * scale)), least, kMaxSide);
    };
    const Size filling{side(upright.width, shown.width), side(upright.height, shown.height)};
    scaled = sideways ? Frame(filling.height, filling.width, PixelFormat::bgr8)
                      : Frame(filling.width, filling.height, PixelFormat::bgr8);
    turned = turns == 0 ? Frame() : Frame(filling.width, filling.height, PixelFormat::bgr8);
}

void FilmReader::Impl::prepare_scaler() {
    const auto now = static_cast<AVPixelFormat>(decoded->format);
    const int now_space = decoded->colorspace, now_range = decoded->color_range;
    if (scaler != nullptr && now == pixels && now_space == space && now_range == range) return;
    const bool smaller = scaled.width() < width;
    const bool same = scaled.width() == width && scaled.height() == height;
    // At its own size swscale's direct YUV to RGB converter is two to three times faster than its general
    // path, which exact rounding would ask for.
    const int how = same ? SWS_BICUBIC : (smaller ? SWS_AREA : SWS_BICUBIC) | SWS_ACCURATE_RND;
    scaler.reset(sws_getContext(width, height, now, scaled.width(), scaled.height(), AV_PIX_FMT_BGR24, how,
                                nullptr, nullptr, nullptr));
    if (scaler == nullptr) fail("its pixel format cannot be converted; convert it to H.264");
    int matrix = SWS_CS_ITU601;
    if (now_space == AVCOL_SPC_BT709) matrix = SWS_CS_ITU709;
    if (now_space == AVCOL_SPC_BT2020_NCL || now_space == AVCOL_SPC_BT2020_CL) matrix = SWS_CS_BT2020;
    const bool full = now_range == AVCOL_RANGE_JPEG || now == AV_PIX_FMT_YUVJ420P ||
                      now == AV_PIX_FMT_YUVJ422P || now == AV_PIX_FMT_YUVJ444P;
    sws_setColorspaceDetails(scaler.get(), sws_getCoefficients(matrix), full ? 1 : 0,
                             sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
    pixels = now;
    space = now_space;
    range = now_range;
}

void FilmReader::Impl::check_size() const {
    if (decoded->width == width && decoded->height == height) return;
    fail(fmt::format(
        "frame {} is {}x{}, but the film began as {}x{}; cut the film there, or convert it to one size",
        index, decoded->width, decoded->height, width, height));
}

ConstFrameView FilmReader::Impl::convert_decoded() {
    prepare_scaler();
    const FrameView target = scaled.view();
    std::uint8_t* planes[4] = {reinterpret_cast<std::uint8_t*>(target.planes[0].data), nullptr, nullptr,
                               nullptr};
    const int strides[4] = {static_cast<int>(target.planes[0].stride), 0, 0, 0};
    if (sws_scale(scaler.get(), decoded->data, decoded->linesize, 0, height, planes, strides) <= 0) {
        fail(fmt::format("frame {} cannot be converted", index));
    }
    ConstFrameView whole = target;
    if (turns != 0) {
        const auto mat = [](const FrameView& v) {
            return cv::Mat(v.height, v.width, CV_8UC3, v.planes[0].data,
                           static_cast<std::size_t>(v.planes[0].stride));
        };
        cv::Mat out = mat(turned.view());
        cv::rotate(mat(target), out,
                   turns == 1   ? cv::ROTATE_90_CLOCKWISE
                   : turns == 2 ? cv::ROTATE_180
                                : cv::ROTATE_90_COUNTERCLOCKWISE);
        whole = turned.view();
    }
    ConstFrameView frame = whole;
    frame.planes[0].data =
        whole.row((whole.height - shown.height) / 2) + 3 * ((whole.width - shown.width) / 2);
    frame.width = shown.width;
    frame.height = shown.height;
    return frame;
}

FilmReader::FilmReader() : impl_(std::make_unique<Impl>()) {}
FilmReader::~FilmReader() { close(); }

FilmReader::Info FilmReader::open(const std::string& path, std::string_view who, Size size, double start) {
    close();
    Impl& film = *impl_;
    film.who = who;
    film.path = path;
    film.wanted = size;
    film.start = start;
    check_input_file(path, who);
    const std::string damage = find_film_damage(path);
    if (!damage.empty()) film.fail(damage + "; get the file again");
    const QuietMedia silence;
    try {
        film.begin();
        film.prepare_frames();
    } catch (...) {
        close();
        throw;
    }
    Info info{film.shown.width, film.shown.height, film.fps, 0};
    double frames = static_cast<double>(film.stream->nb_frames);
    const std::string_view container(film.format->iformat->name);
    if (frames <= 0 && container.starts_with("matroska") && film.format->duration > 0) {
        frames = std::round(static_cast<double>(film.format->duration) / AV_TIME_BASE * film.fps);
    }
    info.frames = static_cast<std::uint64_t>(std::max(0.0, frames - std::round(start * film.fps)));
    return info;
}

bool FilmReader::read(ConstFrameView& frame) {
    Impl& film = *impl_;
    if (film.format == nullptr)
        throw Error(Errc::wrong_state, fmt::format("{}: read() before open()", film.who));
    const QuietMedia silence;
    if (!film.pending && !film.decode_next()) return false;
    film.pending = false;
    film.check_size();
    frame = film.convert_decoded();
    film.last_time = film.time_of_decoded();
    frame.timestamp = film.last_time;
    frame.sequence = film.index++;
    return true;
}

bool FilmReader::skip() {
    Impl& film = *impl_;
    if (film.format == nullptr)
        throw Error(Errc::wrong_state, fmt::format("{}: skip() before open()", film.who));
    const QuietMedia silence;
    if (!film.pending && !film.decode_next()) return false;
    film.pending = false;
    film.check_size();
    film.last_time = film.time_of_decoded();
    ++film.index;
    return true;
}

void FilmReader::rewind() {
    Impl& film = *impl_;
    if (film.format == nullptr)
        throw Error(Errc::wrong_state, fmt::format("{}: rewind() before open()", film.who));
    const QuietMedia silence;
    // Jumping back spares probing the file again; where the first frame is not met exactly, that is done.
    const std::int64_t first = film.first_pts;
    const int at = film.stream->index;
    if (film.start <= 0 && first != AV_NOPTS_VALUE &&
        av_seek_frame(film.format.get(), at, first, AVSEEK_FLAG_BACKWARD) >= 0) {
        avcodec_flush_buffers(film.codec.get());
        film.draining = film.ended = false;
        film.index = 0;
        film.last_time = std::chrono::nanoseconds(-1);
        film.pending = film.decode_next();
        if (film.pending && film.decoded->best_effort_timestamp == first) return;
    }
    film.begin();
}

void FilmReader::close() noexcept { *impl_ = Impl{}; }

std::uint64_t count_film_frames(const std::string& path, std::string_view who) {
    (void)FilmReader().open(path, who);  // the first frame can be decoded
    const QuietMedia silence;
    FilmReader::Impl film;
    film.who = who;
    film.path = path;
    film.open_container();
    film.packet.reset(av_packet_alloc());
    std::uint64_t frames = 0;
    while (av_read_frame(film.format.get(), film.packet.get()) >= 0) {
        const AVPacket& packet = *film.packet;
        if (packet.stream_index == film.stream->index && (packet.flags & AV_PKT_FLAG_CORRUPT) == 0) ++frames;
        av_packet_unref(film.packet.get());
    }
    return frames;
}

}  // namespace vbg

#else

namespace vbg {

struct FilmReader::Impl {};
FilmReader::FilmReader() = default;
FilmReader::~FilmReader() = default;
FilmReader::Info FilmReader::open(const std::string& path, std::string_view who, Size, double) {
    throw Error(Errc::not_built, fmt::format("{} '{}': {}", who, path, media_why_not()));
}
bool FilmReader::read(ConstFrameView&) { return false; }
bool FilmReader::skip() { return false; }
void FilmReader::rewind() {}
void FilmReader::close() noexcept {}
std::uint64_t count_film_frames(const std::string& path, std::string_view who) {
    (void)FilmReader().open(path, who);
    return 0;
}

}  // namespace vbg

#endif
