#pragma once
/// @file error.hpp  The one exception type of the library. C++17-clean, so that every part may include it.

#include <cstdint>
#include <stdexcept>
#include <string>

#include <vbg/export.hpp>

namespace vbg {
inline namespace v0 {

/// What went wrong, as a kind a program can branch on. The same list serves C++, C and Python.
/// Values are fixed for ever; new ones are appended.
enum class Errc : std::int32_t {
    ok = 0,
    invalid_argument = 1,    ///< a value the caller passed: wrong size, out of range, unknown parameter
    unsupported_format = 2,  ///< a pixel or mask format this stage does not take
    wrong_state = 3,         ///< called too early or too late, e.g. apply() before configure()
    not_found = 4,           ///< no such stage, file, model or device
    io = 5,                  ///< reading or writing failed; sys_errno() says why
    device = 6,              ///< camera, virtual camera or GPU
    model = 7,  ///< a network file that is broken, has no description, or gave nonsense (NaN, shape)
    out_of_memory = 8,
    not_built = 9,  ///< this build lacks the part; the text names the CMake option
    internal = 100,
};

/// Short fixed name of a code, e.g. "not_found". Never null. Thread-safe.
[[nodiscard]] VBG_API const char* to_string(Errc code) noexcept;

/// Thrown by everything in libvbg that can fail. The text names the object, what was wanted,
/// what was found, and how to mend it.
class VBG_API Error : public std::runtime_error {
public:
    Error(Errc code, const std::string& what, int sys_errno = 0);
    Error(const Error&) = default;
    Error& operator=(const Error&) = default;
    ~Error() override;
    [[nodiscard]] Errc code() const noexcept { return code_; }
    /// The errno of the failed system call, or 0 where none failed.
    [[nodiscard]] int sys_errno() const noexcept { return errno_; }

private:
    Errc code_;
    int errno_;
};

}  // namespace v0
}  // namespace vbg
