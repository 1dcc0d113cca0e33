#include "io/images_sink.hpp"

#include <fmt/format.h>

#include <filesystem>

#include <vbg/log.hpp>

#include "io/file.hpp"
#include "io/pacer.hpp"

namespace vbg {

namespace {

constexpr Parameter kImagesSinkParameters[] = {
    {"path", ParameterType::path, "",
     "names with a number in them, like frames/%05d.png, or a folder (made where there is none)", "", 0, 0,
     "", true},
    {"format", ParameterType::choice, "png", "of the pictures in a folder; a pattern's ending says it itself",
     "", 0, 0, "png|jpg|bmp|webp|tif|ppm"},
    {"first", ParameterType::number, "0", "number of the first picture", "", 0, 9e15},
    {"quality", ParameterType::integer, "95", "of .jpg and .webp", "", 1, 100},
};

NumberedName names_for(const Parameters& parameters) {
    const std::string& path = parameters.text("path");
    if (!NumberedName::is_pattern(path)) {
        return {(std::filesystem::path(path) / "%05d.").string() + parameters.text("format"), "images"};
    }
    if (parameters.given("format")) {
        throw Error(Errc::invalid_argument,
                    fmt::format("images '{}': format= is for folders; the pattern's ending says it", path));
    }
    return {path, "images"};
}

}  // namespace

ImagesSink::ImagesSink(const Parameters& parameters)
    : names_(names_for(parameters)),
      quality_(parameters.integer("quality")),
      first_(whole_number(parameters, "first", 0)) {
    check_picture_ending(names_.path(first_), "images");
}

ImagesSink::~ImagesSink() { abandon(); }

FrameSpec ImagesSink::do_open(const FrameSpec& wanted) {
    std::error_code error;
    std::filesystem::create_directory(names_.folder(), error);  // only the last level; errors show below
    PartFile(names_.path(first_), "picture").discard();
    for (const std::uint64_t number : names_.numbers("images")) {
        if (number < first_) continue;
        log(LogLevel::warning, fmt::format("images: '{}' is there already; pictures of an earlier film are "
                                           "replaced, and those beyond the new one's end remain",
                                           names_.path(number)));
        break;
    }
    next_ = first_;
    return wanted;
}

void ImagesSink::do_write(const ConstFrameView& frame) {
    writer_.write(names_.path(next_), frame, quality_);
    ++next_;
}

void ImagesSink::do_close() {}
void ImagesSink::do_abandon() noexcept {}

StageEntry images_sink_entry() {
    return {"images", "Every frame as a numbered picture file", kImagesSinkParameters,
            Maker<Sink>([](const Parameters& p) { return std::make_unique<ImagesSink>(p); }), media_why_not};
}

}  // namespace vbg
