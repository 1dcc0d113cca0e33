#pragma once
/// @file quiet_media.hpp  Keeps FFmpeg and OpenCV from writing to the standard error output by themselves.

namespace vbg {

/// Turns down what FFmpeg and OpenCV write to the standard error output, for the time of a scope.
/// Process-wide, so kept short; scopes of several threads may overlap. Thread-safe.
class QuietMedia {
public:
    QuietMedia();
    ~QuietMedia();
    QuietMedia(const QuietMedia&) = delete;
    QuietMedia& operator=(const QuietMedia&) = delete;
};

}  // namespace vbg
