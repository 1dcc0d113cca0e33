#include "custom.hpp"

#include <utility>

namespace vbg::capi {

void check_callback(const std::string& name, const char* what, vbg_status status, Failure before) {
    if (status == VBG_OK) return put_failure(std::move(before));
    const Failure failure = take_failure();
    const auto given = static_cast<Errc>(status);
    const bool known = std::string_view(to_string(given)) != "unknown";
    std::string text = name + ": " + what + ": ";
    if (!failure.text.empty()) {
        text += failure.text;
    } else {
        text += "the callback said " + (known ? to_string(given) : std::to_string(status)) +
                " and set no text; vbg_error_set() keeps one";
    }
    throw Error(known ? given : Errc::internal, text, failure.sys_errno);
}

std::string custom_name(const char* name) {
    std::string text(need_text(name, "name"));
    const bool letters = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
    if (text.empty() || text.size() > 64 || !letters) {
        refuse("name '" + text + "' is not snake_case of at most 64 letters");
    }
    return text;
}

}  // namespace vbg::capi
