#pragma once
/// @file camera.hpp  The cameras of this machine, for choosing one.

#include <string>
#include <string_view>
#include <vector>

#include <vbg/error.hpp>
#include <vbg/export.hpp>

namespace vbg::inline v0 {

/// One way a camera can be run. `format` is a value of the v4l2 source's parameter of that name, or the
/// camera's own name for a format that libvbg does not read.
struct CameraMode {
    std::string format;
    int width = 0, height = 0;          ///< pixels; the largest where a range is offered
    int min_width = 0, min_height = 0;  ///< less than the above where the camera offers a range of sizes
    std::vector<double> rates;  ///< frames a second, highest first; empty where the camera does not say
    bool readable = true;       ///< whether libvbg reads the format
};

/// A setting of a camera: a number, a switch (0, 1) or a choice, by the name that the v4l2 source's parameter
/// `controls` takes.
struct CameraControl {
    std::string name;
    int min = 0, max = 0, step = 0, value = 0;
};

struct Camera {
    std::string node;    ///< "/dev/video0"
    std::string name;    ///< "Integrated Camera"
    std::string by_id;   ///< lasting name, "/dev/v4l/by-id/..."; empty where there is none
    std::string driver;  ///< "uvcvideo"
    std::string bus;     ///< where it is plugged
    /// A virtual camera that some program feeds; `auto` does not take it.
    bool is_virtual = false;
    std::vector<CameraMode> modes;
    std::vector<CameraControl> controls;
};

/// Every node that gives pictures, in the order of their numbers. `problems` (may be null) gets a line for
/// each video node that could not be asked: what is wrong and what mends it. Opens each for a moment.
/// Thread-safe.
[[nodiscard]] VBG_API std::vector<Camera> list_cameras(std::vector<std::string>* problems = nullptr);

}  // namespace vbg::inline v0
