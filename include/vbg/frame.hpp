#pragma once
/// @file frame.hpp  Owners of pixels: Frame, Mask and a pool of frames. Everything else borrows from them.

#include <memory>
#include <vector>

#include <vbg/error.hpp>
#include <vbg/types.hpp>

namespace vbg::inline v0 {

/// Frees what Frame and Mask own.
struct VBG_API PixelFree {
    Device device;
    void operator()(std::byte* memory) const noexcept;
};

/// A picture that owns its pixels: in host memory, on a GPU (DeviceType::cuda), or in host memory that a GPU
/// reads and writes by itself (cuda_host, pinned). Rows start at multiples of 64 bytes, on a GPU of 256.
/// Movable, not copyable (copy with copy_pixels()); let the streams that use it finish before it goes.
/// Reentrant.
class VBG_API Frame {
public:
    Frame() = default;
    /// Allocates in host memory; the pixels are zero. Throws Error{invalid_argument, out_of_memory}.
    Frame(int width, int height, PixelFormat format, ColorSpec color = {});
    /// Allocates on spec.device; the pixels are zero. Throws Error{invalid_argument, out_of_memory, device,
    /// not_built}.
    explicit Frame(const FrameSpec& spec);

    [[nodiscard]] bool empty() const noexcept { return view_.width == 0; }
    [[nodiscard]] int width() const noexcept { return view_.width; }
    [[nodiscard]] int height() const noexcept { return view_.height; }
    [[nodiscard]] PixelFormat format() const noexcept { return view_.format; }
    /// Valid as long as this frame lives and is not moved from.
    [[nodiscard]] FrameView view() noexcept { return view_; }
    [[nodiscard]] ConstFrameView view() const noexcept { return view_; }
    /// Set what travels with the pixels.
    void stamp(std::chrono::nanoseconds timestamp, std::uint64_t sequence) noexcept {
        view_.timestamp = timestamp;
        view_.sequence = sequence;
    }

private:
    std::unique_ptr<std::byte, PixelFree> storage_;
    FrameView view_{};
};

/// A matte that owns its values; where it may lie is said at Frame. Movable, reentrant.
class VBG_API Mask {
public:
    Mask() = default;
    /// Allocates; all values are 0 (background). Throws Error{invalid_argument, out_of_memory, device,
    /// not_built}.
    Mask(int width, int height, MaskFormat format = MaskFormat::u8, const Device& device = {});

    [[nodiscard]] bool empty() const noexcept { return view_.width == 0; }
    [[nodiscard]] int width() const noexcept { return view_.width; }
    [[nodiscard]] int height() const noexcept { return view_.height; }
    [[nodiscard]] MaskView view() noexcept { return view_; }
    [[nodiscard]] ConstMaskView view() const noexcept { return view_; }

private:
    std::unique_ptr<std::byte, PixelFree> storage_;
    MaskView view_{};
};

/// Copies pixels row by row; same size and format, else Error{invalid_argument}. Also time and number.
VBG_API void copy_pixels(const ConstFrameView& from, const FrameView& to);
VBG_API void copy_pixels(const ConstMaskView& from, const MaskView& to);
/// Fills a packed 8-bit RGB/BGR(A) or grey frame with one colour (grey: BT.601 luma of it).
VBG_API void fill(const FrameView& frame, std::uint8_t r, std::uint8_t g, std::uint8_t b);
/// Fills a matte with one value: 0 = background .. 255 = foreground (u8), or that / 255 (f32).
VBG_API void fill(const MaskView& mask, std::uint8_t value);

/// Converts between any two pixel formats of the same size, in host memory (libyuv). YUV numbers are read
/// and written as each view's ColorSpec says. Chroma is averaged on the way to YUV and repeated or
/// interpolated on the way back (within 2 levels of the standard's formula; saturated blue of limited-range
/// BT.709 within 14, libyuv's coefficients being too small there); alpha is dropped, or set to 255. Copies
/// when the formats are equal. Throws Error{invalid_argument, unsupported_format}. Thread-safe.
VBG_API void convert(const ConstFrameView& from, const FrameView& to);

/// A fixed number of equal frames, lent and returned. acquire() never allocates. Thread-safe.
class VBG_API FramePool {
public:
    FramePool(const FrameSpec& spec, int count);
    ~FramePool();
    FramePool(const FramePool&) = delete;
    FramePool& operator=(const FramePool&) = delete;

    /// A borrowed frame; goes back to the pool when the lease is destroyed. A lease may outlive the pool
    /// object.
    class VBG_API Lease {
    public:
        Lease() = default;
        Lease(Lease&& other) noexcept;
        Lease& operator=(Lease&& other) noexcept;
        ~Lease();
        explicit operator bool() const noexcept { return frame_ != nullptr; }
        Frame& operator*() const noexcept { return *frame_; }
        Frame* operator->() const noexcept { return frame_; }

    private:
        friend class FramePool;
        struct Shared;
        Lease(std::shared_ptr<Shared> shared, Frame* frame) noexcept;
        std::shared_ptr<Shared> shared_;
        Frame* frame_ = nullptr;
    };
    /// An idle frame, or an empty lease when all are lent.
    [[nodiscard]] Lease acquire();
    [[nodiscard]] int available() const;

private:
    std::shared_ptr<Lease::Shared> shared_;
};

}  // namespace vbg::inline v0
