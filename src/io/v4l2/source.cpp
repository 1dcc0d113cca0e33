#include "io/v4l2/source.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <vbg/log.hpp>

namespace vbg::v4l2 {

namespace {

constexpr Parameter kSourceParameters[] = {
    {"device", ParameterType::text, "auto",
     "the camera: auto (the first), a node (/dev/video0), a lasting name (/dev/v4l/by-id/...), its number, "
     "or "
     "(part of) its name",
     "", 0, 0, "", false, true},
    {"size", ParameterType::size, "",
     "size of the frames; the nearest that the camera has (empty: about 1280x720)", "px"},
    {"fps", ParameterType::number, "auto",
     "frames a second; the nearest that the camera has (auto: about 30)", "frames/s", 0.1, 1000, "auto"},
    {"format", ParameterType::choice, "auto",
     "pixel format to take from the camera (auto: raw where that has size and "
     "rate, else mjpeg)",
     "", 0, 0, "auto|nv12|i420|yuyv|uyvy|bgr8|rgb8|bgra8|rgba8|gray8|mjpeg"},
    {"buffers", ParameterType::integer, "4", "frames that the driver may hold", "frames", 2, 32},
    {"input", ParameterType::number, "keep", "input of a device with several", "", 0, 63, "keep"},
    kExposureParameter,
    kFocusParameter,
    kWhiteBalanceParameter,
    kGainParameter,
    kMirrorParameter,
    kControlsParameter,
};

/// "640x480 at 30 frames/s", or the one of them that is asked for.
std::string wished(const ModeWish& wish) {
    std::string text;
    if (wish.size.width > 0) text = fmt::format("{}x{}", wish.size.width, wish.size.height);
    if (wish.fps > 0) text += fmt::format("{}{:.4g} frames/s", text.empty() ? "" : " at ", wish.fps);
    return text;
}

/// Between two lines of the log about damaged frames.
constexpr std::chrono::seconds kSayEvery{5};

}  // namespace

CameraSource::CameraSource(const Parameters& parameters, Kernel& kernel)
    : kernel_(kernel),
      device_(parameters.text("device")),
      format_(parameters.text("format")),
      wish_{parameters.size("size"), parameters.is_word("fps") ? 0 : parameters.number("fps"), {}},
      input_(parameters.is_word("input") ? -1 : static_cast<int>(parameters.number("input"))),
      buffer_count_(parameters.integer("buffers")),
      settings_(read_settings(parameters)) {
    if (format_ != "auto") wish_.format = format_;
}

CameraSource::~CameraSource() { do_close(); }

FrameSpec CameraSource::do_open() {
    try {
        const CameraNode camera = find_camera(kernel_, device_, camera_);
        node_ = VideoNode(kernel_, camera.path);
        const Capabilities capabilities = node_.capabilities();
        if (!capabilities.has(V4L2_CAP_STREAMING)) {
            throw Error(Errc::device, fmt::format("{} ({}): its driver cannot stream into mapped memory",
                                                  camera.path, camera.card));
        }
        type_ = capabilities.capture_type();
        if (camera_ && camera_->path != camera.path)
            log(LogLevel::info, fmt::format("v4l2: {} is at {} now", camera.card, camera.path));
        choose_input();
        negotiate();
        apply_settings(node_, settings_);
        start();
        camera_ = camera;
    } catch (...) {
        do_close();
        throw;
    }
    log(LogLevel::info, fmt::format("v4l2: {} ({}): {}{}", node_.path(), camera_->card, describe(picture_),
                                    fps_ > 0 ? fmt::format(", {:.4g} frames/s", fps_) : ""));
    return {picture_.width, picture_.height, picture_.format->pixel, picture_.color, {}, fps_};
}

/// Takes the input that is asked for, and on one with a digital signal (HDMI) the signal's size.
void CameraSource::choose_input() {
    int index = input_;
    current_input_ = 0;
    signal_size_ = {};
    if (index >= 0)
        node_.call(VIDIOC_S_INPUT, "VIDIOC_S_INPUT", &index, fmt::format("choose input {}", index));
    if (node_.attempt(VIDIOC_G_INPUT, &index) != 0) return;
    v4l2_input input{};
    current_input_ = input.index = static_cast<std::uint32_t>(index);
    if (node_.attempt(VIDIOC_ENUMINPUT, &input) != 0) return;
    if ((input.capabilities & V4L2_IN_CAP_DV_TIMINGS) == 0) return;
    v4l2_dv_timings timings{};
    node_.call(VIDIOC_QUERY_DV_TIMINGS, "VIDIOC_QUERY_DV_TIMINGS", &timings, "see the signal at its input");
    node_.call(VIDIOC_S_DV_TIMINGS, "VIDIOC_S_DV_TIMINGS", &timings, "take the signal at its input");
    if (timings.type == V4L2_DV_BT_656_1120)
        signal_size_ = {static_cast<int>(timings.bt.width), static_cast<int>(timings.bt.height)};
}

/// Chooses a mode, sets it, and takes what the driver made of it.
void CameraSource::negotiate() {
    ModeWish wish = wish_;
    if (wish.size.width == 0) wish.size = signal_size_;
    auto offers = list_offers(node_, type_, wish);
    if (!JpegDecoder::available()) std::erase_if(offers, [](const Offer& o) { return o.format->jpeg; });
    const Mode mode = choose_mode(offers, wish);
    if (mode.format == nullptr) {
        std::string list;
        for (const v4l2_fmtdesc& f : node_.formats(type_))
            list += fmt::format("{}{}", list.empty() ? "" : ", ", fourcc_text(f.pixelformat));
        throw Error(wish_.format.empty() ? Errc::unsupported_format : Errc::invalid_argument,
                    fmt::format("{}: it offers no {}; it has {}", node_.path(),
                                wish_.format.empty() ? "format that is read here" : format_,
                                list.empty() ? "none" : list));
    }
    // The fourcc first: sizes and rates are those of a format, and it is set in the same call as the size.
    picture_ = node_.set_format(pack(type_, mode.format->fourcc, mode.size.width, mode.size.height));
    const double wanted_rate = wish_.fps > 0 ? wish_.fps : mode.fps > 0 ? mode.fps : kDefaultRate;
    fps_ = node_.set_rate(type_, wanted_rate);
    if (fps_ == 0) fps_ = mode.fps;
    picture_ = node_.get_format(type_);  // a new rate may have changed it
    if (picture_.format == nullptr || (picture_.format->jpeg && !JpegDecoder::available()) ||
        picture_.width < 1 || picture_.height < 1 || picture_.width > kMaxSide ||
        picture_.height > kMaxSide) {
        throw Error(Errc::unsupported_format,
                    fmt::format("{}: asked for {}, the driver gave {}, which is not read here", node_.path(),
                                describe(mode), describe(picture_)));
    }
    if (picture_.field == V4L2_FIELD_TOP || picture_.field == V4L2_FIELD_BOTTOM ||
        picture_.field == V4L2_FIELD_ALTERNATE) {
        throw Error(Errc::unsupported_format,
                    fmt::format("{}: it gives single fields of interlaced pictures, which are not read here",
                                node_.path()));
    }
    const bool other_size =
        wish_.size.width > 0 && (picture_.width != wish_.size.width || picture_.height != wish_.size.height);
    if (other_size || (wish_.fps > 0 && fps_ > 0 && fps_ < 0.95 * wish_.fps)) {
        log(LogLevel::warning, fmt::format("v4l2: {}: asked for {}; the camera gives {} at {:.4g} frames/s",
                                           node_.path(), wished(wish_), describe(picture_), fps_));
    }
}

void CameraSource::start() {
    decoder_.reset();
    if (picture_.format->jpeg) decoder_.emplace(picture_.width, picture_.height);
    buffers_.allocate(node_, type_, static_cast<std::uint32_t>(buffer_count_));
    const auto planes = buffers_.memory(0);
    for (std::size_t i = 0; i < planes.size() && !picture_.format->jpeg; ++i) {
        if (planes[i].size() >= needed_bytes(picture_, static_cast<int>(i))) continue;
        throw Error(Errc::device, fmt::format("{}: the driver's buffers of {} bytes are too small for {}",
                                              node_.path(), planes[i].size(), describe(picture_)));
    }
    v4l2_event_subscription wanted{};
    wanted.type = V4L2_EVENT_SOURCE_CHANGE;
    wanted.id = current_input_;
    node_.attempt(VIDIOC_SUBSCRIBE_EVENT, &wanted);  // cameras do not have it
    for (std::uint32_t i = 0; i < buffers_.count(); ++i) buffers_.queue(i);
    buffers_.start();
    clock_.begin();
}

ReadResult CameraSource::do_read(ConstFrameView& frame, std::chrono::milliseconds timeout) {
    if (borrowed_) {
        give_back(*borrowed_);
        borrowed_.reset();
    }
    const auto deadline = kernel_.now() + timeout;
    std::string why;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - kernel_.now());
        const short news = node_.wait(POLLIN | POLLPRI, std::max(left, std::chrono::milliseconds(0)));
        if (news == 0) return ReadResult::timed_out;
        if ((news & POLLPRI) != 0) check_events();
        const auto filled = buffers_.dequeue();
        if (!filled) {
            if ((news & (POLLERR | POLLHUP)) != 0)
                throw node_.failure("poll", "wait for a frame", (news & POLLHUP) != 0 ? ENODEV : EIO);
            if (left.count() <= 0) return ReadResult::timed_out;
            continue;
        }
        if (make_frame(*filled, frame, why)) {
            if (decoder_) {
                give_back(filled->index);
            } else {
                borrowed_ = filled->index;
            }
            return ReadResult::frame;
        }
        count_damaged(why);
        give_back(filled->index);
        if (kernel_.now() >= deadline) return ReadResult::timed_out;
    }
}

bool CameraSource::make_frame(const Filled& filled, ConstFrameView& frame, std::string& why) {
    // Numbered in any case, so that a damaged frame leaves a gap.
    const std::uint64_t number = clock_.number(filled.sequence);
    if ((filled.flags & V4L2_BUF_FLAG_ERROR) != 0) {
        why = "the driver marks it as damaged";
        return false;
    }
    const auto memory = buffers_.memory(filled.index);
    if (decoder_) {
        if (filled.bytes[0] == 0) {
            why = "it is empty";
            return false;
        }
        if (!decoder_->decode(memory[0].subspan(filled.offset[0], filled.bytes[0]))) {
            why = decoder_->why();
            return false;
        }
        frame = decoder_->frame();
    } else {
        std::array<std::byte*, 3> planes{};
        for (std::size_t i = 0; i < memory.size(); ++i) {
            const std::size_t needed = needed_bytes(picture_, static_cast<int>(i));
            if (filled.bytes[i] < needed) {
                why = fmt::format("it has {} bytes instead of {}", filled.bytes[i], needed);
                return false;
            }
            planes[i] = memory[i].data() + filled.offset[i];
        }
        frame = view_of(picture_, planes);
    }
    const bool monotonic = (filled.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
    frame.timestamp = FrameClock::time(filled.timestamp, monotonic, kernel_.now());
    frame.sequence = number;
    return true;
}

void CameraSource::count_damaged(const std::string& why) {
    ++damaged_;
    const auto now = kernel_.now();
    if (damaged_said_ != 0 && now - said_at_ < kSayEvery) return;
    log(LogLevel::warning,
        fmt::format("v4l2: {}: a damaged frame is left out: {} ({} since the last such line, {} in "
                    "all)",
                    node_.path(), why, damaged_ - damaged_said_, damaged_));
    damaged_said_ = damaged_;
    said_at_ = now;
}

/// Hands a buffer back to the driver; one refusal is forgiven.
void CameraSource::give_back(std::uint32_t index) {
    try {
        buffers_.queue(index);
    } catch (const Error& e) {
        if (e.sys_errno() == ENODEV) throw;
        buffers_.queue(index);
    }
}

/// A signal that changed its size ends the stream: open() begins one with the new size.
void CameraSource::check_events() {
    v4l2_event event{};
    while (node_.attempt(VIDIOC_DQEVENT, &event) == 0) {
        if (event.type == V4L2_EVENT_SOURCE_CHANGE &&
            (event.u.src_change.changes & V4L2_EVENT_SRC_CH_RESOLUTION) != 0) {
            throw Error(Errc::device,
                        fmt::format("{}: the signal at its input changed its size; open it again to go on",
                                    node_.path()),
                        ESTALE);
        }
    }
}

void CameraSource::do_release() noexcept {
    if (!borrowed_) return;
    try {
        give_back(*borrowed_);
        borrowed_.reset();
    } catch (...) {
        // The next read() tries again, and says what is wrong.
    }
}

void CameraSource::do_close() noexcept {
    borrowed_.reset();
    buffers_.release();
    node_.close();
}

StageEntry camera_source_entry() {
    return {.name = "v4l2",
            .summary = "A camera: webcam, capture card, or any other V4L2 device",
            .parameters = kSourceParameters,
            .make = Maker<Source>([](const Parameters& p) { return std::make_unique<CameraSource>(p); }),
            .score = 100,
            .missing = [] {
                for (const CameraNode& camera : list_camera_nodes(system_kernel())) {
                    if (!camera.loopback) return std::string();
                }
                return std::string(
                    "there is no camera: plug one in, or load its driver with: sudo modprobe uvcvideo");
            }};
}

}  // namespace vbg::v4l2
