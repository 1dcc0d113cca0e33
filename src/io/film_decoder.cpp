#include "io/film_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include <vbg/error.hpp>
#include <vbg/log.hpp>
#include <vbg/types.hpp>

extern "C" {
#include <libavutil/display.h>
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
#if LIBAVCODEC_VERSION_MAJOR >= 61
    const AVPacketSideData* side = av_packet_side_data_get(
        stream.codecpar->coded_side_data, stream.codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
    if (side != nullptr) matrix = reinterpret_cast<const std::int32_t*>(side->data);
#else
    matrix = reinterpret_cast<const std::int32_t*>(
        av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr));
#endif
    if (matrix == nullptr) return 0;
    const double angle = av_display_rotation_get(matrix);  // counter-clockwise
    if (!std::isfinite(angle)) return 0;
    return (static_cast<int>(std::lround(-angle / 90)) % 4 + 4) % 4;
}

}  // namespace

FilmDecoder::FilmDecoder(std::string who_, std::string path_, double start)
    : who(std::move(who_)), path(std::move(path_)), start_(start) {}

void FilmDecoder::fail(const std::string& problem) const {
    throw Error(Errc::io, fmt::format("{} '{}': {}", who, path, problem));
}

void FilmDecoder::open_container() {
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
    packet.reset(av_packet_alloc());
}

void FilmDecoder::open_decoder() {
    const AVCodec* decoder = avcodec_find_decoder(stream->codecpar->codec_id);
    if (decoder == nullptr) {
        fail(fmt::format("is coded as '{}', which this machine's FFmpeg cannot decode; convert it to H.264",
                         avcodec_get_name(stream->codecpar->codec_id)));
    }
    codec_.reset(avcodec_alloc_context3(decoder));
    if (codec_ == nullptr || avcodec_parameters_to_context(codec_.get(), stream->codecpar) < 0) {
        fail("its decoder could not be set up");
    }
    codec_->pkt_timebase = stream->time_base;
    codec_->thread_count = 2;
    codec_->log_level_offset =
        100;  // its threads talk outside our calls too: below every level that is shown
    const int code = avcodec_open2(codec_.get(), decoder, nullptr);
    if (code < 0) fail(fmt::format("the decoder of '{}' did not start: {}", decoder->name, av_text(code)));
    decoded.reset(av_frame_alloc());
}

/// Opens everything and decodes the first frame, which stays pending.
void FilmDecoder::begin() {
    decoded.reset();
    packet.reset();
    codec_.reset();
    format.reset();
    draining_ = ended_ = pending_ = false;
    index = damaged_ = 0;
    first_pts_ = AV_NOPTS_VALUE;
    last_time_ = std::chrono::nanoseconds(-1);
    open_container();
    open_decoder();
    if (!decode_next()) fail("not one frame of it can be decoded; the file is damaged");
    width = decoded->width;
    height = decoded->height;
    pending_ = true;
    if (width > kMaxSide || height > kMaxSide) {
        fail(fmt::format("is {}x{}; each side may have at most {} pixels", width, height, kMaxSide));
    }
    if (start_ > 0) seek_start();
}

/// Decodes into `decoded`; false at the end of the film.
bool FilmDecoder::decode_next() {
    while (!ended_) {
        const int got = avcodec_receive_frame(codec_.get(), decoded.get());
        if (got == 0) {
            if (first_pts_ == AV_NOPTS_VALUE) first_pts_ = decoded->best_effort_timestamp;
            return true;
        }
        if (got == AVERROR_EOF || (got != AVERROR(EAGAIN) && draining_)) {
            ended_ = true;
            break;
        }
        if (got != AVERROR(EAGAIN)) ++damaged_;  // a broken frame: the decoder goes on with the next
        const int read = av_read_frame(format.get(), packet.get());
        if (read < 0) {
            if (read != AVERROR_EOF && read != AVERROR(EAGAIN)) ++damaged_;
            draining_ = true;
            avcodec_send_packet(codec_.get(), nullptr);
            continue;
        }
        if (packet->stream_index == stream->index) {
            const int sent = avcodec_send_packet(codec_.get(), packet.get());
            if (sent < 0 && sent != AVERROR(EAGAIN)) ++damaged_;
        }
        av_packet_unref(packet.get());
    }
    if (damaged_ > 0) {
        log(LogLevel::warning, fmt::format("{} '{}': {} damaged parts were left out", who, path, damaged_));
        damaged_ = 0;
    }
    return false;
}

std::chrono::nanoseconds FilmDecoder::time() const {
    const std::int64_t pts = decoded->best_effort_timestamp;
    std::chrono::nanoseconds at{-1};
    if (pts != AV_NOPTS_VALUE && first_pts_ != AV_NOPTS_VALUE) {
        at = std::chrono::nanoseconds(
            av_rescale_q(pts - first_pts_, stream->time_base, AVRational{1, 1'000'000'000}));
    }
    if (at > last_time_) return at;
    // No time, or one that runs backwards: the next beat.
    const auto step = std::chrono::nanoseconds(std::llround(1e9 / fps));
    return last_time_.count() < 0 ? std::chrono::nanoseconds(0) : last_time_ + step;
}

/// Brings the first frame at or after the start into `decoded`, pending.
void FilmDecoder::seek_start() {
    const auto wanted_time = std::chrono::nanoseconds(std::llround(start_ * 1e9));
    const auto half = std::chrono::nanoseconds(std::llround(0.5e9 / fps));
    const std::int64_t target =
        first_pts_ == AV_NOPTS_VALUE
            ? AV_NOPTS_VALUE
            : first_pts_ + av_rescale_q(wanted_time.count(), AVRational{1, 1'000'000'000}, stream->time_base);
    // Near the beginning decoding is as fast; else jump to the key frame before.
    if (target != AV_NOPTS_VALUE && start_ > 5 &&
        av_seek_frame(format.get(), stream->index, target, AVSEEK_FLAG_BACKWARD) >= 0) {
        avcodec_flush_buffers(codec_.get());
        draining_ = ended_ = false;
        pending_ = decode_next();
        if (pending_ && time() > wanted_time + half) {  // jumped too far: go there on foot
            const double keep = start_;
            start_ = 0;
            begin();
            start_ = keep;
        }
    }
    while (pending_ && time() + half <= wanted_time) {
        last_time_ = time();
        pending_ = decode_next();
    }
    if (!pending_) {
        fail(fmt::format("ends after {:.2f} s, before start={} s; give a smaller start",
                         static_cast<double>(last_time_.count()) * 1e-9, start_));
    }
}

bool FilmDecoder::next() {
    if (!pending_ && !decode_next()) return false;
    pending_ = false;
    if (decoded->width == width && decoded->height == height) return true;
    fail(fmt::format(
        "frame {} is {}x{}, but the film began as {}x{}; cut the film there, or convert it to one size",
        index, decoded->width, decoded->height, width, height));
}

void FilmDecoder::advance() {
    last_time_ = time();
    ++index;
}

void FilmDecoder::rewind() {
    // Jumping back spares probing the file again; where the first frame is not met exactly, that is done.
    const std::int64_t first = first_pts_;
    if (start_ <= 0 && first != AV_NOPTS_VALUE &&
        av_seek_frame(format.get(), stream->index, first, AVSEEK_FLAG_BACKWARD) >= 0) {
        avcodec_flush_buffers(codec_.get());
        draining_ = ended_ = false;
        index = 0;
        last_time_ = std::chrono::nanoseconds(-1);
        pending_ = decode_next();
        if (pending_ && decoded->best_effort_timestamp == first) return;
    }
    begin();
}

}  // namespace vbg
