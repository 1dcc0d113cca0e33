#pragma once
/// @file preview_window.hpp  A window of the X display (X11, or Wayland with Xwayland) that shows frames.

#include <memory>
#include <string>

#include <vbg/frame.hpp>

namespace vbg {

/// Why there is no preview in this build; empty where there is.
[[nodiscard]] std::string preview_why_not();

/// One thread's. Nothing here waits for the user.
class PreviewWindow {
public:
    /// A window for frames of that size, smaller where the screen is. `display`: such as ":0"; auto: what
    /// the environment variable DISPLAY says. Throws Error{device} where there is no display or it cannot be
    /// drawn on, Error{not_built}.
    PreviewWindow(const std::string& title, const std::string& display, bool mirror, int width, int height);
    ~PreviewWindow();
    PreviewWindow(const PreviewWindow&) = delete;
    PreviewWindow& operator=(const PreviewWindow&) = delete;

    /// Readable when there is something for handle_events(). Shutting it down ends every wait in here.
    [[nodiscard]] int descriptor() const noexcept;

    enum class Event : std::uint8_t {
        none,
        redraw,  ///< the window is larger or smaller now, or was covered: show() again
        closed,  ///< by q, Esc or the window's button
        lost,    ///< the display has gone
    };
    /// All that has happened since the last call.
    [[nodiscard]] Event handle_events();
    /// Draws a bgr8 frame as large as the window allows, in the middle, black around it.
    void show(const ConstFrameView& frame);

private:
    struct Connection;
    std::unique_ptr<Connection> x_;
};

}  // namespace vbg
