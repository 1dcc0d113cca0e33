// Format: the man page yuv4mpeg(5) of mjpegtools: a line of tagged fields, then "FRAME\n" and the planes of
// each picture. XCOLORRANGE is the comment field that ffmpeg and mpv agree on for the range of the numbers.
#include "io/y4m_sink.hpp"

#include <fmt/format.h>

namespace vbg {

namespace {

constexpr Parameter kY4mSinkParameters[] = {
    {"path", ParameterType::path, "-", "file, named pipe, or - for standard output"},
    kSinkFpsParameter,
    kMatrixParameter,
    kRangeParameter,
};

}  // namespace

Y4mSink::Y4mSink(const Parameters& parameters)
    : path_(parameters.text("path")), color_(color_of(parameters)), fps_(parameters.number("fps")) {}

Y4mSink::~Y4mSink() { abandon(); }

FrameSpec Y4mSink::do_open(const FrameSpec& wanted) {
    packer_ = FramePacker(wanted, PixelFormat::i420, color_, "FRAME\n");
    const auto [rate, scale] = fps_fraction(sink_fps(fps_, wanted));
    const std::string header =
        fmt::format("YUV4MPEG2 W{} H{} F{}:{} Ip A1:1 C420jpeg XCOLORRANGE={}\n", wanted.width, wanted.height,
                    rate, scale, color_.range == Range::full ? "FULL" : "LIMITED");
    ByteWriter out(path_, "y4m", &interrupt_);
    out.write(std::as_bytes(std::span(header)));
    out_ = std::move(out);
    return wanted;
}

void Y4mSink::do_write(const ConstFrameView& frame) { out_.write(packer_.pack(frame)); }
void Y4mSink::do_close() { out_.close(); }
void Y4mSink::do_abandon() noexcept { out_.discard(); }

StageEntry y4m_sink_entry() {
    return {"y4m", "Uncompressed film (YUV4MPEG2) to a file, a named pipe or standard output",
            kY4mSinkParameters,
            Maker<Sink>([](const Parameters& p) { return std::make_unique<Y4mSink>(p); })};
}

}  // namespace vbg
