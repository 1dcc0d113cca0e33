#include <vbg/version.hpp>

#define VBG_TEXT_(x) #x
#define VBG_TEXT(x) VBG_TEXT_(x)

namespace vbg::inline v0 {

std::string_view version() noexcept {
    return VBG_TEXT(VBG_VERSION_MAJOR) "." VBG_TEXT(VBG_VERSION_MINOR) "." VBG_TEXT(VBG_VERSION_PATCH);
}

}  // namespace vbg::inline v0
