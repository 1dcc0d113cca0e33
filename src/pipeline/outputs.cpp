#include "pipeline/outputs.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <utility>
#include <vbg/device.hpp>
#include <vbg/log.hpp>

#include "core/device.hpp"

namespace vbg {

namespace {

/// Part of a bgr8 canvas, `columns` wide from column `x` on.
FrameView part(FrameView canvas, int x, int columns) {
    canvas.planes[0].data += static_cast<std::ptrdiff_t>(x) * 3;
    canvas.width = columns;
    return canvas;
}

void draw_matte(const ConstMaskView* matte, const FrameView& to) {
    if (matte == nullptr) return fill(to, 0, 0, 0);
    for (int y = 0; y < to.height; ++y) {
        const std::byte* from = matte->row(y);
        std::byte* out = to.row(y);
        for (int x = 0; x < to.width; ++x)
            std::memset(out + static_cast<std::ptrdiff_t>(x) * 3, std::to_integer<int>(from[x]), 3);
    }
}

void draw_picture(const ConstFrameView* picture, const FrameView& to) {
    if (picture == nullptr) return fill(to, 0, 0, 0);
    copy_pixels(*picture, to);
}

}  // namespace

void Outputs::add(std::unique_ptr<Sink> sink) {
    Port port;
    port.sink = std::move(sink);
    ports_.push_back(std::move(port));
}

void Outputs::open(const FrameSpec& spec, Show show) {
    show_ = show;
    frame_ = spec;
    lay_out();
    spec_ = layout_;
    spec_.device = {};  // a sink's frames come in host memory
    for (Port& port : ports_) {
        port.accepted = port.sink->open(spec_);
        port.make_room(layout_);
        port.lost = port.cut = false;
    }
}

void Outputs::interrupt() noexcept {
    interrupted_ = true;
    for (Port& port : ports_) port.sink->interrupt();
}

void Outputs::rearm() noexcept {
    interrupted_ = false;
    for (Port& port : ports_) port.sink->rearm();
}

void Outputs::show(Show what) {
    show_ = what;
    lay_out();
    for (Port& port : ports_) port.make_room(layout_);
}

void Outputs::lay_out() {
    last_ = {};
    frame_.device = place_.device();
    layout_ = frame_;
    layout_.format = PixelFormat::bgr8;
    if (show_ == Show::side_by_side) layout_.width *= 3;
    if (show_ != Show::composite) layout_.device = {};
    canvas_ = show_ == Show::composite ? Frame() : Frame(layout_);
    down_ = {};
    down_input_ = {};
    down_matte_ = {};
    if (!place_.is_gpu()) return;
    FrameSpec here = frame_;
    here.device = {DeviceType::cuda_host, frame_.device.index};
    down_ = Frame(here);
    if (show_ == Show::side_by_side) down_input_ = Frame(here);
    if (show_ != Show::composite) down_matte_ = Mask(here.width, here.height, MaskFormat::u8, here.device);
}

void Outputs::follow_place() {
    if (frame_.device == place_.device()) return;
    lay_out();
    for (Port& port : ports_) port.make_room(layout_);
}

void Outputs::write(const ConstFrameView& composed, const ConstFrameView* input, const ConstMaskView* matte,
                    Meter* revive) {
    last_ = {};
    follow_place();
    is_down_ = false;
    for (Port& port : ports_) port.has_it = false;
    if (show_ == Show::composite) {
        last_ = composed;
    } else {
        draw(composed, input, matte);
        canvas_.stamp(composed.timestamp, composed.sequence);
        last_ = std::as_const(canvas_).view();
    }
    rewrite(revive);
}

void Outputs::draw(const ConstFrameView& composed, const ConstFrameView* input, const ConstMaskView* matte) {
    ConstFrameView result = composed, camera = input != nullptr ? *input : ConstFrameView{};
    ConstMaskView alpha = matte != nullptr ? *matte : ConstMaskView{};
    if (place_.is_gpu()) {
        place_.watch([&] {
            const auto fetch = [&](auto& view, auto& owner) {
                copy_pixels(view, owner.view(), place_.stream());
                view = std::as_const(owner).view();
            };
            if (matte != nullptr) fetch(alpha, down_matte_);
            if (show_ == Show::side_by_side) {
                fetch(result, down_);
                if (input != nullptr) fetch(camera, down_input_);
            }
            place_.finish();
        });
    }
    const ConstMaskView* shown = matte != nullptr ? &alpha : nullptr;
    if (show_ == Show::matte) return draw_matte(shown, canvas_.view());
    draw_picture(input != nullptr ? &camera : nullptr, part(canvas_.view(), 0, composed.width));
    draw_matte(shown, part(canvas_.view(), composed.width, composed.width));
    draw_picture(&result, part(canvas_.view(), 2 * composed.width, composed.width));
}

ConstFrameView Outputs::bring_down() {
    if (on_host(last_.device)) return last_;
    ConstFrameView here = std::as_const(down_).view();
    here.timestamp = last_.timestamp;
    here.sequence = last_.sequence;
    place_.watch([&] {
        bool anything = false;
        for (Port& port : ports_) {
            if (port.cut || port.lost) continue;
            if (port.converts_there() ? port.has_it : is_down_) continue;
            anything = true;
            if (port.converts_there()) {
                port.bring_down(last_, place_);
            } else {
                copy_pixels(last_, down_.view(), place_.stream());
                is_down_ = true;
            }
        }
        if (anything) place_.finish();
    });
    return here;
}

Frame Outputs::copy_last() const {
    if (!has_last()) return {};
    Frame copy(last_.width, last_.height, last_.format, last_.color);
    copy_pixels(last_, copy.view(), place_.stream());
    if (!on_host(last_.device)) place_.finish();
    copy.stamp(last_.timestamp, last_.sequence);
    return copy;
}

void Outputs::rewrite(Meter* revive) {
    if (!has_last()) return;
    const ConstFrameView frame = bring_down();
    for (Port& port : ports_) {
        if (port.cut) continue;
        try {
            revive != nullptr ? send_or_revive(port, frame, *revive) : port.send(frame);
        } catch (const Error& e) {
            if (!interrupted_ || e.sys_errno() != ECANCELED) throw;
            port.cut = true;
            log(LogLevel::warning, fmt::format("{}; the last frame there is cut off", e.what()));
        }
    }
}

void Outputs::send_or_revive(Port& port, const ConstFrameView& frame, Meter& meter) {
    try {
        if (port.lost) {
            if (Clock::now() < port.retry) return;
            const std::uint64_t by_itself = port.sink->counters().reopened;  // open() counts from 0 again
            port.accepted = port.sink->open(spec_);
            port.make_room(layout_);
            port.lost = false;
            port.backoff.reset();
            meter.sinks_reopened.fetch_add(1 + by_itself, std::memory_order_relaxed);
            log(LogLevel::warning, fmt::format("{} takes frames again", port.sink->name()));
            bring_down();
        }
        port.send(frame);
    } catch (const GpuFailed&) {
        throw;
    } catch (const Error& e) {
        const bool gone = e.code() == Errc::device || e.code() == Errc::not_found;
        if (!port.lost && e.code() != Errc::device) throw;
        if (port.lost && !gone && e.code() != Errc::io) throw;
        if (!port.lost) {
            log(LogLevel::error,
                fmt::format("{} is lost and will be opened again: {}", port.sink->name(), e.what()));
        }
        meter.told(e.what());
        port.lost = true;
        port.sink->abandon();
        port.retry = Clock::now() + port.backoff.next();
    }
}

bool Outputs::unwatched() const noexcept {
    for (const Port& port : ports_) {
        if (!port.lost && port.sink->demand() != Demand::none) return false;
    }
    return !ports_.empty();
}

std::uint64_t Outputs::reopened() const noexcept {
    std::uint64_t sum = 0;
    for (const Port& port : ports_) sum += port.sink->counters().reopened;
    return sum;
}

void Outputs::close() {
    // Every sink is finished even where one fails; the first failure is reported.
    std::exception_ptr first;
    for (Port& port : ports_) {
        try {
            port.sink->close();
        } catch (...) {
            if (!first) first = std::current_exception();
        }
    }
    if (first) std::rethrow_exception(first);
}

void Outputs::abandon() noexcept {
    for (Port& port : ports_) port.sink->abandon();
}

}  // namespace vbg
