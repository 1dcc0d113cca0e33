#include "fake_loopback.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace vbg_test {

using Lock = std::lock_guard<std::mutex>;

int FakeLoopback::open(const std::string& path, int) {
    const Lock lock(mutex_);
    if (path != kNode || gone_) return -ENOENT;
    handles_[next_] = {};
    ++news_.opened;
    return next_++;
}

int FakeLoopback::close(int fd) {
    const Lock lock(mutex_);
    if (fd == watch_fd_) {
        watch_fd_ = -1;
        return 0;
    }
    const auto at = handles_.find(fd);
    if (at == handles_.end()) return -EBADF;
    const bool writer = at->second.writer, dead = at->second.dead;
    handles_.erase(at);
    if (dead) return 0;
    ++news_.closed;
    if (handles_.empty() && !keep_format) {
        ready_capture_ = false;
        buffer_size_ = 0;
        position_ = 0;
    }
    if (writer) ready_output_ = true;
    return 0;
}

std::uint32_t FakeLoopback::capabilities() const {
    std::uint32_t flags = V4L2_CAP_READWRITE | (can_stream ? V4L2_CAP_STREAMING : 0U);
    if (!exclusive_caps || ready_capture_) flags |= V4L2_CAP_VIDEO_CAPTURE;
    if (!exclusive_caps || ready_output_) flags |= V4L2_CAP_VIDEO_OUTPUT;
    return flags;
}

int FakeLoopback::set_format(v4l2_pix_format& pix, bool keep) {
    if ((device_caps_ & (V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_OUTPUT)) == 0) return -EINVAL;
    if (ready_capture_) {
        pix = pix_;
        return 0;
    }
    if (std::find(fourccs.begin(), fourccs.end(), pix.pixelformat) == fourccs.end())
        pix.pixelformat = fourccs.front();
    const std::uint32_t w = pix.width, h = pix.height;
    switch (pix.pixelformat) {
        case V4L2_PIX_FMT_YUYV: pix.bytesperline = 2 * w; break;
        case V4L2_PIX_FMT_YUV420:
        case V4L2_PIX_FMT_NV12: pix.bytesperline = w; break;
        default: pix.bytesperline = 3 * w; break;
    }
    const bool planar = pix.bytesperline == w;
    pix.sizeimage = planar ? w * h * 3 / 2 : pix.bytesperline * h;
    pix.colorspace = V4L2_COLORSPACE_SRGB;
    pix_ = pix;
    if (!keep) return 0;
    buffer_size_ = page(pix.sizeimage);
    pix.sizeimage = static_cast<std::uint32_t>(buffer_size_);
    image_.assign(buffer_size_ * max_buffers, 0);
    used_bytes_.assign(max_buffers, 0);
    used_ = max_buffers;
    return 0;
}

void FakeLoopback::handed_over(std::uint32_t index) {
    if (position_ > 0 && index == on_show_ && used_ > 1) ++touched_;
    on_show_ = index;
    ++position_;
    times_.push_back(std::chrono::steady_clock::now().time_since_epoch());
}

int FakeLoopback::ioctl(int fd, unsigned long request, void* argument) {
    const Lock lock(mutex_);
    const auto at = handles_.find(fd);
    if (at == handles_.end()) return -EBADF;
    if (at->second.dead) return -ENODEV;
    if (const auto error = errors_.find(request); error != errors_.end()) {
        const int code = error->second;
        errors_.erase(error);
        return -code;
    }
    return answer(at->second, request, argument);
}

int FakeLoopback::answer(Handle& handle, unsigned long request, void* argument) {
    switch (request) {
        case VIDIOC_QUERYCAP: {
            auto& cap = *static_cast<v4l2_capability*>(argument);
            std::strcpy(reinterpret_cast<char*>(cap.driver), "v4l2 loopback");
            std::strcpy(reinterpret_cast<char*>(cap.card), "vbg");
            std::strcpy(reinterpret_cast<char*>(cap.bus_info), "platform:v4l2loopback-000");
            cap.device_caps = device_caps_ = capabilities();
            cap.capabilities = cap.device_caps | V4L2_CAP_DEVICE_CAPS;
            return 0;
        }
        case VIDIOC_ENUM_FMT: {
            auto& one = *static_cast<v4l2_fmtdesc*>(argument);
            if (one.index >= (ready_capture_ ? 1 : fourccs.size())) return -EINVAL;
            one.pixelformat = ready_capture_ ? pix_.pixelformat : fourccs[one.index];
            return 0;
        }
        case VIDIOC_G_FMT: static_cast<v4l2_format*>(argument)->fmt.pix = pix_; return 0;
        case VIDIOC_S_FMT: return set_format(static_cast<v4l2_format*>(argument)->fmt.pix, true);
        case VIDIOC_G_PARM:
            static_cast<v4l2_streamparm*>(argument)->parm.output.timeperframe = interval_;
            return 0;
        case VIDIOC_S_PARM:
            interval_ = static_cast<v4l2_streamparm*>(argument)->parm.output.timeperframe;
            return 0;
        case VIDIOC_REQBUFS: {
            auto& wish = *static_cast<v4l2_requestbuffers*>(argument);
            if (wish.count == 0) return 0;
            wish.count = std::min(wish.count, max_buffers);
            used_ = std::min(used_, wish.count);
            return 0;
        }
        case VIDIOC_QUERYBUF:
        case VIDIOC_QBUF: {
            auto& buffer = *static_cast<v4l2_buffer*>(argument);
            if (buffer.index > max_buffers) return -EINVAL;
            const std::uint32_t index = buffer.index % used_;
            if (request == VIDIOC_QUERYBUF) {
                buffer.length = static_cast<std::uint32_t>(buffer_size_);
                buffer.m.offset = static_cast<std::uint32_t>(index * buffer_size_);
                return 0;
            }
            used_bytes_[index] = buffer.bytesused;
            handed_over(index);
            return 0;
        }
        case VIDIOC_DQBUF: static_cast<v4l2_buffer*>(argument)->index = on_show_; return 0;
        case VIDIOC_STREAMON:
            handle.writer = true;
            ready_output_ = false;
            if (ready_capture_) return 0;
            if (buffer_size_ == 0) return -EINVAL;
            ready_capture_ = true;
            return 0;
        case VIDIOC_STREAMOFF: return 0;
        case VIDIOC_SUBSCRIBE_EVENT: {
            const auto type = static_cast<v4l2_event_subscription*>(argument)->type;
            if (event_id == 0 || type != event_id) return -EINVAL;
            handle.subscribed.push_back(type);
            return 0;
        }
        case VIDIOC_DQEVENT: {
            if (pending_.empty()) return -ENOENT;
            auto& event = *static_cast<v4l2_event*>(argument);
            event.type = event_id;
            std::memcpy(event.u.data, pending_.data(), sizeof(std::uint32_t));
            pending_.erase(pending_.begin());
            return 0;
        }
        default: return -ENOTTY;
    }
}

int FakeLoopback::mmap(std::size_t length, int, int, std::int64_t offset, void** address) {
    const Lock lock(mutex_);
    if (static_cast<std::size_t>(offset) + length > image_.size()) return -EINVAL;
    ++mapped_;
    *address = image_.data() + offset;
    return 0;
}

int FakeLoopback::munmap(void*, std::size_t) {
    const Lock lock(mutex_);
    --mapped_;
    return 0;
}

int FakeLoopback::poll(std::span<pollfd> items, std::chrono::milliseconds) {
    for (pollfd& item : items) item.revents = POLLOUT;
    return static_cast<int>(items.size());
}

std::int64_t FakeLoopback::write(int fd, const void* data, std::size_t size) {
    const Lock lock(mutex_);
    if (handles_.at(fd).dead) return -ENODEV;
    ready_output_ = false;
    ready_capture_ = true;
    const std::size_t take = write_limit == 0 ? size : std::min(size, write_limit);
    const auto index = static_cast<std::uint32_t>(position_ % used_);
    std::memcpy(image_.data() + index * buffer_size_, data, std::min(take, buffer_size_));
    used_bytes_[index] = static_cast<std::uint32_t>(take);
    handed_over(index);
    return static_cast<std::int64_t>(take);
}

std::vector<std::string> FakeLoopback::nodes() {
    const Lock lock(mutex_);
    return gone_ ? std::vector<std::string>{} : std::vector<std::string>{kNode};
}

std::vector<vbg::v4l2::Holder> FakeLoopback::holders(const std::string&) {
    const Lock lock(mutex_);
    return holders_;
}

int FakeLoopback::watch(const std::string&) {
    const Lock lock(mutex_);
    news_ = {};
    return watch_fd_ = 7;
}

int FakeLoopback::events(int, vbg::v4l2::NodeEvents& events) {
    const Lock lock(mutex_);
    events = news_;
    news_ = {};
    return 0;
}

void FakeLoopback::set_gone(bool gone) {
    const Lock lock(mutex_);
    gone_ = gone;
    for (auto& [fd, handle] : handles_) handle.dead = handle.dead || gone;
    ready_capture_ = false;
    ready_output_ = true;
    buffer_size_ = 0;
}

void FakeLoopback::fail_next(unsigned long request, int error) {
    const Lock lock(mutex_);
    errors_[request] = error;
}

void FakeLoopback::set_holders(std::vector<vbg::v4l2::Holder> holders) {
    const Lock lock(mutex_);
    holders_ = std::move(holders);
}

void FakeLoopback::reader_event(bool streams) {
    const Lock lock(mutex_);
    pending_.push_back(streams ? 1 : 0);
}

std::uint32_t FakeLoopback::caps() {
    const Lock lock(mutex_);
    return capabilities();
}

int FakeLoopback::handles() {
    const Lock lock(mutex_);
    return static_cast<int>(handles_.size());
}

int FakeLoopback::mapped() {
    const Lock lock(mutex_);
    return mapped_;
}

std::uint64_t FakeLoopback::written() {
    const Lock lock(mutex_);
    return times_.size();
}

std::uint64_t FakeLoopback::touched_on_show() {
    const Lock lock(mutex_);
    return touched_;
}

std::vector<std::uint8_t> FakeLoopback::look() {
    const Lock lock(mutex_);
    if (position_ == 0) return {};
    const std::uint8_t* at = image_.data() + on_show_ * buffer_size_;
    return {at, at + used_bytes_[on_show_]};
}

std::vector<std::chrono::nanoseconds> FakeLoopback::times() {
    const Lock lock(mutex_);
    return times_;
}

std::uint32_t FakeLoopback::bytesused() {
    const Lock lock(mutex_);
    return used_bytes_[on_show_];
}

v4l2_pix_format FakeLoopback::format() {
    const Lock lock(mutex_);
    return pix_;
}

double FakeLoopback::fps() {
    const Lock lock(mutex_);
    return static_cast<double>(interval_.denominator) / interval_.numerator;
}

void FakeLoopback::reader_takes(std::uint32_t count) {
    const Lock lock(mutex_);
    used_ = std::min(used_, count);
}

void FakeLoopback::hold_format(std::uint32_t fourcc, std::uint32_t width, std::uint32_t height) {
    const Lock lock(mutex_);
    v4l2_pix_format pix{};
    pix.pixelformat = fourcc;
    pix.width = width;
    pix.height = height;
    set_format(pix, true);
    ready_capture_ = true;
    handles_[99] = {};
}

}  // namespace vbg_test
