#include "io/picture_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <vector>

#include <vbg/error.hpp>

#include "io/file.hpp"
#include "io/picture_format.hpp"

#ifdef VBG_HAVE_MEDIA
#    include <opencv2/imgcodecs.hpp>
#    include <opencv2/imgproc.hpp>

#    include "core/mat.hpp"
#endif

namespace vbg {

namespace {

std::string lower_ending(const std::string& path) {
    const std::size_t dot = path.rfind('.'), slash = path.rfind('/');
    if (dot == std::string::npos || (slash != std::string::npos && dot < slash)) return {};
    std::string ending = path.substr(dot);
    std::transform(ending.begin(), ending.end(), ending.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return ending;
}

}  // namespace

void check_picture_ending(const std::string& path, std::string_view who) {
    constexpr std::array<std::string_view, 8> kKnown = {".png",  ".jpg", ".jpeg", ".bmp",
                                                        ".webp", ".tif", ".tiff", ".ppm"};
    const std::string ending = lower_ending(path);
    if (std::find(kKnown.begin(), kKnown.end(), ending) != kKnown.end()) return;
    throw Error(
        Errc::invalid_argument,
        fmt::format("{} '{}': {}; wanted a name that ends in .png, .jpg, .bmp, .webp, .tif or .ppm", who,
                    path, ending.empty() ? "the name has no ending" : "no picture format " + ending));
}

#ifdef VBG_HAVE_MEDIA

std::string media_why_not() { return {}; }

namespace {

[[noreturn]] void throw_bad_picture(const std::string& path, const std::string& problem) {
    throw Error(Errc::io, fmt::format("picture '{}': {}", path, problem));
}

/// Reads the file and refuses everything that is not one whole picture of a bearable size.
PictureInfo read_checked(const std::string& path, std::vector<std::uint8_t>& bytes) {
    read_file(path, "picture", bytes);
    PictureInfo info = inspect_picture(bytes);
    if (info.kind == PictureInfo::Kind::unknown) {
        throw_bad_picture(path,
                          "is not a picture that can be read; wanted JPEG, PNG, BMP, WebP, TIFF or PNM");
    }
    if (!info.broken.empty()) {
        throw_bad_picture(path, fmt::format("the {} file {} ({} bytes are there); get the file again",
                                            to_string(info.kind), info.broken, bytes.size()));
    }
    if (info.width > kMaxSide || info.height > kMaxSide) {
        throw_bad_picture(path, fmt::format("is {}x{}; each side may have at most {} pixels: make it smaller",
                                            info.width, info.height, kMaxSide));
    }
    return info;
}

/// Decodes into `into`, whose memory is used again where it fits.
void decode(const std::string& path, const PictureInfo& info, std::vector<std::uint8_t>& bytes, int flags,
            cv::Mat& into) {
    bool good = false;
    std::string reason;
    try {
        good = !cv::imdecode(bytes, flags, &into).empty();
    } catch (const cv::Exception& e) {
        reason = fmt::format(" ({})", e.err);
    }
    if (!good) {
        throw_bad_picture(path,
                          fmt::format("the {} file is damaged: it cannot be decoded{}; get the file again",
                                      to_string(info.kind), reason));
    }
    if (into.cols > kMaxSide || into.rows > kMaxSide) {
        throw_bad_picture(path, fmt::format("is {}x{}; each side may have at most {} pixels: make it smaller",
                                            into.cols, into.rows, kMaxSide));
    }
}

ConstFrameView view_of(const cv::Mat& m) {
    ConstFrameView view;
    view.planes[0] = {reinterpret_cast<const std::byte*>(m.data), static_cast<std::ptrdiff_t>(m.step[0])};
    view.width = m.cols;
    view.height = m.rows;
    view.format = m.channels() == 1   ? PixelFormat::gray8
                  : m.channels() == 3 ? PixelFormat::bgr8
                                      : PixelFormat::bgra8;
    return view;
}

/// Any depth and number of channels -> bgra8.
void to_bgra8(cv::Mat& m) {
    if (m.depth() == CV_16U) m.convertTo(m, CV_8U, 1.0 / 257.0);
    if (m.depth() == CV_32F || m.depth() == CV_64F) m.convertTo(m, CV_8U, 255.0);
    if (m.depth() != CV_8U) m.convertTo(m, CV_8U);
    if (m.channels() == 1) cv::cvtColor(m, m, cv::COLOR_GRAY2BGRA);
    if (m.channels() == 3) cv::cvtColor(m, m, cv::COLOR_BGR2BGRA);
}

int flags_for(PixelFormat format, PictureInfo::Kind kind) {
    if (format == PixelFormat::gray8) return cv::IMREAD_GRAYSCALE;
    const bool alpha_wanted = format == PixelFormat::bgra8 || format == PixelFormat::rgba8;
    const bool alpha_there =
        kind == PictureInfo::Kind::png || kind == PictureInfo::Kind::webp || kind == PictureInfo::Kind::tiff;
    return alpha_wanted && alpha_there ? cv::IMREAD_UNCHANGED : cv::IMREAD_COLOR;
}

}  // namespace

Frame load_picture(const std::string& path, PixelFormat format) {
    std::vector<std::uint8_t> bytes;
    const PictureInfo info = read_checked(path, bytes);
    const int flags = flags_for(format, info.kind);
    cv::Mat decoded;
    decode(path, info, bytes, flags, decoded);
    if (flags == cv::IMREAD_UNCHANGED) to_bgra8(decoded);
    Frame picture(decoded.cols, decoded.rows, format);
    convert(view_of(decoded), picture.view());
    return picture;
}

struct PictureReader::Impl {
    std::vector<std::uint8_t> bytes;
    cv::Mat decoded;
};

PictureReader::PictureReader() : impl_(std::make_unique<Impl>()) {}
PictureReader::~PictureReader() = default;

ConstFrameView PictureReader::read(const std::string& path) {
    const PictureInfo info = read_checked(path, impl_->bytes);
    decode(path, info, impl_->bytes, cv::IMREAD_COLOR, impl_->decoded);
    return view_of(impl_->decoded);
}

struct PictureWriter::Impl {
    Frame converted;  ///< the picture as the encoder takes it, where the caller's is not so
    std::vector<std::uint8_t> encoded;
    std::vector<int> options;
};

PictureWriter::PictureWriter() : impl_(std::make_unique<Impl>()) {}
PictureWriter::~PictureWriter() = default;

void PictureWriter::write(const std::string& path, const ConstFrameView& picture, int quality) {
    check_view(picture, "save_picture");
    check_picture_ending(path, "picture");
    const std::string ending = lower_ending(path);
    const bool keeps_alpha = ending == ".png" || ending == ".webp" || ending == ".tif" || ending == ".tiff";
    const bool has_alpha = picture.format == PixelFormat::bgra8 || picture.format == PixelFormat::rgba8;
    const PixelFormat wanted = picture.format == PixelFormat::gray8 ? PixelFormat::gray8
                               : has_alpha && keeps_alpha           ? PixelFormat::bgra8
                                                                    : PixelFormat::bgr8;
    ConstFrameView view = picture;
    if (picture.format != wanted || picture.planes[0].stride < 0) {  // OpenCV knows no bottom-up pictures
        Frame& kept = impl_->converted;
        if (kept.width() != picture.width || kept.height() != picture.height || kept.format() != wanted) {
            kept = Frame(picture.width, picture.height, wanted);
        }
        convert(picture, kept.view());
        view = kept.view();
    }
    const cv::Mat mat = read_only_mat(view);
    const bool webp = ending == ".webp";
    impl_->options.assign({webp ? cv::IMWRITE_WEBP_QUALITY : cv::IMWRITE_JPEG_QUALITY, quality});
    if (ending != ".jpg" && ending != ".jpeg" && !webp) impl_->options.clear();
    bool good = false;
    std::string reason;
    try {
        good = cv::imencode(ending, mat, impl_->encoded, impl_->options);
    } catch (const cv::Exception& e) {
        reason = fmt::format(" ({})", e.err);
    }
    if (!good) {
        throw Error(Errc::io,
                    fmt::format("picture '{}': {}x{} {} could not be encoded as {}{}; try .png", path,
                                picture.width, picture.height, to_string(picture.format), ending, reason));
    }
    ByteWriter file(path, "picture");
    file.write(std::as_bytes(std::span<const std::uint8_t>(impl_->encoded)));
    file.close();
}

void save_picture(const std::string& path, const ConstFrameView& picture, int quality) {
    PictureWriter().write(path, picture, quality);
}

#else

namespace {
constexpr std::string_view kNotBuilt =
    "not built: configure with -DVBG_MEDIA=ON, OpenCV's imgcodecs and videoio, and FFmpeg's libraries";
[[noreturn]] void not_built(const std::string& path) {
    throw Error(Errc::not_built, fmt::format("picture '{}': {}", path, kNotBuilt));
}
}  // namespace

std::string media_why_not() { return std::string(kNotBuilt); }
Frame load_picture(const std::string& path, PixelFormat) { not_built(path); }
void save_picture(const std::string& path, const ConstFrameView&, int) { not_built(path); }
struct PictureReader::Impl {};
PictureReader::PictureReader() = default;
PictureReader::~PictureReader() = default;
ConstFrameView PictureReader::read(const std::string& path) { not_built(path); }
struct PictureWriter::Impl {};
PictureWriter::PictureWriter() = default;
PictureWriter::~PictureWriter() = default;
void PictureWriter::write(const std::string& path, const ConstFrameView&, int) { not_built(path); }

#endif

}  // namespace vbg
