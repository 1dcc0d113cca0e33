#pragma once
/// @file plane.hpp  Working memory of a stage: rows of numbers, allocated in configure() and kept.

#include <fmt/format.h>
#include <hwy/aligned_allocator.h>

#include <cstddef>
#include <cstring>
#include <vbg/context.hpp>
#include <vbg/error.hpp>
#include <vbg/types.hpp>

namespace vbg::mask {

/// Bytes that a kernel may read or write past the end of a row: one vector of the widest target.
inline constexpr std::size_t kRowSlack = 64;

/// `height` rows of `width` T. Each row begins at a multiple of 64 bytes and has kRowSlack bytes behind it,
/// so kernels need no special last vector. The numbers are NOT initialised: pages that no frame touches cost
/// no memory.
template <class T>
class Plane {
public:
    /// Keeps the memory if it is large enough. Throws Error{out_of_memory}.
    void resize(int width, int height) {
        constexpr std::size_t kAlign = 64 / sizeof(T);
        const auto w = static_cast<std::size_t>(width) + kRowSlack / sizeof(T);
        stride_ = (w + kAlign - 1) / kAlign * kAlign;
        const std::size_t wanted = stride_ * static_cast<std::size_t>(height);
        if (wanted <= size_) return;
        data_.reset();
        size_ = 0;
        data_ = hwy::AllocateAligned<T>(wanted);
        if (!data_) {
            throw Error(Errc::out_of_memory,
                        fmt::format("no memory for {} rows of {} values ({} bytes); use a smaller frame",
                                    height, width, wanted * sizeof(T)));
        }
        size_ = wanted;
    }
    [[nodiscard]] T* row(int y) noexcept { return data_.get() + static_cast<std::size_t>(y) * stride_; }
    [[nodiscard]] const T* row(int y) const noexcept {
        return data_.get() + static_cast<std::size_t>(y) * stride_;
    }
    /// Items, not bytes, from one row to the next.
    [[nodiscard]] std::ptrdiff_t stride() const noexcept { return static_cast<std::ptrdiff_t>(stride_); }

private:
    hwy::AlignedFreeUniquePtr<T[]> data_;
    std::size_t stride_ = 0, size_ = 0;
};

inline const std::uint8_t* bytes(const ConstMaskView& view, int y) noexcept {
    return reinterpret_cast<const std::uint8_t*>(view.row(y));
}
inline std::uint8_t* bytes(const MaskView& view, int y) noexcept {
    return reinterpret_cast<std::uint8_t*>(view.row(y));
}

/// Rows a piece should have so that each thread gets one: for kernels with a costly start at each piece.
inline int one_piece_a_thread(int rows, const Context& context, int at_least) noexcept {
    const int share = (rows + context.threads() - 1) / context.threads();
    return share > at_least ? share : at_least;
}

inline void copy_rows(const ConstMaskView& in, Plane<std::uint8_t>& out, Context& context) {
    context.parallel_rows(in.height, 64, [&](int first, int last) {
        for (int y = first; y < last; ++y) {
            std::memcpy(out.row(y), bytes(in, y), static_cast<std::size_t>(in.width));
        }
    });
}

}  // namespace vbg::mask
