#pragma once
/// @file doctor.hpp  What on this machine keeps a virtual camera from working, in plain words.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <vbg/export.hpp>

namespace vbg::inline v0 {

enum class Severity : std::int32_t {
    ok = 0,       ///< as it should be
    info = 1,     ///< good to know
    warning = 2,  ///< works, but some programs will not like it
    error = 3,    ///< does not work
};
/// "ok", "info", "warning", "error". Thread-safe.
[[nodiscard]] VBG_API std::string_view to_string(Severity severity) noexcept;

/// One thing that was looked at.
struct Finding {
    Severity severity = Severity::ok;
    std::string topic;  ///< "virtual camera", "camera", "model", "gpu"
    std::string text;   ///< what was found
    std::string fix;    ///< the command or step that mends it; empty where nothing is to be mended
};

struct DoctorOptions {
    /// The virtual camera that is meant, a node; empty: every one there is.
    std::string sink;
    /// The camera that is meant, a node; empty: every one there is.
    std::string source;
};

/// Looks at modules, nodes and their capabilities and formats, permissions, who holds what, Secure Boot,
/// cameras and their modes, models and GPU. Changes nothing, starts no camera. Never throws for what it finds
/// wrong. Thread-safe.
[[nodiscard]] VBG_API std::vector<Finding> diagnose(const DoctorOptions& options = {});

}  // namespace vbg::inline v0
