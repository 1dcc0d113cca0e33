#include "io/null_sink.hpp"

#include <fmt/format.h>

#include <vbg/log.hpp>

namespace vbg {

NullSink::~NullSink() = default;

FrameSpec NullSink::do_open(const FrameSpec& wanted) {
    frames_ = 0;
    return wanted;
}

void NullSink::do_write(const ConstFrameView&) { ++frames_; }
void NullSink::do_close() { log(LogLevel::info, fmt::format("null: {} frames", frames_)); }
void NullSink::do_abandon() noexcept {}

StageEntry null_sink_entry() {
    return {"null", "Drops every frame and counts them", {}, Maker<Sink>([](const Parameters&) {
                return std::make_unique<NullSink>();
            })};
}

}  // namespace vbg
