#include "io/quiet_media.hpp"

#ifdef VBG_HAVE_MEDIA

#    include <mutex>
#    include <opencv2/core/utils/logger.hpp>

extern "C" {
#    include <libavutil/log.h>
}

namespace vbg {

namespace {

struct Quiet {
    std::mutex mutex;
    int inside = 0;
    int av_level = AV_LOG_INFO;
    cv::utils::logging::LogLevel cv_level = cv::utils::logging::LOG_LEVEL_WARNING;
};
Quiet& quiet() {
    static Quiet instance;
    return instance;
}

}  // namespace

QuietMedia::QuietMedia() {
    const std::lock_guard lock(quiet().mutex);
    if (quiet().inside++ > 0) return;
    quiet().av_level = av_log_get_level();
    av_log_set_level(AV_LOG_QUIET);
    quiet().cv_level = cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
}

QuietMedia::~QuietMedia() {
    const std::lock_guard lock(quiet().mutex);
    if (--quiet().inside > 0) return;
    // OpenCV sets FFmpeg's level when it first uses it; what was set in between is theirs to keep.
    if (av_log_get_level() == AV_LOG_QUIET) av_log_set_level(quiet().av_level);
    cv::utils::logging::setLogLevel(quiet().cv_level);
}

}  // namespace vbg

#else

namespace vbg {

QuietMedia::QuietMedia() = default;
QuietMedia::~QuietMedia() = default;

}  // namespace vbg

#endif
