#include <vbg/error.hpp>

namespace vbg {
inline namespace v0 {

Error::Error(Errc code, const std::string& what, int sys_errno)
    : std::runtime_error(what), code_(code), errno_(sys_errno) {}

Error::~Error() = default;

const char* to_string(Errc code) noexcept {
    switch (code) {
        case Errc::ok: return "ok";
        case Errc::invalid_argument: return "invalid_argument";
        case Errc::unsupported_format: return "unsupported_format";
        case Errc::wrong_state: return "wrong_state";
        case Errc::not_found: return "not_found";
        case Errc::io: return "io";
        case Errc::device: return "device";
        case Errc::model: return "model";
        case Errc::out_of_memory: return "out_of_memory";
        case Errc::not_built: return "not_built";
        case Errc::internal: return "internal";
    }
    return "unknown";
}

}  // namespace v0
}  // namespace vbg
