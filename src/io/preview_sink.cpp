#include "io/preview_sink.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <utility>
#include <vbg/log.hpp>

#include "io/preview_window.hpp"

namespace vbg {

namespace {

constexpr Parameter kPreviewSinkParameters[] = {
    {"title", ParameterType::text, "vbg", "what the window is called"},
    {"display", ParameterType::text, "auto", "X display, such as :0; auto: the environment's DISPLAY"},
    {"mirror", ParameterType::boolean, "no", "as in a mirror; the other sinks are not mirrored"},
    {"on_close", ParameterType::choice, "go_on",
     "q, Esc or the window's button closes it; go_on: frames are dropped from then on; stop: writing throws "
     "Error{io} with ECANCELED, which ends run()",
     "", 0, 0, "go_on|stop"},
};

/// How long a closing window may take to say goodbye to the display before it is cut off.
constexpr std::chrono::milliseconds kGoodbye{500};
/// How often the display is looked at though it has not called.
constexpr int kLookMs = 200;

}  // namespace

PreviewSink::PreviewSink(const Parameters& parameters)
    : title_(parameters.text("title")),
      display_(parameters.text("display")),
      mirror_(parameters.boolean("mirror")),
      stop_when_closed_(parameters.text("on_close") == "stop") {}

PreviewSink::~PreviewSink() { abandon(); }

Demand PreviewSink::demand() const noexcept { return looking_ ? Demand::wanted : Demand::none; }

SinkCounters PreviewSink::counters() const noexcept {
    return {.shown = drawn_.load(), .repeated = 0, .dropped = left_out_.load(), .reopened = 0};
}

FrameSpec PreviewSink::do_open(const FrameSpec& wanted) {
    FrameSpec spec = wanted;
    spec.format = PixelFormat::bgr8;
    spec.color = {};
    incoming_ = Frame(spec);
    shown_ = Frame(spec);
    fill(shown_.view(), 0, 0, 0);
    fresh_ = quit_ = ended_ = false;
    drawn_ = left_out_ = 0;
    wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_ < 0) throw Error(Errc::io, "preview: no eventfd (too many open files?)", errno);
    std::promise<void> opened;
    auto result = opened.get_future();
    thread_ =
        std::thread([this, spec, promise = std::move(opened)]() mutable { serve(std::move(promise), spec); });
    try {
        result.get();
    } catch (...) {
        finish();
        throw;
    }
    log(LogLevel::info, "preview: a window of " + std::to_string(spec.width) + "x" +
                            std::to_string(spec.height) + " pixels; q or Esc closes it");
    return spec;
}

void PreviewSink::do_write(const ConstFrameView& frame) {
    if (!looking_) {
        if (!stop_when_closed_) return;
        throw Error(Errc::io, "preview: the window was closed", ECANCELED);
    }
    {
        const std::lock_guard lock(mutex_);
        copy_pixels(frame, incoming_.view());
        if (std::exchange(fresh_, true)) ++left_out_;
    }
    wake();
}

void PreviewSink::do_close() { finish(); }
void PreviewSink::do_abandon() noexcept { finish(); }

void PreviewSink::wake() const noexcept {
    const std::uint64_t one = 1;
    // It can only fail where the counter is full: then the thread is woken already.
    [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
}

void PreviewSink::finish() noexcept {
    {
        std::unique_lock lock(mutex_);
        quit_ = true;
        wake();
        if (!ended_changed_.wait_for(lock, kGoodbye, [this] { return ended_; }) && display_socket_ >= 0) {
            ::shutdown(display_socket_, SHUT_RDWR);
        }
    }
    if (thread_.joinable()) thread_.join();
    ::close(std::exchange(wake_, -1));
    looking_ = false;
}

void PreviewSink::serve(std::promise<void> opened, FrameSpec spec) {
    // A display that goes away must not end the program by SIGPIPE; other signals are for other threads.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
    {
        std::optional<PreviewWindow> window;
        bool made = false;
        try {
            window.emplace(title_, display_, mirror_, spec.width, spec.height);
            const std::lock_guard lock(mutex_);
            display_socket_ = window->descriptor();
            looking_ = true;
            made = true;
        } catch (...) {
            opened.set_exception(std::current_exception());
        }
        if (made) {
            opened.set_value();
            try {
                show_frames(*window);
            } catch (const std::exception& e) {
                log(LogLevel::error, std::string("preview: closed: ") + e.what());
            }
        }
        looking_ = false;
        const std::lock_guard lock(mutex_);
        display_socket_ = -1;
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    ended_changed_.notify_all();
}

void PreviewSink::show_frames(PreviewWindow& window) {
    using Event = PreviewWindow::Event;
    for (bool something_shown = false;;) {
        const Event event = window.handle_events();
        if (event == Event::closed) return log(LogLevel::info, "preview: the window was closed");
        if (event == Event::lost) return log(LogLevel::warning, "preview: the display has gone");
        bool draw = event == Event::redraw && something_shown;
        {
            const std::lock_guard lock(mutex_);
            if (quit_) return;
            if (std::exchange(fresh_, false)) {
                std::swap(incoming_, shown_);
                draw = something_shown = true;
                ++drawn_;
            }
        }
        if (draw) window.show(std::as_const(shown_).view());
        std::array<pollfd, 2> wait{{{window.descriptor(), POLLIN, 0}, {wake_, POLLIN, 0}}};
        // After drawing, events may have been read with the answers already.
        ::poll(wait.data(), wait.size(), draw ? 0 : kLookMs);
        std::uint64_t count = 0;
        [[maybe_unused]] const auto got = ::read(wake_, &count, sizeof count);
    }
}

StageEntry preview_sink_entry() {
    return {"preview", "A window that shows the frames; q or Esc closes it", kPreviewSinkParameters,
            Maker<Sink>([](const Parameters& p) { return std::make_unique<PreviewSink>(p); }),
            preview_why_not};
}

}  // namespace vbg
