// The checking halves of Source and Sink.
#include <fmt/format.h>

#include <vbg/sink.hpp>
#include <vbg/source.hpp>

#include "core/device.hpp"

namespace vbg::inline v0 {

Source::Source() = default;
Source::~Source() = default;
Sink::Sink() = default;
Sink::~Sink() = default;
Demand Sink::demand() const noexcept { return Demand::unknown; }
SinkCounters Sink::counters() const noexcept { return {}; }

FrameSpec Source::open() {
    close();
    spec_ = do_open();
    open_ = true;
    return spec_;
}

ReadResult Source::read(ConstFrameView& frame, std::chrono::milliseconds timeout) {
    if (!open_) throw Error(Errc::wrong_state, fmt::format("{}: read() before open()", name()));
    const ReadResult result = do_read(frame, timeout);
    if (result != ReadResult::frame) return result;
    check_view(frame, name());
    need_host(frame.device, name());
    if (frame.width != spec_.width || frame.height != spec_.height || frame.format != spec_.format) {
        throw Error(
            Errc::io,
            fmt::format("{}: frame {} is {}x{} {}, but the stream began as {}x{} {}; open it again to "
                        "go on with the new size",
                        name(), frame.sequence, frame.width, frame.height, to_string(frame.format),
                        spec_.width, spec_.height, to_string(spec_.format)));
    }
    return result;
}

void Source::release() noexcept {
    if (open_) do_release();
}

void Source::do_release() noexcept {}

void Source::close() noexcept {
    if (!open_) return;
    open_ = false;
    do_close();
}

bool Source::is_live() const noexcept { return false; }
std::uint64_t Source::length() const noexcept { return 0; }
std::uint64_t Source::damaged() const noexcept { return 0; }

void Sink::interrupt() noexcept {}
void Sink::rearm() noexcept {}

FrameSpec Sink::open(const FrameSpec& wanted) {
    abandon();
    if (wanted.width < 1 || wanted.height < 1 || plane_count(wanted.format) == 0) {
        throw Error(Errc::invalid_argument, fmt::format("{}: cannot open for {}x{} {}", name(), wanted.width,
                                                        wanted.height, to_string(wanted.format)));
    }
    spec_ = do_open(wanted);
    open_ = true;
    return spec_;
}

void Sink::write(const ConstFrameView& frame) {
    if (!open_) throw Error(Errc::wrong_state, fmt::format("{}: write() before open()", name()));
    check_view(frame, name());
    if (frame.width != spec_.width || frame.height != spec_.height || frame.format != spec_.format) {
        throw Error(Errc::invalid_argument,
                    fmt::format("{}: frame is {}x{} {}, but open() agreed on {}x{} {}", name(), frame.width,
                                frame.height, to_string(frame.format), spec_.width, spec_.height,
                                to_string(spec_.format)));
    }
    do_write(frame);
}

void Sink::close() {
    if (!open_) return;
    open_ = false;
    do_close();
}

void Sink::abandon() noexcept {
    if (!open_) return;
    open_ = false;
    do_abandon();
}

}  // namespace vbg::inline v0
