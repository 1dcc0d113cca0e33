// What v4l2loopback does with buffers was read in its source (v4l2loopback.c, 0.12.7 and 0.15): all handles
// share the same few buffers (two by default); a frame shows as soon as it is queued and stays on show until
// the next one; DQBUF of the writer gives, in 0.12, the very buffer that is on show; and a reader that asks
// for fewer buffers takes them away from the writer too. So with it buffers are used in turn by our own
// count, and DQBUF is left alone.
#include "io/v4l2/outlet.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <vbg/log.hpp>

#include "io/v4l2/machine.hpp"

namespace vbg::v4l2 {

namespace {

/// In order of how many programs read them.
constexpr std::array kPreferred{PixelFormat::yuyv, PixelFormat::i420, PixelFormat::nv12,
                                PixelFormat::bgr8, PixelFormat::rgb8, PixelFormat::uyvy};
/// v4l2loopback has as many as it was loaded with (2, or max_buffers); the more, the longer a reader may take
/// to copy a frame before it is written over. Other outputs queue them, and each is a frame more of delay.
constexpr std::uint32_t kBuffers = 4, kLoopbackBuffers = 8;

/// Whether a frame of this format can be laid out in one buffer.
bool writable(const Picture& picture) {
    return picture.format != nullptr && !picture.format->jpeg && picture.memory_planes == 1 &&
           picture.width > 0 && picture.height > 0;
}

/// Largest size not above the wished one in which every chroma sample covers whole pixels: v4l2loopback and
/// many readers cut odd sizes in ways of their own.
std::pair<int, int> even_size(PixelFormat format, int width, int height) {
    const bool half_width = format == PixelFormat::yuyv || format == PixelFormat::uyvy ||
                            format == PixelFormat::i420 || format == PixelFormat::nv12;
    const bool half_height = format == PixelFormat::i420 || format == PixelFormat::nv12;
    return {half_width ? std::max(2, width & ~1) : width, half_height ? std::max(2, height & ~1) : height};
}

std::string format_word(const Picture& picture) {
    return picture.format != nullptr ? std::string(picture.format->name) : fourcc_text(picture.fourcc);
}

}  // namespace

std::string find_outlet(Kernel& kernel, const std::string& device) {
    if (device.starts_with('/')) return device;
    const bool any = device.empty() || device == "auto";
    std::string fed, cards;
    for (const std::string& path : kernel.nodes()) {
        try {
            const Capabilities caps = VideoNode(kernel, path, Role::virtual_camera).capabilities();
            if (!caps.is_loopback() && !caps.outputs()) continue;
            cards += fmt::format("{}{} '{}'", cards.empty() ? "" : ", ", path, caps.card);
            if (any ? !caps.is_loopback() : caps.card != device) continue;
            // Neither capability: a producer left it so; it can be mended. Capture alone: somebody feeds it.
            if (caps.outputs() || !caps.captures()) return path;
            if (fed.empty()) fed = path;
        } catch (const Error&) {
            continue;  // not for us to use
        }
    }
    if (!fed.empty()) return fed;  // opening it says who feeds it
    if (!any && !cards.empty()) {
        throw Error(Errc::not_found,
                    fmt::format("v4l2: there is no virtual camera named '{}'; there are {}", device, cards));
    }
    const Advice advice = why_no_loopback(kernel);
    throw Error(
        Errc::not_found,
        fmt::format("v4l2: there is no virtual camera: {}; mend it with: {}", advice.text, advice.fix),
        ENOENT);
}

Outlet::Outlet(Kernel& kernel, const Wish& wish)
    : node_(kernel, find_outlet(kernel, wish.device), Role::virtual_camera) {
    capabilities_ = node_.capabilities();
    if (capabilities_.is_loopback() && !capabilities_.outputs() && !capabilities_.captures())
        heal_capabilities();
    check_role();
    type_ = capabilities_.output_type();
    negotiate(wish);
    prepare(wish.handover);
}

Outlet::~Outlet() { buffers_.release(); }

/// A program that only wrote and closed leaves an exclusive_caps node of v4l2loopback 0.12 that says it can
/// do nothing at all, and then refuses S_FMT. STREAMON marks its handle as a writer's even where it fails,
/// and closing a writer's handle makes the node an output again.
void Outlet::heal_capabilities() {
    int type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
    node_.attempt(VIDIOC_STREAMON, &type);
    node_ = VideoNode(node_.kernel(), node_.path(), Role::virtual_camera);
    capabilities_ = node_.capabilities();
    if (capabilities_.outputs())
        log(LogLevel::info,
            fmt::format("{}: a program had left it without any capability; mended", node_.path()));
}

void Outlet::check_role() {
    if (capabilities_.outputs()) return;
    if (!capabilities_.is_loopback()) {
        throw Error(Errc::device,
                    fmt::format("{}: '{}' is a camera: frames come out of it and none go in; name a virtual "
                                "camera, or make one with: {}",
                                node_.path(), capabilities_.card, kLoadLoopback));
    }
    throw node_.failure("VIDIOC_QUERYCAP", "feed it: another program does already", EBUSY);
}

PixelFormat Outlet::choose_format(const Wish& wish) const {
    if (wish.format != PixelFormat::unknown) return wish.format;
    const auto offered = node_.formats(type_);
    for (const PixelFormat format : kPreferred) {
        const Format* known = format_for(format);
        for (const auto& one : offered)
            if (one.pixelformat == known->fourcc) return format;
    }
    return kPreferred.front();
}

/// S_FMT; where it is refused (v4l2loopback 0.12 while another handle holds buffers of another size), the
/// format that the node has.
Picture Outlet::ask(const Wish& wish) {
    const PixelFormat format = choose_format(wish);
    const auto [width, height] = even_size(format, wish.width, wish.height);
    const ColorSpec color{Matrix::bt601, Range::limited};
    v4l2_format present{};
    present.type = type_;
    const bool has_present = node_.attempt(VIDIOC_G_FMT, &present) == 0;
    v4l2_format wanted = pack(type_, format_for(format)->fourcc, width, height, color);
    const std::string doing = fmt::format("set {}", describe(unpack(wanted)));
    const int error = node_.attempt(VIDIOC_S_FMT, &wanted);
    if (error == 0) return unpack(wanted);
    if (error == EINVAL && has_present && node_.attempt(VIDIOC_S_FMT, &present) == 0) return unpack(present);
    throw node_.failure("VIDIOC_S_FMT", doing, error);
}

void Outlet::negotiate(const Wish& wish) {
    picture_ = ask(wish);
    if (!writable(picture_)) {
        throw Error(Errc::device,
                    fmt::format("{}: it holds the format {}, which libvbg does not write; close the programs "
                                "that use it ({}), or set its control keep_format to 0: v4l2-ctl -d {} -c "
                                "keep_format=0",
                                node_.path(), describe(picture_), list_holders(node_.kernel(), node_.path()),
                                node_.path()));
    }
    frame_bytes_ = needed_bytes(picture_, 0);
    const bool other_size = picture_.width / 2 != wish.width / 2 || picture_.height / 2 != wish.height / 2;
    const bool other_format = wish.format != PixelFormat::unknown && picture_.format->pixel != wish.format;
    if (other_size || other_format) {
        log(LogLevel::warning,
            fmt::format("{}: it holds {}x{} {} already; frames are converted to that", node_.path(),
                        picture_.width, picture_.height, format_word(picture_)));
    }
    const double rate = node_.set_rate(type_, wish.fps);
    fps_ = rate > 0 ? rate : wish.fps;
}

void Outlet::prepare(Handover handover) {
    const bool can_stream = capabilities_.has(V4L2_CAP_STREAMING) && handover != Handover::write;
    const bool can_write = capabilities_.has(V4L2_CAP_READWRITE) && handover != Handover::mmap;
    if (can_stream) {
        try {
            buffers_.allocate(node_, type_, capabilities_.is_loopback() ? kLoopbackBuffers : kBuffers);
            mapped_ = true;
        } catch (const Error& e) {
            if (!can_write) throw;
            log(LogLevel::info, fmt::format("{}; frames are written with write() instead", e.what()));
        }
    }
    if (mapped_) {
        free_.assign(buffers_.count(), true);
        for (std::uint32_t i = 0; i < buffers_.count(); ++i) {
            if (buffers_.memory(i)[0].size() < frame_bytes_)
                throw node_.failure("VIDIOC_QUERYBUF", "use buffers smaller than a frame", EINVAL);
            offsets_.push_back(offset_of(i));
        }
        return;
    }
    if (!can_write) throw node_.failure("VIDIOC_REQBUFS", "hand it frames in the way asked for", EINVAL);
    // Marks the handle as a writer's (see heal_capabilities()); where it is refused, nothing is lost.
    int type = static_cast<int>(type_);
    node_.attempt(VIDIOC_STREAMON, &type);
}

/// Where the driver has this buffer now; the offset it had at first where it does not say.
std::uint32_t Outlet::offset_of(std::uint32_t index) const {
    std::array<v4l2_plane, VIDEO_MAX_PLANES> planes{};
    v4l2_buffer buffer{};
    buffer.type = type_;
    buffer.memory = V4L2_MEMORY_MMAP;
    buffer.index = index;
    if (is_multiplanar(type_)) {
        buffer.m.planes = planes.data();
        buffer.length = VIDEO_MAX_PLANES;
    }
    if (node_.attempt(VIDIOC_QUERYBUF, &buffer) != 0) return index < offsets_.size() ? offsets_[index] : 0;
    return is_multiplanar(type_) ? planes[0].m.mem_offset : buffer.m.offset;
}

/// The buffer to fill next, or -1 when the driver has them all.
int Outlet::next_index() {
    const int count = static_cast<int>(buffers_.count());
    if (capabilities_.is_loopback()) return (last_ + 1) % count;
    while (buffers_.queued() > 0 && buffers_.streaming()) {
        const auto done = buffers_.dequeue();
        if (!done) break;
        free_[done->index] = true;
    }
    for (int i = 1; i <= count; ++i) {
        const int index = (last_ + i) % count;
        if (free_[static_cast<std::size_t>(index)]) return index;
    }
    return -1;
}

bool Outlet::show(std::span<const std::byte> frame) {
    if (!mapped_) {
        show_written(frame);
        return true;
    }
    const int index = next_index();
    if (index < 0) return false;
    show_mapped(static_cast<std::uint32_t>(index), frame);
    return true;
}

void Outlet::show_mapped(std::uint32_t index, std::span<const std::byte> frame) {
    std::uint32_t target = index;
    if (capabilities_.is_loopback()) {
        const std::uint32_t offset = offset_of(index);
        const auto at = std::find(offsets_.begin(), offsets_.end(), offset);
        if (at != offsets_.end()) target = static_cast<std::uint32_t>(at - offsets_.begin());
        if (target != index && !std::exchange(warned_, true)) {
            log(LogLevel::warning,
                fmt::format("{}: a reader has taken buffers away, so that frames may be seen half-written; "
                            "load v4l2loopback with max_buffers=4 or more, or close that reader",
                            node_.path()));
        }
    }
    std::memcpy(buffers_.memory(target)[0].data(), frame.data(), frame.size());
    const std::array<std::uint32_t, 1> bytes{static_cast<std::uint32_t>(frame.size())};
    // v4l2loopback stamps a frame that has no time itself; other outputs give our time back.
    const auto time = capabilities_.is_loopback() ? std::chrono::nanoseconds(0) : node_.kernel().now();
    buffers_.queue(index, bytes, time);
    free_[index] = false;
    last_ = static_cast<int>(index);
    if (!buffers_.streaming()) buffers_.start();
}

void Outlet::show_written(std::span<const std::byte> frame) {
    constexpr std::chrono::milliseconds kPatience{1000};
    while (!frame.empty()) {
        const std::int64_t done = node_.kernel().write(node_.fd(), frame.data(), frame.size());
        if (done > 0) {
            frame = frame.subspan(static_cast<std::size_t>(done));
        } else if (done != -EAGAIN || (node_.wait(POLLOUT, kPatience) & POLLOUT) == 0) {
            throw node_.failure("write", "write a frame", done < 0 ? static_cast<int>(-done) : EIO);
        }
    }
}

}  // namespace vbg::v4l2
