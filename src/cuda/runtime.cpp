#include "cuda/runtime.hpp"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <cstdlib>

#include "core/device.hpp"
#include "cuda/commands.hpp"
#include "cuda/driver.hpp"
#include "cuda/status.hpp"
#include "cuda/when_full.hpp"

namespace vbg::cuda {

namespace {

void check(int status, std::string_view what, int gpu) {
    if (status != kOk) throw error_of(status, fmt::format("{} on cuda:{}", what, gpu), driver::text(status));
}

/// A copy that a CUDA graph cannot do as well: one that takes the memory when it is launched, keeps the
/// caller waiting, or is of rows that lie apart.
void do_now(const Step& step, const Device& device, StreamRef stream) {
    flush(device, stream);
    check(driver::perform(device.index, step, stream.native), step.what, device.index);
}

/// Whether memory of the host is not pinned.
bool is_pageable(const Device& device) { return device.type == DeviceType::cpu; }

/// One plane, either way up. Planes that run the same way are copied at once, beginning with their lowest
/// row.
struct Plane {
    const std::byte* from;
    std::ptrdiff_t from_stride;
    std::byte* to;
    std::ptrdiff_t to_stride;
    std::size_t row;
    int rows;
    bool waits;  // for memory that is not pinned

    void copy(int gpu, StreamRef stream) const {
        if (rows == 1) return piece(from, row, to, row, 1, gpu, stream);
        if ((from_stride < 0) == (to_stride < 0)) {
            const std::ptrdiff_t last = from_stride < 0 ? rows - 1 : 0;
            return piece(from + last * from_stride, bytes(from_stride), to + last * to_stride,
                         bytes(to_stride), rows, gpu, stream);
        }
        for (int y = 0; y < rows; ++y)
            piece(from + y * from_stride, row, to + y * to_stride, row, 1, gpu, stream);
    }

private:
    static std::size_t bytes(std::ptrdiff_t stride) { return static_cast<std::size_t>(std::abs(stride)); }
    void piece(const std::byte* source, std::size_t source_stride, std::byte* target,
               std::size_t target_stride, int count, int gpu, StreamRef stream) const {
        const auto height = static_cast<std::size_t>(count);
        // What lies in one piece is one row. Only that can a CUDA graph take from elsewhere the next time.
        const bool is_whole = source_stride == row && target_stride == row;
        const Step step("copying a picture",
                        is_whole ? CopyStep{target, row * height, source, row * height, row * height, 1}
                                 : CopyStep{target, target_stride, source, source_stride, row, height});
        const Device device{DeviceType::cuda, gpu};
        const bool is_fixed = step.copy.rows > 1;
        waits || is_fixed ? do_now(step, device, stream) : queue(step, device, stream);
    }
};

std::atomic<void (*)()> give_back_memory{nullptr};

/// The GPU that a copy belongs to: the one that either end lies on.
int gpu_of(const Device& from, const Device& to) {
    if (on_host(from) && on_host(to)) {
        throw Error(Errc::invalid_argument,
                    "copying a picture: both ends are in host memory; copy_pixels() copies there");
    }
    return on_host(to) ? from.index : to.index;
}

}  // namespace

bool runs_on(DeviceType type) noexcept {
    return type == DeviceType::cpu || (type == DeviceType::cuda && built());
}

int device_count() noexcept {
    int count = 0;
    return driver::device_count(count) == kOk ? count : 0;
}

std::string why_not(int gpu) {
    int count = 0;
    int status = driver::device_count(count);
    if (status == kOk && count == 0) status = kNoDevice;
    if (status == kOk && (gpu < 0 || gpu >= count)) status = kBadDevice;
    if (status == kOk) status = driver::probe(gpu);
    if (status == kOk) return {};
    const std::string_view reason = reason_of(status);
    return std::string(reason.empty() ? driver::text(status) : reason);
}

std::string device_name(int gpu) {
    std::array<char, 256> name{};
    return driver::device_name(gpu, name.data(), name.size()) == kOk ? std::string(name.data())
                                                                     : std::string();
}

void need_device(const Device& device, std::string_view who) {
    const std::string reason = why_not(device.index);
    if (reason.empty()) return;
    throw Error(built() ? Errc::device : Errc::not_built,
                fmt::format("{}: cuda:{} cannot be used: {}; {}use device=cpu", who, device.index, reason,
                            built() ? "" : "configure with -DVBG_CUDA=ON, or "));
}

void when_full(void (*give_back)()) noexcept { give_back_memory = give_back; }

DeviceBuffer::DeviceBuffer(std::size_t bytes, const Device& device) {
    void* memory = nullptr;
    int status = driver::allocate(device.index, bytes, memory);
    void (*const give_back)() = give_back_memory;
    if (status == kOutOfMemory && give_back != nullptr) {
        give_back();
        status = driver::allocate(device.index, bytes, memory);
    }
    if (status != kOk) check(status, fmt::format("allocating {} bytes", bytes), device.index);
    data_ = {static_cast<std::byte*>(memory), Free{device.index}};
}
void DeviceBuffer::Free::operator()(std::byte* memory) const noexcept {
    Gathered::before_release();
    driver::release(gpu, memory);
}

PinnedBuffer::PinnedBuffer(std::size_t bytes, const Device& device) {
    void* memory = nullptr;
    const int status = driver::allocate_pinned(device.index, bytes, memory);
    if (status != kOk)
        check(status, fmt::format("allocating {} bytes of pinned host memory", bytes), device.index);
    data_.reset(static_cast<std::byte*>(memory));
}
void PinnedBuffer::Free::operator()(std::byte* memory) const noexcept {
    Gathered::before_release();
    driver::release_pinned(memory);
}

Stream::Stream(const Device& device) {
    void* stream = nullptr;
    check(driver::make_stream(device.index, stream), "making a stream", device.index);
    stream_ = {stream, Free{device.index}};
}
void Stream::Free::operator()(void* stream) const noexcept {
    Gathered::before_release();
    driver::destroy_stream(gpu, stream);
}
void Stream::synchronize() const { cuda::synchronize({DeviceType::cuda, stream_.get_deleter().gpu}, ref()); }
void Stream::wait(const Event& event) const {
    wait_in({DeviceType::cuda, stream_.get_deleter().gpu}, ref(), event);
}

void wait_in(const Device& device, StreamRef stream, const Event& event) {
    Gathered::need(event.event_.get());
    check(driver::wait_event(device.index, stream.native, event.event_.get()), "queueing a wait",
          device.index);
}

void synchronize(const Device& device, StreamRef stream) {
    flush(device, stream);
    check(driver::synchronize_stream(device.index, stream.native), "waiting for a stream", device.index);
}

Event::Event(const Device& device) {
    void* event = nullptr;
    check(driver::make_event(device.index, event), "making an event", device.index);
    event_ = {event, Free{device.index}};
}
void Event::Free::operator()(void* event) const noexcept {
    Gathered::before_release();
    driver::destroy_event(gpu, event);
}
void Event::record(StreamRef stream) {
    const int gpu = event_.get_deleter().gpu;
    if (Gathered::mark(event_.get(), {DeviceType::cuda, gpu}, stream)) return;
    check(driver::record(gpu, event_.get(), stream.native), "marking a stream", gpu);
}
bool Event::ready() const {
    Gathered::need(event_.get());
    const int status = driver::event_ready(event_.get());
    if (status != kNotReady) check(status, "asking for an event", event_.get_deleter().gpu);
    return status == kOk;
}
void Event::synchronize() const {
    Gathered::need(event_.get());
    check(driver::synchronize_event(event_.get()), "waiting for an event", event_.get_deleter().gpu);
}

void copy(const ConstFrameView& from, const FrameView& to, StreamRef stream) {
    check_view(from, "copying a picture: from");
    check_view(to, "copying a picture: to");
    if (from.width != to.width || from.height != to.height || from.format != to.format) {
        throw Error(Errc::invalid_argument,
                    fmt::format("copying a picture from {}x{} {} to {}x{} {}: size and format "
                                "must be equal",
                                from.width, from.height, to_string(from.format), to.width, to.height,
                                to_string(to.format)));
    }
    const int gpu = gpu_of(from.device, to.device);
    for (int p = 0; p < plane_count(from.format); ++p) {
        const auto& source = from.planes[static_cast<std::size_t>(p)];
        const auto& target = to.planes[static_cast<std::size_t>(p)];
        const Plane plane{source.data,
                          source.stride,
                          target.data,
                          target.stride,
                          row_bytes(from.format, p, from.width),
                          plane_rows(from.format, p, from.height),
                          is_pageable(from.device) || is_pageable(to.device)};
        plane.copy(gpu, stream);
    }
}

void copy(const ConstMaskView& from, const MaskView& to, StreamRef stream) {
    check_view(from, "copying a matte: from");
    check_view(to, "copying a matte: to");
    if (from.width != to.width || from.height != to.height || from.format != to.format) {
        throw Error(Errc::invalid_argument,
                    fmt::format("copying a matte from {}x{} to {}x{}: size and format must be equal",
                                from.width, from.height, to.width, to.height));
    }
    const std::size_t value = from.format == MaskFormat::f32 ? sizeof(float) : 1;
    const Plane plane{from.data,
                      from.stride,
                      to.data,
                      to.stride,
                      static_cast<std::size_t>(from.width) * value,
                      from.height,
                      is_pageable(from.device) || is_pageable(to.device)};
    plane.copy(gpu_of(from.device, to.device), stream);
}

void copy_bytes(const void* from, void* to, std::size_t bytes, const Device& device, StreamRef stream,
                HostBytes host) {
    const Step step("copying bytes", CopyStep{to, bytes, from, bytes, bytes, 1});
    host == HostBytes::pinned ? queue(step, device, stream) : do_now(step, device, stream);
}

}  // namespace vbg::cuda
