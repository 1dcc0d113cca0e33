#include "pipeline/outputs.hpp"

#include <fmt/format.h>

#include <algorithm>
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
        port.lost = port.cut = false;
    }
    make_room();
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
    if (under_way_ == 0) follow();  // else with the next frame
}

void Outputs::lay_out() {
    finish();
    last_ = {};
    under_way_ = 0;
    shown_ = show_;
    frame_.device = place_.device();
    layout_ = frame_;
    layout_.format = PixelFormat::bgr8;
    if (shown_ == Show::side_by_side) layout_.width *= 3;
    if (shown_ != Show::composite) layout_.device = {};
    canvas_ = shown_ == Show::composite ? Frame() : Frame(layout_);
    for (Way& way : ways_) way = {};
    stream_.reset();
    down_ = {};
    down_input_ = {};
    down_matte_ = {};
    if (!place_.is_gpu()) return;
    if (shown_ == Show::composite) {
        stream_.emplace(place_.device());
        for (Way& way : ways_) {
            way.made.emplace(place_.device());
            way.arrived.emplace(place_.device());
        }
        return;
    }
    FrameSpec here = frame_;
    here.device = {DeviceType::cuda_host, frame_.device.index};
    if (shown_ == Show::side_by_side) {
        down_ = Frame(here);
        down_input_ = Frame(here);
    }
    down_matte_ = Mask(here.width, here.height, MaskFormat::u8, here.device);
}

void Outputs::make_room() {
    for (Port& port : ports_) port.make_room(layout_);
    make_down();
}

void Outputs::make_down() {
    const bool wanted =
        std::any_of(ports_.begin(), ports_.end(), [](const Port& p) { return !p.converts_there(); });
    if (on_host(layout_.device) || !wanted) return;
    FrameSpec here = layout_;
    here.device = {DeviceType::cuda_host, layout_.device.index};
    for (Way& way : ways_) {
        if (way.down.empty()) way.down = Frame(here);
    }
}

void Outputs::follow() {
    if (frame_.device == place_.device() && shown_ == show_) return;
    lay_out();
    make_room();
}

void Outputs::write(const ConstFrameView& composed, const ConstFrameView* input, const ConstMaskView* matte,
                    Meter* revive) {
    last_ = {};
    follow();
    if (shown_ == Show::composite) {
        send(composed, {});
    } else {
        draw(composed, input, matte);
        canvas_.stamp(composed.timestamp, composed.sequence);
        send(std::as_const(canvas_).view(), {});
    }
    try {
        write_next(revive);
    } catch (...) {
        under_way_ = 0;  // it has not arrived, and there is nothing to make it of again
        throw;
    }
}

bool Outputs::overlaps() const noexcept {
    return place_.is_gpu() && show_ == Show::composite && shown_ == show_ && frame_.device == place_.device();
}

void Outputs::send(const ConstFrameView& composed, const ConstFrameView& raw, std::uint64_t ticket) {
    const std::size_t at = 1 - newest_;
    Way& way = ways_[at];
    way.frame = composed;
    way.raw = raw;
    way.ticket = ticket;
    way.is_down = false;
    for (Port& port : ports_) port.has_it[at] = false;
    bring_down(at);
    newest_ = at;
    ++under_way_;
}

std::uint64_t Outputs::await_next() {
    arrive(oldest());
    return ways_[oldest()].ticket;
}

void Outputs::write_next(Meter* revive) {
    const std::size_t at = oldest();
    arrive(at);
    --under_way_;
    written_ = at;
    last_ = ways_[at].frame;
    write_to_ports(at, revive);
}

void Outputs::keep_raw() {
    for (int i = 0; i < under_way_; ++i) {
        Way& way = ways_[i == 0 ? oldest() : newest_];
        const ConstFrameView& raw = way.raw;
        if (raw.planes[0].data == nullptr) continue;
        Frame copy(raw.width, raw.height, raw.format, raw.color);
        copy.stamp(raw.timestamp, raw.sequence);
        copy_pixels(raw, copy.view());
        way.kept = std::move(copy);
        way.raw = std::as_const(way.kept).view();
    }
}

std::vector<Frame> Outputs::give_up() {
    keep_raw();
    std::vector<Frame> raw;
    for (; under_way_ > 0; --under_way_) raw.push_back(std::move(ways_[oldest()].kept));
    return raw;
}

void Outputs::finish() const noexcept {
    try {
        for (const Way& way : ways_) {
            if (way.arrived) way.arrived->synchronize();
        }
    } catch (const Error&) {
        // A GPU that has failed sends nothing any more.
    }
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
            if (shown_ == Show::side_by_side) {
                fetch(result, down_);
                if (input != nullptr) fetch(camera, down_input_);
            }
            place_.finish();
        });
    }
    const ConstMaskView* shown = matte != nullptr ? &alpha : nullptr;
    if (shown_ == Show::matte) return draw_matte(shown, canvas_.view());
    draw_picture(input != nullptr ? &camera : nullptr, part(canvas_.view(), 0, composed.width));
    draw_matte(shown, part(canvas_.view(), composed.width, composed.width));
    draw_picture(&result, part(canvas_.view(), 2 * composed.width, composed.width));
}

void Outputs::bring_down(std::size_t at) {
    Way& way = ways_[at];
    if (on_host(way.frame.device)) return;
    const auto lacks_it = [&](const Port& port) {
        return !port.cut && !port.lost && !(port.converts_there() ? port.has_it[at] : way.is_down);
    };
    if (std::none_of(ports_.begin(), ports_.end(), lacks_it)) return;
    place_.watch([&] {
        for (Port& port : ports_) {
            if (lacks_it(port)) port.convert_there(way.frame, at, place_.stream());
        }
        way.made->record(place_.stream());
        stream_->wait(*way.made);
        for (Port& port : ports_) {
            if (!lacks_it(port)) continue;
            if (port.converts_there()) {
                port.bring_down(way.frame, at, stream_->ref());
            } else {
                copy_pixels(way.frame, way.down.view(), stream_->ref());
                way.is_down = true;
            }
        }
        way.arrived->record(stream_->ref());
    });
}

void Outputs::arrive(std::size_t at) const {
    const Way& way = ways_[at];
    if (!on_host(way.frame.device)) place_.watch([&] { way.arrived->synchronize(); });
}

ConstFrameView Outputs::here(std::size_t at) const noexcept {
    const Way& way = ways_[at];
    if (on_host(way.frame.device)) return way.frame;
    ConstFrameView down = way.down.view();
    down.timestamp = way.frame.timestamp;
    down.sequence = way.frame.sequence;
    return down;
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
    bring_down(written_);
    arrive(written_);
    write_to_ports(written_, revive);
}

void Outputs::write_to_ports(std::size_t at, Meter* revive) {
    for (Port& port : ports_) {
        if (port.cut) continue;
        try {
            revive != nullptr ? send_or_revive(port, at, *revive) : port.send(here(at), at);
        } catch (const Error& e) {
            if (!interrupted_ || e.sys_errno() != ECANCELED) throw;
            port.cut = true;
            log(LogLevel::warning, fmt::format("{}; the last frame there is cut off", e.what()));
        }
    }
}

void Outputs::send_or_revive(Port& port, std::size_t at, Meter& meter) {
    try {
        if (port.lost) {
            if (Clock::now() < port.retry) return;
            const std::uint64_t by_itself = port.sink->counters().reopened;  // open() counts from 0 again
            port.accepted = port.sink->open(spec_);
            port.make_room(layout_);
            make_down();
            port.lost = false;
            port.backoff.reset();
            meter.sinks_reopened.fetch_add(1 + by_itself, std::memory_order_relaxed);
            log(LogLevel::warning, fmt::format("{} takes frames again", port.sink->name()));
            bring_down(at);
            arrive(at);
        }
        port.send(here(at), at);
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
