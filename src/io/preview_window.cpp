// Straight to the X server: no toolkit, because those end the whole program when a display goes away, and
// want the main thread.
#include "io/preview_window.hpp"

#include <vbg/error.hpp>

#ifdef VBG_HAVE_PREVIEW

#    include <fmt/format.h>
#    include <xcb/xcb.h>

#    include <algorithm>
#    include <bit>
#    include <cmath>
#    include <cstdlib>
#    include <cstring>
#    include <opencv2/imgproc.hpp>
#    include <string_view>
#    include <vector>

#    include "core/mat.hpp"

namespace vbg {

namespace {

/// What the server and libxcb hand out is freed with free().
struct Free {
    void operator()(void* memory) const noexcept { std::free(memory); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

// Numbers of keys on every keyboard (keysymdef.h).
constexpr xcb_keysym_t kEscape = 0xff1b, kSmallQ = 'q', kLargeQ = 'Q';

constexpr const char* kWantDisplay =
    "wanted a graphical session (under Wayland one with Xwayland; over ssh: ssh -X); without one leave the "
    "preview out";

/// The largest picture of that shape in the middle of a window.
cv::Rect fitted(cv::Size picture, cv::Size window) {
    const double scale = std::min(static_cast<double>(window.width) / picture.width,
                                  static_cast<double>(window.height) / picture.height);
    const int w = std::clamp(static_cast<int>(std::lround(picture.width * scale)), 1, window.width);
    const int h = std::clamp(static_cast<int>(std::lround(picture.height * scale)), 1, window.height);
    return {(window.width - w) / 2, (window.height - h) / 2, w, h};
}

}  // namespace

struct PreviewWindow::Connection {
    xcb_connection_t* link = nullptr;
    const xcb_screen_t* screen = nullptr;
    xcb_window_t window = 0;
    xcb_gcontext_t pen = 0;
    xcb_atom_t protocols = 0, delete_window = 0;
    std::vector<xcb_keycode_t> closing_keys;
    bool mirror = false;
    cv::Mat canvas;  // the window's pixels: b, g, r, unused
    cv::Mat scaled;

    Connection() = default;
    ~Connection() { xcb_disconnect(link); }  // null is fine; the window goes with it
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void connect(const std::string& display);
    void need_pixels_of_four_bytes(const std::string& display) const;
    [[nodiscard]] xcb_atom_t atom(std::string_view name) const;
    void learn_keys();
    void make_window(const std::string& title, cv::Size size);
    [[nodiscard]] bool wants_to_close(const xcb_generic_event_t& event) const;
    void put() const;
};

void PreviewWindow::Connection::connect(const std::string& display) {
    const char* from_environment = std::getenv("DISPLAY");
    const bool choose = display == "auto";
    if (choose && (from_environment == nullptr || *from_environment == '\0')) {
        throw Error(Errc::device,
                    fmt::format("preview: there is no display: DISPLAY is not set; {}", kWantDisplay));
    }
    const std::string name = choose ? from_environment : display;
    int number = 0;
    link = xcb_connect(name.c_str(), &number);
    if (xcb_connection_has_error(link) != 0) {
        throw Error(Errc::device,
                    fmt::format("preview: display '{}' does not answer; {}", name, kWantDisplay));
    }
    auto screens = xcb_setup_roots_iterator(xcb_get_setup(link));
    for (; number > 0 && screens.rem > 1; --number) xcb_screen_next(&screens);
    screen = screens.data;
    need_pixels_of_four_bytes(name);
}

void PreviewWindow::Connection::need_pixels_of_four_bytes(const std::string& display) const {
    const xcb_setup_t* setup = xcb_get_setup(link);
    const auto order =
        std::endian::native == std::endian::little ? XCB_IMAGE_ORDER_LSB_FIRST : XCB_IMAGE_ORDER_MSB_FIRST;
    bool good = setup->image_byte_order == order && std::endian::native == std::endian::little;
    int bits = 0;
    for (auto f = xcb_setup_pixmap_formats_iterator(setup); f.rem > 0; xcb_format_next(&f)) {
        if (f.data->depth == screen->root_depth) bits = f.data->bits_per_pixel;
    }
    bool visual = false;
    for (auto d = xcb_screen_allowed_depths_iterator(screen); d.rem > 0; xcb_depth_next(&d)) {
        for (auto v = xcb_depth_visuals_iterator(d.data); v.rem > 0; xcb_visualtype_next(&v)) {
            if (v.data->visual_id != screen->root_visual) continue;
            visual =
                v.data->red_mask == 0xff0000 && v.data->green_mask == 0xff00 && v.data->blue_mask == 0xff;
        }
    }
    good = good && bits == 32 && visual;
    if (good) return;
    throw Error(
        Errc::device,
        fmt::format("preview: display '{}' has {} bits a pixel in {} planes; wanted 8 bits a colour in "
                    "32 (a screen of depth 24)",
                    display, bits, screen->root_depth));
}

xcb_atom_t PreviewWindow::Connection::atom(std::string_view name) const {
    const auto cookie = xcb_intern_atom(link, 0, static_cast<std::uint16_t>(name.size()), name.data());
    const Owned<xcb_intern_atom_reply_t> reply(xcb_intern_atom_reply(link, cookie, nullptr));
    return reply ? reply->atom : static_cast<xcb_atom_t>(XCB_ATOM_NONE);
}

void PreviewWindow::Connection::learn_keys() {
    closing_keys.clear();
    const xcb_setup_t* setup = xcb_get_setup(link);
    const auto count = static_cast<std::uint8_t>(setup->max_keycode - setup->min_keycode + 1);
    const Owned<xcb_get_keyboard_mapping_reply_t> map(xcb_get_keyboard_mapping_reply(
        link, xcb_get_keyboard_mapping(link, setup->min_keycode, count), nullptr));
    if (!map) return;
    const xcb_keysym_t* symbols = xcb_get_keyboard_mapping_keysyms(map.get());
    for (int key = 0; key < count; ++key) {
        for (int i = 0; i < map->keysyms_per_keycode; ++i) {
            const xcb_keysym_t symbol = symbols[key * map->keysyms_per_keycode + i];
            if (symbol != kEscape && symbol != kSmallQ && symbol != kLargeQ) continue;
            closing_keys.push_back(static_cast<xcb_keycode_t>(setup->min_keycode + key));
            break;
        }
    }
}

void PreviewWindow::Connection::make_window(const std::string& title, cv::Size size) {
    window = xcb_generate_id(link);
    const std::uint32_t values[] = {screen->black_pixel, XCB_EVENT_MASK_EXPOSURE |
                                                             XCB_EVENT_MASK_STRUCTURE_NOTIFY |
                                                             XCB_EVENT_MASK_KEY_PRESS};
    xcb_create_window(link, XCB_COPY_FROM_PARENT, window, screen->root, 0, 0,
                      static_cast<std::uint16_t>(size.width), static_cast<std::uint16_t>(size.height), 0,
                      XCB_WINDOW_CLASS_INPUT_OUTPUT, screen->root_visual,
                      XCB_CW_BACK_PIXEL | XCB_CW_EVENT_MASK, values);
    const auto text = [&](xcb_atom_t property, xcb_atom_t type, std::string_view value) {
        xcb_change_property(link, XCB_PROP_MODE_REPLACE, window, property, type, 8,
                            static_cast<std::uint32_t>(value.size()), value.data());
    };
    text(XCB_ATOM_WM_NAME, XCB_ATOM_STRING, title);
    text(atom("_NET_WM_NAME"), atom("UTF8_STRING"), title);
    text(XCB_ATOM_WM_CLASS, XCB_ATOM_STRING, std::string_view("vbg\0vbg\0", 8));  // instance, class
    protocols = atom("WM_PROTOCOLS");
    delete_window = atom("WM_DELETE_WINDOW");
    xcb_change_property(link, XCB_PROP_MODE_REPLACE, window, protocols, XCB_ATOM_ATOM, 32, 1, &delete_window);
    pen = xcb_generate_id(link);
    xcb_create_gc(link, pen, window, 0, nullptr);
    xcb_map_window(link, window);
    xcb_flush(link);
    canvas = cv::Mat::zeros(size, CV_8UC4);
}

bool PreviewWindow::Connection::wants_to_close(const xcb_generic_event_t& event) const {
    switch (event.response_type & 0x7f) {
        case XCB_KEY_PRESS: {
            const auto key = reinterpret_cast<const xcb_key_press_event_t&>(event).detail;
            return std::find(closing_keys.begin(), closing_keys.end(), key) != closing_keys.end();
        }
        case XCB_CLIENT_MESSAGE: {
            const auto& message = reinterpret_cast<const xcb_client_message_event_t&>(event);
            return message.type == protocols && message.data.data32[0] == delete_window;
        }
        case XCB_DESTROY_NOTIFY: return true;
        default: return false;
    }
}

void PreviewWindow::Connection::put() const {
    // A request has a largest size; a picture may need several.
    const std::size_t row = canvas.step[0];
    const std::size_t room = std::size_t{xcb_get_maximum_request_length(link)} * 4 - 64;
    const int rows = static_cast<int>(std::clamp<std::size_t>(room / row, 1, 32767));
    for (int y = 0; y < canvas.rows; y += rows) {
        const int n = std::min(rows, canvas.rows - y);
        xcb_put_image(link, XCB_IMAGE_FORMAT_Z_PIXMAP, window, pen, static_cast<std::uint16_t>(canvas.cols),
                      static_cast<std::uint16_t>(n), 0, static_cast<std::int16_t>(y), 0, screen->root_depth,
                      static_cast<std::uint32_t>(row * static_cast<std::size_t>(n)), canvas.ptr(y));
    }
    xcb_flush(link);
}

PreviewWindow::PreviewWindow(const std::string& title, const std::string& display, bool mirror, int width,
                             int height)
    : x_(std::make_unique<Connection>()) {
    x_->mirror = mirror;
    x_->connect(display);
    x_->learn_keys();
    const cv::Size screen(x_->screen->width_in_pixels * 9 / 10, x_->screen->height_in_pixels * 9 / 10);
    const cv::Size frame(width, height);
    const bool fits = width <= screen.width && height <= screen.height;
    x_->make_window(title, fits ? frame : fitted(frame, screen).size());
}

PreviewWindow::~PreviewWindow() = default;

int PreviewWindow::descriptor() const noexcept { return xcb_get_file_descriptor(x_->link); }

PreviewWindow::Event PreviewWindow::handle_events() {
    Event result = Event::none;
    while (const Owned<xcb_generic_event_t> event{xcb_poll_for_event(x_->link)}) {
        if (x_->wants_to_close(*event)) return Event::closed;
        switch (event->response_type & 0x7f) {
            case XCB_EXPOSE: result = Event::redraw; break;
            case XCB_MAPPING_NOTIFY: x_->learn_keys(); break;
            case XCB_CONFIGURE_NOTIFY: {
                const auto& now = reinterpret_cast<const xcb_configure_notify_event_t&>(*event);
                if (now.width == x_->canvas.cols && now.height == x_->canvas.rows) break;
                x_->canvas = cv::Mat::zeros(now.height, now.width, CV_8UC4);
                result = Event::redraw;
                break;
            }
            default: break;
        }
    }
    return xcb_connection_has_error(x_->link) != 0 ? Event::lost : result;
}

void PreviewWindow::show(const ConstFrameView& frame) {
    const cv::Mat picture = read_only_mat(frame);
    const cv::Rect place = fitted(picture.size(), x_->canvas.size());
    cv::Mat to = x_->canvas(place);
    if (place.size() == picture.size()) {
        cv::cvtColor(picture, to, cv::COLOR_BGR2BGRA);
    } else {
        const auto how = place.width < picture.cols ? cv::INTER_AREA : cv::INTER_LINEAR;
        cv::resize(picture, x_->scaled, place.size(), 0, 0, how);
        cv::cvtColor(x_->scaled, to, cv::COLOR_BGR2BGRA);
    }
    if (x_->mirror) cv::flip(to, to, 1);
    x_->put();
}

std::string preview_why_not() { return {}; }

}  // namespace vbg

#else

namespace vbg {

struct PreviewWindow::Connection {};

PreviewWindow::PreviewWindow(const std::string&, const std::string&, bool, int, int) {
    throw Error(Errc::not_built, "preview: " + preview_why_not());
}
PreviewWindow::~PreviewWindow() = default;
int PreviewWindow::descriptor() const noexcept { return -1; }
PreviewWindow::Event PreviewWindow::handle_events() { return Event::lost; }
void PreviewWindow::show(const ConstFrameView&) {}

std::string preview_why_not() {
    return "not built: install libxcb (Debian: libxcb1-dev) and configure with -DVBG_PREVIEW=ON";
}

}  // namespace vbg

#endif
