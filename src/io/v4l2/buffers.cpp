#include "io/v4l2/buffers.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace vbg::v4l2 {

Buffers::~Buffers() { release(); }

Buffers::Buffers(Buffers&& other) noexcept
    : device_(other.device_),
      type_(other.type_),
      requested_(other.requested_),
      streaming_(other.streaming_),
      queued_(other.queued_),
      maps_(std::move(other.maps_)) {
    other.forget();
}

Buffers& Buffers::operator=(Buffers&& other) noexcept {
    if (this == &other) return *this;
    release();
    device_ = other.device_;
    type_ = other.type_;
    requested_ = other.requested_;
    streaming_ = other.streaming_;
    queued_ = other.queued_;
    maps_ = std::move(other.maps_);
    other.forget();
    return *this;
}

void Buffers::forget() noexcept {
    requested_ = streaming_ = false;
    queued_ = 0;
    maps_.clear();
}

v4l2_buffer Buffers::describe(std::uint32_t index, v4l2_plane* planes) const noexcept {
    v4l2_buffer buffer{};
    buffer.type = type_;
    buffer.memory = V4L2_MEMORY_MMAP;
    buffer.index = index;
    if (is_multiplanar(type_)) {
        buffer.m.planes = planes;
        buffer.length = VIDEO_MAX_PLANES;
    }
    return buffer;
}

void Buffers::allocate(const VideoNode& device, std::uint32_t buffer_type, std::uint32_t count) {
    release();
    device_ = &device;
    type_ = buffer_type;
    v4l2_requestbuffers request{};
    request.count = count;
    request.type = type_;
    request.memory = V4L2_MEMORY_MMAP;
    device.call(VIDIOC_REQBUFS, "VIDIOC_REQBUFS", &request, "get buffers");
    requested_ = true;
    try {
        if (request.count == 0) throw device.failure("VIDIOC_REQBUFS", "get buffers", ENOMEM);
        maps_.resize(request.count);
        for (std::uint32_t i = 0; i < request.count; ++i) map(i);
    } catch (...) {
        release();
        throw;
    }
}

void Buffers::map(std::uint32_t index) {
    std::array<v4l2_plane, VIDEO_MAX_PLANES> planes{};
    v4l2_buffer buffer = describe(index, planes.data());
    device_->call(VIDIOC_QUERYBUF, "VIDIOC_QUERYBUF", &buffer, "look at a buffer");
    Map& map = maps_[index];
    const bool multi = is_multiplanar(type_);
    const std::size_t count = multi ? std::min<std::size_t>(buffer.length, map.planes.size()) : 1;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t length = multi ? planes[i].length : buffer.length;
        const std::uint32_t offset = multi ? planes[i].m.mem_offset : buffer.m.offset;
        void* address = nullptr;
        const int result =
            device_->kernel().mmap(length, PROT_READ | PROT_WRITE, device_->fd(), offset, &address);
        if (result < 0) throw device_->failure("mmap", "map a buffer", -result);
        map.planes[i] = {static_cast<std::byte*>(address), length};
        map.count = i + 1;
    }
}

void Buffers::release() noexcept {
    if (!requested_) return;
    stop();
    for (const Map& map : maps_) {
        for (std::size_t i = 0; i < map.count; ++i)
            device_->kernel().munmap(map.planes[i].data(), map.planes[i].size());
    }
    v4l2_requestbuffers request{};
    request.type = type_;
    request.memory = V4L2_MEMORY_MMAP;
    device_->attempt(VIDIOC_REQBUFS, &request);
    forget();
}

void Buffers::start() {
    int type = static_cast<int>(type_);
    device_->call(VIDIOC_STREAMON, "VIDIOC_STREAMON", &type, "start streaming");
    streaming_ = true;
}

void Buffers::stop() noexcept {
    // Also after a start() that failed: the driver then still has the buffers.
    if (!streaming_ && queued_ == 0) return;
    int type = static_cast<int>(type_);
    device_->attempt(VIDIOC_STREAMOFF, &type);
    streaming_ = false;
    queued_ = 0;
}

void Buffers::queue(std::uint32_t index, std::span<const std::uint32_t> bytes,
                    std::chrono::nanoseconds timestamp, std::uint32_t field) {
    std::array<v4l2_plane, VIDEO_MAX_PLANES> planes{};
    v4l2_buffer buffer = describe(index, planes.data());
    const Map& map = maps_[index];
    if (!bytes.empty()) {
        buffer.field = field;
        const auto seconds = std::chrono::floor<std::chrono::seconds>(timestamp);
        buffer.timestamp.tv_sec = seconds.count();
        buffer.timestamp.tv_usec = std::chrono::floor<std::chrono::microseconds>(timestamp - seconds).count();
    }
    if (is_multiplanar(type_)) {
        buffer.length = static_cast<std::uint32_t>(map.count);
        for (std::size_t i = 0; i < map.count; ++i) {
            planes[i].length = static_cast<std::uint32_t>(map.planes[i].size());
            planes[i].bytesused = i < bytes.size() ? bytes[i] : 0;
        }
    } else {
        buffer.length = static_cast<std::uint32_t>(map.planes[0].size());
        buffer.bytesused = bytes.empty() ? 0 : bytes[0];
    }
    device_->call(VIDIOC_QBUF, "VIDIOC_QBUF", &buffer, "hand it a buffer");
    ++queued_;
}

std::optional<Filled> Buffers::dequeue() {
    std::array<v4l2_plane, VIDEO_MAX_PLANES> planes{};
    v4l2_buffer buffer = describe(0, planes.data());
    const int error = device_->attempt(VIDIOC_DQBUF, &buffer);
    if (error == EAGAIN) return std::nullopt;
    if (error != 0) throw device_->failure("VIDIOC_DQBUF", "take a frame from it", error);
    if (buffer.index >= maps_.size()) throw device_->failure("VIDIOC_DQBUF", "take a frame from it", EIO);
    if (queued_ > 0) --queued_;
    Filled filled;
    filled.index = buffer.index;
    filled.flags = buffer.flags;
    filled.sequence = buffer.sequence;
    filled.timestamp =
        std::chrono::seconds(buffer.timestamp.tv_sec) + std::chrono::microseconds(buffer.timestamp.tv_usec);
    const Map& map = maps_[buffer.index];
    for (std::size_t i = 0; i < map.count; ++i) {
        // Never believe more than was mapped. A multi-planar bytesused counts from the plane's beginning.
        const bool multi = is_multiplanar(type_);
        const auto room = static_cast<std::uint32_t>(map.planes[i].size());
        const std::uint32_t used = std::min(multi ? planes[i].bytesused : buffer.bytesused, room);
        filled.offset[i] = multi ? std::min(planes[i].data_offset, used) : 0;
        filled.bytes[i] = used - filled.offset[i];
    }
    return filled;
}

}  // namespace vbg::v4l2
