// vbg::list_cameras(): what cameras.hpp, modes.hpp and controls.hpp know, in public types.
#include <vbg/camera.hpp>

#include "io/v4l2/cameras.hpp"
#include "io/v4l2/controls.hpp"
#include "io/v4l2/device.hpp"

namespace vbg::v4l2 {

namespace {

std::vector<CameraMode> modes_of(const VideoNode& node) {
    std::vector<CameraMode> modes;
    for (const v4l2_fmtdesc& offered : node.formats(node.capabilities().capture_type())) {
        const Format* format = find_format(offered.pixelformat);
        for (const Sizes& size : node.sizes(offered.pixelformat)) {
            CameraMode mode;
            mode.format = format != nullptr ? std::string(format->name) : fourcc_text(offered.pixelformat);
            mode.readable = format != nullptr;
            mode.width = static_cast<int>(size.width.max);
            mode.height = static_cast<int>(size.height.max);
            mode.min_width = static_cast<int>(size.width.min);
            mode.min_height = static_cast<int>(size.height.min);
            for (const Rates& rate : node.rates(offered.pixelformat, size.width.max, size.height.max))
                mode.rates.push_back(rate.max);
            modes.push_back(std::move(mode));
        }
    }
    return modes;
}

}  // namespace

}  // namespace vbg::v4l2

namespace vbg::inline v0 {

std::vector<Camera> list_cameras(std::vector<std::string>* problems) {
    std::vector<Camera> cameras;
    v4l2::Kernel& kernel = v4l2::system_kernel();
    for (const v4l2::CameraNode& found : v4l2::list_camera_nodes(kernel, problems)) {
        Camera camera{found.path, found.card, found.by_id, found.driver, found.bus, found.loopback, {}, {}};
        try {
            const v4l2::VideoNode node(kernel, found.path);
            camera.modes = v4l2::modes_of(node);
            for (const v4l2::ControlInfo& c : v4l2::list_controls(node))
                camera.controls.push_back({c.name, c.min, c.max, c.step, c.value});
        } catch (const Error& e) {
            // Gone in the meantime.
            if (problems != nullptr) problems->emplace_back(e.what());
            continue;
        }
        cameras.push_back(std::move(camera));
    }
    return cameras;
}

}  // namespace vbg::inline v0
