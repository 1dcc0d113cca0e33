#pragma once
/// @file picture_file.hpp  Loading and saving single pictures. The one place for it: sources, sinks and
/// effects all come here. Without OpenCV's imgcodecs (VBG_MEDIA=OFF) every function throws Error{not_built}.

#include <memory>
#include <string>

#include <vbg/frame.hpp>

namespace vbg {

/// Loads a picture whole or not at all: JPEG, PNG, BMP, WebP, TIFF, PNM. EXIF turns are applied, 16 bits
/// become 8, a palette becomes colours. Transparency is kept for rgba8 and bgra8 (of PNG, WebP and TIFF),
/// else dropped. Throws Error{not_found} (no such file), Error{io} (a folder, empty, truncated, not a
/// picture, sides over kMaxSide). Thread-safe.
[[nodiscard]] Frame load_picture(const std::string& path, PixelFormat format = PixelFormat::bgr8);

/// Saves a picture under its final name only when it is whole; what stood there is replaced in one step. The
/// file's ending chooses: .png, .jpg, .jpeg, .bmp, .webp, .tif, .tiff, .ppm. Any pixel format; transparency
/// is kept in .png, .webp and .tif. `quality` is that of .jpg and .webp, 1 to 100. Throws
/// Error{invalid_argument} (unknown ending, none), Error{not_found} (no such folder), Error{io}.
void save_picture(const std::string& path, const ConstFrameView& picture, int quality = 95);

/// Loads one picture after the other into the same memory. Reentrant.
class PictureReader {
public:
    PictureReader();
    ~PictureReader();
    PictureReader(const PictureReader&) = delete;
    PictureReader& operator=(const PictureReader&) = delete;
    /// As load_picture() in bgr8; the view is valid until the next call.
    [[nodiscard]] ConstFrameView read(const std::string& path);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Saves one picture after the other with the same memory. Reentrant.
class PictureWriter {
public:
    PictureWriter();
    ~PictureWriter();
    PictureWriter(const PictureWriter&) = delete;
    PictureWriter& operator=(const PictureWriter&) = delete;
    /// As save_picture().
    void write(const std::string& path, const ConstFrameView& picture, int quality);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Throws Error{invalid_argument} unless the ending is one that save_picture() knows.
void check_picture_ending(const std::string& path, std::string_view who);

/// For the registry: empty, or why pictures and films are not available in this build.
[[nodiscard]] std::string media_why_not();

}  // namespace vbg
