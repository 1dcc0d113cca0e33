#include "fake_kernel.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "fake_modes.hpp"

namespace vbg_test {

namespace {

using namespace vbg::v4l2;

template <class T>
T& as(void* argument) {
    return *static_cast<T*>(argument);
}

void copy_text(__u8* to, std::size_t room, const std::string& from) {
    std::memset(to, 0, room);
    std::copy_n(from.data(), std::min(room - 1, from.size()), to);
}

int request_buffers(FakeNode& node, v4l2_requestbuffers& request) {
    if (node.streaming) return -EBUSY;
    node.queued.clear();
    node.memory.clear();
    if (request.count != 0 && node.buffers_given != 0) request.count = node.buffers_given;
    const bool multi = is_multiplanar(request.type);
    for (std::uint32_t i = 0; i < request.count; ++i) {
        std::vector<std::vector<std::uint8_t>> planes;
        if (multi) {
            const auto& mp = node.format.fmt.pix_mp;
            for (int p = 0; p < mp.num_planes; ++p) planes.emplace_back(mp.plane_fmt[p].sizeimage);
        } else {
            planes.emplace_back(node.format.fmt.pix.sizeimage);
        }
        node.memory.push_back(std::move(planes));
    }
    return 0;
}

int query_buffer(FakeNode& node, v4l2_buffer& buffer) {
    if (buffer.index >= node.memory.size()) return -EINVAL;
    const auto& planes = node.memory[buffer.index];
    if (!is_multiplanar(buffer.type)) {
        buffer.length = static_cast<std::uint32_t>(planes[0].size());
        buffer.m.offset = buffer.index << 20;
        return 0;
    }
    buffer.length = static_cast<std::uint32_t>(planes.size());
    for (std::uint32_t i = 0; i < planes.size(); ++i) {
        buffer.m.planes[i].length = static_cast<std::uint32_t>(planes[i].size());
        buffer.m.planes[i].m.mem_offset = buffer.index << 20 | i << 12;
    }
    return 0;
}

int queue_buffer(FakeNode& node, v4l2_buffer& buffer) {
    if (buffer.index >= node.memory.size()) return -EINVAL;
    if (std::find(node.queued.begin(), node.queued.end(), buffer.index) != node.queued.end()) return -EINVAL;
    node.queued.push_back(buffer.index);
    if (buffer.type == V4L2_BUF_TYPE_VIDEO_OUTPUT) node.written.push_back({buffer.bytesused});
    return 0;
}

int dequeue_buffer(FakeNode& node, v4l2_buffer& buffer) {
    if (!node.streaming) return -EINVAL;
    if (buffer.type == V4L2_BUF_TYPE_VIDEO_OUTPUT) {
        if (node.queued.empty()) return -EAGAIN;
        buffer.index = node.queued.front();
        node.queued.pop_front();
        return 0;
    }
    if (node.frames.empty() || node.queued.empty()) return -EAGAIN;
    const FakeFrame frame = std::move(node.frames.front());
    node.frames.pop_front();
    buffer.index = node.queued.front();
    node.queued.pop_front();
    buffer.sequence = frame.sequence;
    buffer.flags = frame.flags;
    buffer.timestamp.tv_sec = frame.timestamp.count() / 1'000'000'000;
    buffer.timestamp.tv_usec = frame.timestamp.count() % 1'000'000'000 / 1000;
    auto& memory = node.memory[buffer.index];
    const bool multi = is_multiplanar(buffer.type);
    for (std::size_t i = 0; i < frame.planes.size() && i < memory.size(); ++i) {
        const std::size_t skip = multi ? frame.data_offset : 0;
        const std::size_t size =
            std::min(frame.planes[i].size(), memory[i].size() - std::min(skip, memory[i].size()));
        if (size > 0) std::memcpy(memory[i].data() + skip, frame.planes[i].data(), size);
        const auto used = static_cast<std::uint32_t>(size + skip);
        if (multi) {
            buffer.m.planes[i].bytesused = used;
            buffer.m.planes[i].data_offset = frame.data_offset;
        } else {
            buffer.bytesused = used;
        }
    }
    return 0;
}

int control_call(FakeNode& node, unsigned long request, void* argument) {
    if (request == VIDIOC_QUERYMENU) {
        const auto& menu = as<v4l2_querymenu>(argument);
        const auto at = node.controls.find(menu.id);
        return at != node.controls.end() && at->second.menu.count(static_cast<std::int32_t>(menu.index)) != 0
                   ? 0
                   : -EINVAL;
    }
    if (request == VIDIOC_QUERYCTRL) {
        auto& query = as<v4l2_queryctrl>(argument);
        const bool next = (query.id & V4L2_CTRL_FLAG_NEXT_CTRL) != 0;
        const auto at =
            next ? node.controls.upper_bound(query.id & 0x0FFFFFFF) : node.controls.find(query.id);
        if (at == node.controls.end()) return -EINVAL;
        query.id = at->first;
        copy_text(query.name, sizeof query.name, at->second.name);
        query.minimum = at->second.min;
        query.maximum = at->second.max;
        query.step = 1;
        query.type = at->second.menu.empty() ? V4L2_CTRL_TYPE_INTEGER : V4L2_CTRL_TYPE_MENU;
        return 0;
    }
    auto& control = as<v4l2_control>(argument);
    const auto at = node.controls.find(control.id);
    if (at == node.controls.end()) return -EINVAL;
    if (request == VIDIOC_G_CTRL) {
        control.value = at->second.value;
        return 0;
    }
    if (!at->second.writable) return -EACCES;
    at->second.value = std::clamp(control.value, at->second.min, at->second.max);
    return 0;
}

}  // namespace

FakeNode* FakeKernel::node_of(int fd) {
    const auto at = descriptors_.find(fd);
    if (at == descriptors_.end()) return nullptr;
    const auto node = nodes_by_path.find(at->second);
    return node == nodes_by_path.end() ? nullptr : &node->second;
}

int FakeKernel::open(const std::string& path, int) {
    const auto at = nodes_by_path.find(real_path(path));
    if (at == nodes_by_path.end() || at->second.gone) return -ENOENT;
    if (at->second.open_error != 0) return -at->second.open_error;
    ++at->second.opens;
    ++open_descriptors;
    descriptors_[next_] = at->first;
    return next_++;
}

int FakeKernel::close(int fd) {
    FakeNode* node = node_of(fd);
    if (descriptors_.erase(fd) == 0) return -EBADF;
    --open_descriptors;
    if (node == nullptr) return 0;
    --node->opens;
    return 0;
}

int FakeKernel::ioctl(int fd, unsigned long request, void* argument) {
    if (descriptors_.count(fd) == 0) return -EBADF;
    FakeNode* node = node_of(fd);
    if (node == nullptr || node->gone) return -ENODEV;
    node->calls.push_back(request);
    if (auto& errors = node->errors[request]; !errors.empty()) {
        const int error = errors.front();
        errors.pop_front();
        if (error != 0) return -error;
    }
    return answer(*node, request, argument);
}

int FakeKernel::answer(FakeNode& node, unsigned long request, void* argument) {
    switch (request) {
        case VIDIOC_QUERYCAP: {
            auto& cap = as<v4l2_capability>(argument);
            copy_text(cap.driver, sizeof cap.driver, node.driver);
            copy_text(cap.card, sizeof cap.card, node.card);
            copy_text(cap.bus_info, sizeof cap.bus_info, node.bus);
            // The whole device can more than this node.
            cap.capabilities =
                node.caps | V4L2_CAP_DEVICE_CAPS | V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_META_CAPTURE;
            cap.device_caps = node.caps;
            return 0;
        }
        case VIDIOC_ENUM_FMT: {
            auto& one = as<v4l2_fmtdesc>(argument);
            const auto all = fourccs(node);
            if (one.index >= all.size()) return -EINVAL;
            one.pixelformat = all[one.index];
            return 0;
        }
        case VIDIOC_ENUM_FRAMESIZES: return enum_sizes(node, as<v4l2_frmsizeenum>(argument));
        case VIDIOC_ENUM_FRAMEINTERVALS: return enum_rates(node, as<v4l2_frmivalenum>(argument));
        case VIDIOC_G_FMT: {
            const auto type = as<v4l2_format>(argument).type;
            if (node.format.type != type) {
                node.format = {};
                node.format.type = type;
                settle(node, node.format);
            }
            as<v4l2_format>(argument) = node.format;
            return 0;
        }
        case VIDIOC_S_FMT:
            if (!node.memory.empty()) return -EBUSY;
            settle(node, as<v4l2_format>(argument));
            node.format = as<v4l2_format>(argument);
            return 0;
        case VIDIOC_G_PARM:
        case VIDIOC_S_PARM: {
            auto& interval = as<v4l2_streamparm>(argument).parm.capture.timeperframe;
            if (request == VIDIOC_S_PARM)
                node.fps = settle_rate(node, double(interval.denominator) / interval.numerator);
            interval = {1000, static_cast<std::uint32_t>(std::lround(1000 * node.fps))};
            return 0;
        }
        case VIDIOC_REQBUFS: return request_buffers(node, as<v4l2_requestbuffers>(argument));
        case VIDIOC_QUERYBUF: return query_buffer(node, as<v4l2_buffer>(argument));
        case VIDIOC_QBUF: return queue_buffer(node, as<v4l2_buffer>(argument));
        case VIDIOC_DQBUF: return dequeue_buffer(node, as<v4l2_buffer>(argument));
        case VIDIOC_STREAMON: node.streaming = true; return 0;
        case VIDIOC_STREAMOFF:
            node.streaming = false;
            node.queued.clear();
            return 0;
        case VIDIOC_QUERYCTRL:
        case VIDIOC_QUERYMENU:
        case VIDIOC_G_CTRL:
        case VIDIOC_S_CTRL: return control_call(node, request, argument);
        case VIDIOC_SUBSCRIBE_EVENT: return 0;
        case VIDIOC_G_INPUT: as<int>(argument) = 0; return 0;
        case VIDIOC_ENUMINPUT:
            as<v4l2_input>(argument).capabilities = node.dv_timings_error >= 0 ? V4L2_IN_CAP_DV_TIMINGS : 0;
            return 0;
        case VIDIOC_QUERY_DV_TIMINGS: return -node.dv_timings_error;
        case VIDIOC_S_DV_TIMINGS: return 0;
        case VIDIOC_DQEVENT:
            if (!node.event_pending) return -ENOENT;
            node.event_pending = false;
            as<v4l2_event>(argument).type = V4L2_EVENT_SOURCE_CHANGE;
            as<v4l2_event>(argument).u.src_change.changes = V4L2_EVENT_SRC_CH_RESOLUTION;
            return 0;
        default: return -ENOTTY;
    }
}

int FakeKernel::mmap(std::size_t length, int, int fd, std::int64_t offset, void** address) {
    FakeNode* node = node_of(fd);
    if (node == nullptr) return -ENODEV;
    const auto index = static_cast<std::size_t>(offset >> 20),
               plane = static_cast<std::size_t>(offset >> 12 & 0xFF);
    auto& memory = node->memory.at(index).at(plane);
    if (memory.size() != length) return -EINVAL;
    ++node->mapped;
    *address = memory.data();
    return 0;
}

int FakeKernel::munmap(void* address, std::size_t length) {
    for (auto& [path, node] : nodes_by_path)
        for (auto& buffer : node.memory)
            for (auto& plane : buffer)
                if (plane.data() == address && plane.size() == length) {
                    --node.mapped;
                    return 0;
                }
    return -EINVAL;
}

int FakeKernel::poll(std::span<pollfd> items, std::chrono::milliseconds timeout) {
    int ready = 0;
    for (pollfd& item : items) {
        FakeNode* node = node_of(item.fd);
        item.revents = 0;
        if (node == nullptr || node->gone) {
            item.revents = POLLERR | POLLHUP;
        } else {
            const bool output = node->format.type == V4L2_BUF_TYPE_VIDEO_OUTPUT;
            if (node->event_pending) item.revents = POLLPRI;
            if (!node->streaming && !output) item.revents = static_cast<short>(item.revents | POLLERR);
            if (output && !node->queued.empty()) item.revents = static_cast<short>(item.revents | POLLOUT);
            if (!output && !node->frames.empty() && !node->queued.empty())
                item.revents = static_cast<short>(item.revents | POLLIN);
        }
        item.revents = static_cast<short>(item.revents & (item.events | POLLERR | POLLHUP));
        if (item.revents != 0) ++ready;
    }
    if (ready == 0 && timeout.count() > 0) clock += timeout;  // nobody waits in a test
    return ready;
}

std::int64_t FakeKernel::write(int fd, const void*, std::size_t size) {
    FakeNode* node = node_of(fd);
    if (node == nullptr || node->gone) return -ENODEV;
    node->written.push_back({static_cast<std::uint32_t>(size)});
    return static_cast<std::int64_t>(size);
}

std::vector<std::string> FakeKernel::nodes() {
    std::vector<std::string> paths;
    for (const auto& [path, node] : nodes_by_path)
        if (!node.gone) paths.push_back(path);
    return paths;
}

std::string FakeKernel::real_path(const std::string& path) {
    for (const auto& [link, node] : lasting)
        if (link == path) return node;
    return path;
}

}  // namespace vbg_test
