#include "io/film_reader.hpp"

#include <fmt/format.h>

#include <vbg/error.hpp>

#include "io/picture_file.hpp"

#ifdef VBG_HAVE_MEDIA

#    include <algorithm>
#    include <cmath>

#    include "io/file.hpp"
#    include "io/film_decoder.hpp"
#    include "io/film_format.hpp"
#    include "io/film_scaler.hpp"
#    include "io/quiet_media.hpp"

namespace vbg {

struct FilmReader::Impl {
    FilmDecoder film;
    FilmScaler scaler;

    void must_be_open(const char* call) const {
        if (!film.is_open())
            throw Error(Errc::wrong_state, fmt::format("{}: {}() before open()", film.who, call));
    }
};

FilmReader::FilmReader() : impl_(std::make_unique<Impl>()) {}
FilmReader::~FilmReader() { close(); }

FilmReader::Info FilmReader::open(const std::string& path, std::string_view who, Size size, double start) {
    close();
    check_input_file(path, who);
    FilmDecoder& film = impl_->film;
    film = FilmDecoder(std::string(who), path, start);
    const std::string damage = find_film_damage(path);
    if (!damage.empty()) film.fail(damage + "; get the file again");
    const QuietMedia silence;
    try {
        film.begin();
        impl_->scaler.configure(film, size);
    } catch (...) {
        close();
        throw;
    }
    Info info{impl_->scaler.size().width, impl_->scaler.size().height, film.fps, 0};
    double frames = static_cast<double>(film.stream->nb_frames);
    const std::string_view container(film.format->iformat->name);
    if (frames <= 0 && container.starts_with("matroska") && film.format->duration > 0) {
        frames = std::round(static_cast<double>(film.format->duration) / AV_TIME_BASE * film.fps);
    }
    info.frames = static_cast<std::uint64_t>(std::max(0.0, frames - std::round(start * film.fps)));
    return info;
}

bool FilmReader::read(ConstFrameView& frame) {
    impl_->must_be_open("read");
    FilmDecoder& film = impl_->film;
    const QuietMedia silence;
    if (!film.next()) return false;
    frame = impl_->scaler.convert(film);
    frame.timestamp = film.time();
    frame.sequence = film.index;
    film.advance();
    return true;
}

bool FilmReader::skip() {
    impl_->must_be_open("skip");
    const QuietMedia silence;
    if (!impl_->film.next()) return false;
    impl_->film.advance();
    return true;
}

void FilmReader::rewind() {
    impl_->must_be_open("rewind");
    const QuietMedia silence;
    impl_->film.rewind();
}

void FilmReader::close() noexcept { *impl_ = Impl{}; }

std::uint64_t count_film_frames(const std::string& path, std::string_view who) {
    (void)FilmReader().open(path, who);  // the first frame can be decoded
    const QuietMedia silence;
    FilmDecoder film(std::string(who), path, 0);
    film.open_container();
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
