// vbg/c/base.h: version, log, process. (Status and messages are in guard.cpp.)
#include <string>
#include <vbg/log.hpp>
#include <vbg/process.hpp>
#include <vbg/version.hpp>

#include "guard.hpp"

using namespace vbg::capi;

namespace {

static_assert(VBG_LOG_DEBUG == static_cast<int>(vbg::LogLevel::debug));
static_assert(VBG_LOG_INFO == static_cast<int>(vbg::LogLevel::info));
static_assert(VBG_LOG_WARNING == static_cast<int>(vbg::LogLevel::warning));
static_assert(VBG_LOG_ERROR == static_cast<int>(vbg::LogLevel::error));

vbg::LogLevel log_level(int32_t level, const char* what) {
    if (level < VBG_LOG_DEBUG || level > VBG_LOG_ERROR) {
        refuse(std::string(what) + " is " + std::to_string(level) + "; wanted VBG_LOG_...");
    }
    return static_cast<vbg::LogLevel>(level);
}

}  // namespace

extern "C" {

uint32_t vbg_version(void) { return VBG_VERSION_NUMBER; }
const char* vbg_version_text(void) { return vbg::version().data(); }

vbg_status vbg_log_set_handler(vbg_log_fn handler, void* user, int32_t least) {
    return guard(__func__, [&] {
        const vbg::LogLevel level = log_level(least, "least");
        if (handler == nullptr) return vbg::set_log_handler({}, level);
        vbg::set_log_handler(
            [handler, user](vbg::LogLevel said, std::string_view text) {
                const InLogHandler here;
                handler(user, static_cast<int32_t>(said), std::string(text).c_str());
            },
            level);
    });
}

vbg_status vbg_log_write(int32_t level, const char* text) {
    return guard(__func__, [&] { vbg::log(log_level(level, "level"), need_text(text, "text")); });
}

vbg_status vbg_process_prepare(int32_t argc, char** argv) {
    return guard(__func__, [&] {
        if (argc < 1 || argv == nullptr) refuse("argc and argv are not main()'s own");
        vbg::prepare_process(argc, argv);
    });
}

}  // extern "C"
