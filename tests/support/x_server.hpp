#pragma once
/// @file x_server.hpp  A screen in memory (Xvfb) and another program's look at it, for tests of windows.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xcb/xcb.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <utility>

namespace vbg::test {

class XServer {
public:
    /// Starts one with a screen of that size; none where Xvfb is missing.
    static std::optional<XServer> start(int width, int height) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
        const std::string size = std::to_string(width) + "x" + std::to_string(height) + "x24";
        const pid_t pid = ::fork();
        if (pid == 0) {
            ::dup2(ends[1], 3);  // without O_CLOEXEC
            const int quiet = ::open("/dev/null", O_RDWR);
            ::dup2(quiet, 1);
            ::dup2(quiet, 2);
            ::execlp("Xvfb", "Xvfb", "-displayfd", "3", "-screen", "0", size.c_str(), "-nolisten", "tcp",
                     "-ac", static_cast<char*>(nullptr));
            ::_exit(127);
        }
        ::close(ends[1]);
        std::string number;
        for (char c = 0; ready(ends[0]) && ::read(ends[0], &c, 1) == 1 && c != '\n';) number += c;
        ::close(ends[0]);
        XServer server(pid, ":" + number);
        if (number.empty()) return std::nullopt;  // the destructor reaps it
        return server;
    }
    XServer(XServer&& other) noexcept
        : pid_(std::exchange(other.pid_, -1)), display_(std::move(other.display_)) {}
    XServer& operator=(XServer&&) = delete;
    ~XServer() { stop(SIGTERM); }
    [[nodiscard]] const std::string& display() const { return display_; }
    void stop(int signal) {
        if (pid_ <= 0) return;  // -1 would mean everybody
        ::kill(pid_, signal);
        ::waitpid(std::exchange(pid_, -1), nullptr, 0);
    }
    /// It answers nobody until it goes on.
    void freeze(bool on) const {
        if (pid_ > 0) ::kill(pid_, on ? SIGSTOP : SIGCONT);
    }

private:
    XServer(pid_t pid, std::string display) : pid_(pid), display_(std::move(display)) {}
    static bool ready(int fd) {
        pollfd wait{fd, POLLIN, 0};
        return ::poll(&wait, 1, 30000) == 1;
    }
    pid_t pid_;
    std::string display_;
};

/// Another program on the same display.
class XViewer {
public:
    explicit XViewer(const std::string& display) : link_(xcb_connect(display.c_str(), nullptr)) {
        REQUIRE(xcb_connection_has_error(link_) == 0);
        root_ = xcb_setup_roots_iterator(xcb_get_setup(link_)).data->root;
    }
    ~XViewer() { xcb_disconnect(link_); }
    XViewer(const XViewer&) = delete;
    XViewer& operator=(const XViewer&) = delete;

    /// The window that stands on the screen, if there is one.
    [[nodiscard]] std::optional<xcb_window_t> window() const {
        const Owned<xcb_query_tree_reply_t> tree(
            xcb_query_tree_reply(link_, xcb_query_tree(link_, root_), nullptr));
        if (!tree || xcb_query_tree_children_length(tree.get()) == 0) return std::nullopt;
        return xcb_query_tree_children(tree.get())[0];
    }
    /// Its size, 0x0 where there is none.
    [[nodiscard]] cv::Size size() const {
        const auto one = window();
        if (!one) return {};
        const Owned<xcb_get_geometry_reply_t> at(
            xcb_get_geometry_reply(link_, xcb_get_geometry(link_, *one), nullptr));
        return at ? cv::Size(at->width, at->height) : cv::Size();
    }
    [[nodiscard]] std::string title() const {
        const auto cookie = xcb_get_property(link_, 0, *window(), XCB_ATOM_WM_NAME, XCB_ATOM_STRING, 0, 64);
        const Owned<xcb_get_property_reply_t> text(xcb_get_property_reply(link_, cookie, nullptr));
        return text ? std::string(static_cast<const char*>(xcb_get_property_value(text.get())),
                                  static_cast<std::size_t>(xcb_get_property_value_length(text.get())))
                    : std::string();
    }
    /// What the screen shows there: b, g, r, unused.
    [[nodiscard]] cv::Mat screenshot(int width, int height) const {
        const auto cookie =
            xcb_get_image(link_, XCB_IMAGE_FORMAT_Z_PIXMAP, root_, 0, 0, static_cast<std::uint16_t>(width),
                          static_cast<std::uint16_t>(height), ~std::uint32_t{0});
        const Owned<xcb_get_image_reply_t> image(xcb_get_image_reply(link_, cookie, nullptr));
        if (!image) return {};
        return cv::Mat(height, width, CV_8UC4, xcb_get_image_data(image.get())).clone();
    }
    void resize(int width, int height) const {
        const std::uint32_t values[] = {static_cast<std::uint32_t>(width),
                                        static_cast<std::uint32_t>(height)};
        xcb_configure_window(link_, *window(), XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT, values);
        xcb_flush(link_);
    }
    /// A key as the keyboard would send it: 'x', or 0xff1b for Esc.
    void press(xcb_keysym_t symbol) const {
        const xcb_setup_t* setup = xcb_get_setup(link_);
        const auto count = static_cast<std::uint8_t>(setup->max_keycode - setup->min_keycode + 1);
        const Owned<xcb_get_keyboard_mapping_reply_t> map(xcb_get_keyboard_mapping_reply(
            link_, xcb_get_keyboard_mapping(link_, setup->min_keycode, count), nullptr));
        REQUIRE(map);
        const xcb_keysym_t* symbols = xcb_get_keyboard_mapping_keysyms(map.get());
        for (int key = 0; key < count; ++key) {
            if (symbols[key * map->keysyms_per_keycode] != symbol) continue;
            xcb_key_press_event_t event{};
            event.response_type = XCB_KEY_PRESS;
            event.detail = static_cast<xcb_keycode_t>(setup->min_keycode + key);
            event.event = *window();
            event.root = root_;
            return send(XCB_EVENT_MASK_KEY_PRESS, &event, sizeof event);
        }
        FAIL("no such key");
    }
    /// The button that window managers draw.
    void press_close_button() const {
        xcb_client_message_event_t event{};
        event.response_type = XCB_CLIENT_MESSAGE;
        event.format = 32;
        event.window = *window();
        event.type = atom("WM_PROTOCOLS");
        event.data.data32[0] = atom("WM_DELETE_WINDOW");
        send(XCB_EVENT_MASK_NO_EVENT, &event, sizeof event);
    }

private:
    struct Free {
        void operator()(void* memory) const noexcept { std::free(memory); }
    };
    template <class T>
    using Owned = std::unique_ptr<T, Free>;
    [[nodiscard]] xcb_atom_t atom(const char* name) const {
        const auto cookie = xcb_intern_atom(link_, 0, static_cast<std::uint16_t>(std::strlen(name)), name);
        const Owned<xcb_intern_atom_reply_t> reply(xcb_intern_atom_reply(link_, cookie, nullptr));
        return reply ? reply->atom : static_cast<xcb_atom_t>(XCB_ATOM_NONE);
    }
    void send(std::uint32_t mask, const void* event, std::size_t size) const {
        std::array<char, 32> bytes{};  // every event is that long
        std::memcpy(bytes.data(), event, size);
        xcb_send_event(link_, 0, *window(), mask, bytes.data());
        xcb_flush(link_);
    }
    xcb_connection_t* link_;
    xcb_window_t root_ = 0;
};

}  // namespace vbg::test
