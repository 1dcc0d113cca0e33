#pragma once
/// @file mjpeg.hpp  Motion-JPEG frames, decoded straight to I420 planes with libjpeg-turbo.

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include <vbg/types.hpp>

namespace vbg::v4l2 {

/// Decodes camera JPEGs of one size. No colour conversion and no scaling: the decoder's own planes are the
/// picture. Chroma of 4:2:2 and 4:4:4 pictures is averaged to 4:2:0; a grey picture gets neutral chroma.
/// Frames without Huffman tables, as many webcams send them, get the standard ones. Movable, reentrant.
class JpegDecoder {
public:
    /// Whether libvbg was built with libjpeg; decode() throws Error{not_built} where not.
    static bool available() noexcept;

    JpegDecoder(int width, int height);
    ~JpegDecoder();
    JpegDecoder(JpegDecoder&&) noexcept;
    JpegDecoder& operator=(JpegDecoder&&) noexcept;

    /// Decodes one frame; the picture lies in frame() until the next call. False where the data are damaged,
    /// cut off or of another size; why() then says so. A picture that could be decoded only in part counts as
    /// damaged. Bytes between or after the parts of the file, which many cameras leave there, do not.
    bool decode(std::span<const std::byte> jpeg);
    /// I420 in kJpegColor; rows are padded.
    [[nodiscard]] ConstFrameView frame() const noexcept;
    [[nodiscard]] const std::string& why() const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace vbg::v4l2
