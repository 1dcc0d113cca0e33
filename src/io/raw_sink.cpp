#include "io/raw_sink.hpp"

namespace vbg {

namespace {

constexpr Parameter kRawSinkParameters[] = {
    {"path", ParameterType::path, "-", "file, named pipe, or - for standard output"},
    {"format", ParameterType::choice, "same", "how pixels lie in memory; same: as the frames are", "", 0, 0,
     "same|rgb8|bgr8|rgba8|bgra8|gray8|yuyv|uyvy|nv12|i420"},
    kMatrixParameter,
    kRangeParameter,
};

}  // namespace

RawSink::RawSink(const Parameters& parameters)
    : path_(parameters.text("path")),
      format_(pixel_format(parameters.text("format"))),
      color_(color_of(parameters)) {}

RawSink::~RawSink() { abandon(); }

FrameSpec RawSink::do_open(const FrameSpec& wanted) {
    const bool same = format_ == PixelFormat::unknown;
    packer_ = FramePacker(wanted, same ? wanted.format : format_, same ? wanted.color : color_, "");
    out_ = ByteWriter(path_, "raw", &interrupt_);
    return wanted;
}

void RawSink::do_write(const ConstFrameView& frame) { out_.write(packer_.pack(frame)); }
void RawSink::do_close() { out_.close(); }
void RawSink::do_abandon() noexcept { out_.discard(); }

StageEntry raw_sink_entry() {
    return {"raw", "Bare pixels in any format to a file, a named pipe or standard output", kRawSinkParameters,
            Maker<Sink>([](const Parameters& p) { return std::make_unique<RawSink>(p); })};
}

}  // namespace vbg
