#include "io/image_sink.hpp"

#include <fmt/format.h>

#include "io/file.hpp"
#include "io/pacer.hpp"
#include "io/picture_file.hpp"

namespace vbg {

namespace {

constexpr Parameter kImageSinkParameters[] = {
    {"path", ParameterType::path, "",
     "the picture file; its ending chooses the format: .png, .jpg, .bmp, .webp, .tif, .ppm", "", 0, 0, "",
     true},
    {"frame", ParameterType::number, "last", "which frame to keep: first, last, or a number counted from 0",
     "", 0, 9e15, "first|last"},
    {"quality", ParameterType::integer, "95", "of .jpg and .webp", "", 1, 100},
};

}  // namespace

ImageSink::ImageSink(const Parameters& parameters)
    : path_(parameters.text("path")),
      quality_(parameters.integer("quality")),
      last_(parameters.text("frame") == "last"),
      which_(whole_number(parameters, "frame", 0)) {
    check_picture_ending(path_, "image");
}

ImageSink::~ImageSink() { abandon(); }

FrameSpec ImageSink::do_open(const FrameSpec& wanted) {
    PartFile(path_, "picture")
        .discard();  // finds out now, not after the last frame, that it cannot be written
    kept_ = Frame(wanted);
    have_ = false;
    count_ = 0;
    return wanted;
}

void ImageSink::do_write(const ConstFrameView& frame) {
    if (last_ || count_ == which_) {
        copy_pixels(frame, kept_.view());
        have_ = true;
    }
    ++count_;
}

void ImageSink::do_close() {
    const Frame picture = std::move(kept_);
    kept_ = Frame();
    if (!have_) {
        throw Error(Errc::io,
                    fmt::format("image '{}': {}; no picture was written", path_,
                                count_ == 0 ? "no frame came"
                                            : fmt::format("frame={} was wanted, but only {} came (0 to {})",
                                                          which_, count_, count_ - 1)));
    }
    save_picture(path_, picture.view(), quality_);
}

void ImageSink::do_abandon() noexcept { kept_ = Frame(); }

StageEntry image_sink_entry() {
    return {"image", "One frame as a picture file, written when the stream ends", kImageSinkParameters,
            Maker<Sink>([](const Parameters& p) { return std::make_unique<ImageSink>(p); }), media_why_not};
}

}  // namespace vbg
