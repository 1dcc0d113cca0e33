#include "io/images_source.hpp"

#include <fmt/format.h>

#include <vbg/log.hpp>

#include "io/fit.hpp"
#include "io/numbered_name.hpp"
#include "io/picture_format.hpp"

namespace vbg {

namespace {

constexpr Parameter kImagesSourceParameters[] = {
    {"path", ParameterType::path, "",
     "names with a number in them, like frames/%05d.png, or a folder: its pictures sorted by name", "", 0, 0,
     "", true},
    kFpsParameter,
    {"loop", ParameterType::boolean, "false", "begin again after the last picture"},
    kSizeParameter,
    kRealtimeParameter,
};

std::vector<std::string> files_of_pattern(const std::string& path) {
    const NumberedName pattern(path, "images");
    const std::vector<std::uint64_t> numbers = pattern.numbers("images");
    std::vector<std::string> files;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        files.push_back(pattern.path(numbers[i]));
        if (i > 0 && numbers[i] != numbers[i - 1] + 1) {
            log(LogLevel::warning,
                fmt::format("images: '{}' is followed by '{}': there is nothing in between", files[i - 1],
                            files[i]));
        }
    }
    if (files.empty()) {
        throw Error(Errc::not_found, fmt::format("images: no file is named like '{}' (for example '{}')",
                                                 path, pattern.path(0)));
    }
    return files;
}

std::vector<std::string> files_of_folder(std::string folder) {
    const std::vector<std::string> names = list_folder(folder, "images");
    if (!folder.ends_with('/')) folder += '/';
    std::vector<std::string> files;
    for (const std::string& name : names) {
        if (!name.starts_with('.') && has_picture_extension(name)) files.push_back(folder + name);
    }
    if (files.empty()) {
        throw Error(
            Errc::not_found,
            fmt::format("images: folder '{}' holds no picture (of {} entries none ends in .png, .jpg, "
                        ".bmp, .webp, .tif or .ppm)",
                        folder, names.size()));
    }
    return files;
}

}  // namespace

ImagesSource::ImagesSource(const Parameters& parameters)
    : path_(parameters.text("path")),
      size_(parameters.size("size")),
      fps_(parameters.number("fps")),
      loop_(parameters.boolean("loop")),
      realtime_(parameters.boolean("realtime")) {}

ImagesSource::~ImagesSource() = default;

FrameSpec ImagesSource::do_open() {
    files_ = NumberedName::is_pattern(path_) ? files_of_pattern(path_) : files_of_folder(path_);
    stream_size_ = size_;
    if (size_.width > 0) {
        scaled_ = Frame(size_.width, size_.height, PixelFormat::bgr8);
    } else {
        const ConstFrameView first = reader_.read(files_.front());
        stream_size_ = {first.width, first.height};
    }
    pacer_.start(fps_, realtime_);
    return {stream_size_.width, stream_size_.height, PixelFormat::bgr8, {}, {}, fps_};
}

ReadResult ImagesSource::do_read(ConstFrameView& frame, std::chrono::milliseconds timeout) {
    std::uint64_t index = 0;
    const ReadResult result = pacer_.tick(timeout, index);
    if (result != ReadResult::frame) return result;
    if (!loop_ && index >= files_.size()) return ReadResult::end;
    const std::string& file = files_[index % files_.size()];
    frame = reader_.read(file);
    if (!scaled_.empty()) {
        fit_cover(frame, scaled_.view());
        frame = scaled_.view();
    }
    if (frame.width != stream_size_.width || frame.height != stream_size_.height) {
        throw Error(Errc::io, fmt::format("images: '{}' is {}x{}, but the first picture '{}' is {}x{}; give "
                                          "size=WIDTHxHEIGHT to bring all to one size",
                                          file, frame.width, frame.height, files_.front(), stream_size_.width,
                                          stream_size_.height));
    }
    frame.timestamp = pacer_.time_of(index);
    frame.sequence = index;
    return ReadResult::frame;
}

void ImagesSource::do_close() noexcept { scaled_ = Frame(); }

StageEntry images_source_entry() {
    return {"images", "Numbered pictures, or the pictures of a folder, as a film", kImagesSourceParameters,
            Maker<Source>([](const Parameters& p) { return std::make_unique<ImagesSource>(p); }),
            media_why_not};
}

}  // namespace vbg
