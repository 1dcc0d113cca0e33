#include "io/pipewire/entry.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "io/frame_packer.hpp"
#ifdef VBG_HAVE_PIPEWIRE
#    include "io/pipewire/sink.hpp"
#endif

namespace vbg {

namespace {

constexpr Parameter kPipewireParameters[] = {
    {"name", ParameterType::text, "vbg", "of the camera, as programs list it"},
    {"description", ParameterType::text, "name",
     "longer name for people, which most programs show; name: the same as the name"},
    {"format", ParameterType::choice, "auto",
     "pixels; auto: what each reader likes best, converted as it asks", "", 0, 0,
     "auto|yuyv|uyvy|i420|nv12|bgra8|rgba8|rgb8|bgr8|gray8"},
    kSinkFpsParameter,
    kMatrixParameter,
    kRangeParameter,
};

#ifdef VBG_HAVE_PIPEWIRE
Maker<Sink> pipewire_maker() {
    return [](const Parameters& p) { return std::make_unique<pipewire::PipeWireSink>(p); };
}
std::string why_no_pipewire() { return {}; }
#else
std::string why_no_pipewire() {
    return "not built: configure with -DVBG_PIPEWIRE=ON and libpipewire-0.3-dev";
}
Maker<Sink> pipewire_maker() {
    return [](const Parameters&) -> std::unique_ptr<Sink> {
        throw Error(Errc::not_built, "pipewire: " + why_no_pipewire());
    };
}
#endif

}  // namespace

StageEntry pipewire_sink_entry() {
    return {"pipewire", "A camera in PipeWire, for Wayland, Flatpak and machines without v4l2loopback",
            kPipewireParameters, pipewire_maker(), why_no_pipewire};
}

Finding diagnose_pipewire() {
    constexpr Severity info = Severity::info;  // one of several ways to have a camera
    const std::string missing = why_no_pipewire();
    if (!missing.empty())
        return {info, "virtual camera", "the sink pipewire, which needs no kernel module, is " + missing, {}};
    // NOLINTBEGIN(concurrency-mt-unsafe): as libpipewire does
    const char* folder = std::getenv("PIPEWIRE_RUNTIME_DIR");
    if (folder == nullptr) folder = std::getenv("XDG_RUNTIME_DIR");
    // NOLINTEND(concurrency-mt-unsafe)
    if (folder == nullptr)
        return {info, "virtual camera", "no PipeWire: XDG_RUNTIME_DIR is not set",
                "run this in a user's session for --sink pipewire, which needs no kernel module"};
    const std::string socket = std::string(folder) + "/pipewire-0";
    std::error_code ignored;
    if (!std::filesystem::exists(socket, ignored))
        return {info, "virtual camera", fmt::format("no PipeWire daemon runs: there is no {}", socket),
                "systemctl --user start pipewire wireplumber, for --sink pipewire, which needs no kernel "
                "module"};
    return {Severity::ok,
            "virtual camera",
            "PipeWire runs: --sink pipewire makes a camera without a kernel module",
            {}};
}

}  // namespace vbg
