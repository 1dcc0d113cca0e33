#pragma once
/// @file diagnosis.hpp  Why a call on a video node failed, in plain words, with what mends it.

#include <string>
#include <string_view>

#include <vbg/error.hpp>

#include "io/v4l2/machine.hpp"

namespace vbg::v4l2 {

/// What a node is used for; the advice differs.
enum class Role { camera, virtual_camera };

/// One failed call on a node.
struct Failure {
    std::string node;       ///< "/dev/video0"
    std::string_view call;  ///< "open", "VIDIOC_S_FMT"
    std::string doing;      ///< what it was for: "set 1280x720 YUYV"; empty: nothing to add
    int error = 0;          ///< errno, positive
    Role role = Role::camera;
};

/// The programs that have the node open, "obs (process 4711), firefox (process 815)"; this process is left
/// out. Empty where there are none, or none that this user may see.
std::string list_holders(Kernel& kernel, const std::string& node);

/// What the errno means here, and what mends it; both empty where nothing is known of it. It looks at the
/// machine (who holds the node, which group owns it), so it is for when something has failed. Thread-safe.
Advice advise(Kernel& kernel, const Failure& failure);
/// The same as one text.
std::string diagnose(Kernel& kernel, const Failure& failure);

/// The error to throw: code not_found where there is no such node, else device; sys_errno() is `error`; the
/// text has the node, what was being done, the call, and the diagnosis.
Error failure_error(Kernel& kernel, const Failure& failure);

}  // namespace vbg::v4l2
