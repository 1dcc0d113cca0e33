#include "mask/guided_filter_kernels.hpp"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vbg/types.hpp>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mask/guided_filter_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace vbg::mask {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Vec = hn::Vec<Floats>;

HWY_INLINE Vec load(const float* p) { return hn::LoadU(Floats(), p); }
HWY_INLINE Vec constant(float v) { return hn::Set(Floats(), v); }

void AddBytes(const std::uint8_t* row, std::uint16_t* sums, int width) {
    const hn::ScalableTag<std::uint16_t> d;
    const hn::Rebind<std::uint8_t, decltype(d)> d8;
    const std::size_t n = hn::Lanes(d);
    const auto w = static_cast<std::size_t>(width);
    std::size_t x = 0;
    for (; x + n <= w; x += n) {
        hn::StoreU(hn::Add(hn::LoadU(d, sums + x), hn::PromoteTo(d, hn::LoadU(d8, row + x))), d, sums + x);
    }
    for (; x < w; ++x) sums[x] = static_cast<std::uint16_t>(sums[x] + row[x]);
}

void AddColors(const std::uint8_t* pixels, const std::array<std::uint16_t*, 3>& sums, int width) {
    const hn::ScalableTag<std::uint16_t> d;
    const hn::Rebind<std::uint8_t, decltype(d)> d8;
    const std::size_t n = hn::Lanes(d);
    const auto w = static_cast<std::size_t>(width);
    std::size_t x = 0;
    for (; x + n <= w; x += n) {
        auto a = hn::Zero(d8), b = a, c = a;
        hn::LoadInterleaved3(d8, pixels + 3 * x, a, b, c);
        hn::StoreU(hn::Add(hn::LoadU(d, sums[0] + x), hn::PromoteTo(d, a)), d, sums[0] + x);
        hn::StoreU(hn::Add(hn::LoadU(d, sums[1] + x), hn::PromoteTo(d, b)), d, sums[1] + x);
        hn::StoreU(hn::Add(hn::LoadU(d, sums[2] + x), hn::PromoteTo(d, c)), d, sums[2] + x);
    }
    for (; x < w; ++x) {
        for (std::size_t c = 0; c < 3; ++c) {
            sums[c][x] = static_cast<std::uint16_t>(sums[c][x] + pixels[3 * x + c]);
        }
    }
}

void Fold(std::uint16_t* sums, float* out, int count, int group, float scale) {
    const hn::ScalableTag<std::uint16_t> d;
    const std::size_t n = hn::Lanes(d);
    for (; group > 1; group /= 2) {
        const auto left = static_cast<std::size_t>(count) * static_cast<std::size_t>(group) / 2;
        std::size_t x = 0;
        for (; x + n <= left; x += n) {
            auto even = hn::Zero(d), odd = even;
            hn::LoadInterleaved2(d, sums + 2 * x, even, odd);
            hn::StoreU(hn::Add(even, odd), d, sums + x);
        }
        for (; x < left; ++x) sums[x] = static_cast<std::uint16_t>(sums[2 * x] + sums[2 * x + 1]);
    }
    for (int i = 0; i < count; ++i) out[i] = scale * static_cast<float>(sums[i]);
}

template <class F>
HWY_INLINE void for_vectors(int width, F&& f) {
    for (std::size_t x = 0; x < static_cast<std::size_t>(width); x += hn::Lanes(Floats())) f(x);
}

void SumWindow(const float* in, float* out, int width, int reach) {
    for_vectors(width, [&](std::size_t x) HWY_ATTR {
        auto sum = load(in + x - reach);
        for (int i = -reach + 1; i <= reach; ++i) sum = hn::Add(sum, load(in + x + i));
        hn::StoreU(sum, Floats(), out + x);
    });
}

HWY_INLINE void sum_products(const float* a, const float* b, float* out, int width, int reach) {
    for_vectors(width, [&](std::size_t x) HWY_ATTR {
        auto sum = hn::Mul(load(a + x - reach), load(b + x - reach));
        for (int i = -reach + 1; i <= reach; ++i) sum = hn::MulAdd(load(a + x + i), load(b + x + i), sum);
        hn::StoreU(sum, Floats(), out + x);
    });
}

void Weigh(GuideShape shape, const std::array<float*, kMostInputs>& inputs, int count, float confidence) {
    const auto n = static_cast<std::size_t>(shape.channels) + 1;  // guide and matte
    for_vectors(count, [&](std::size_t x) HWY_ATTR {
        const Vec p = load(inputs[n - 1] + x);
        const Vec unsure = hn::Mul(constant(4), hn::NegMulAdd(p, p, p));  // 1 - (2 p - 1)^2
        const Vec weight = hn::Max(hn::NegMulAdd(constant(confidence), unsure, constant(1)), constant(0.01F));
        for (std::size_t i = 0; i < n; ++i) {
            hn::StoreU(hn::Mul(weight, load(inputs[i] + x)), Floats(), inputs[n + i] + x);
        }
        hn::StoreU(weight, Floats(), inputs[2 * n] + x);
    });
}

/// Order: weight, guide, matte, guide * matte, matte * matte, products of channels (00 01 02 11 12 22).
void SumStatistics(GuideShape shape, const std::array<const float*, kMostInputs>& inputs, float* out,
                   std::ptrdiff_t stride, int width, int reach) {
    const auto n = static_cast<std::size_t>(shape.channels) + 1;
    const float* const* const weighted = inputs.data() + n;
    SumWindow(inputs[2 * n], out, width, reach);
    out += stride;
    for (std::size_t i = 0; i < n; ++i, out += stride) SumWindow(weighted[i], out, width, reach);
    for (std::size_t i = 0; i < n; ++i, out += stride) {
        sum_products(weighted[i], inputs[n - 1], out, width, reach);
    }
    for (std::size_t c = 0; c + 1 < n; ++c) {
        for (std::size_t k = c; k + 1 < n; ++k, out += stride) {
            sum_products(weighted[c], inputs[k], out, width, reach);
        }
    }
}

/// Symmetric positive definite 3 x 3 (or 1 x 1) system by LDL'.
template <int kChannels>
HWY_INLINE void solve_system(const Vec* s, const Vec* rhs, Vec floor, Vec* a) {
    if constexpr (kChannels == 1) {
        a[0] = hn::Div(rhs[0], s[0]);
    } else {
        const Vec d0 = s[0];
        const Vec l10 = hn::Div(s[1], d0);
        const Vec l20 = hn::Div(s[2], d0);
        const Vec d1 = hn::Max(hn::NegMulAdd(l10, s[1], s[3]), floor);
        const Vec t12 = hn::NegMulAdd(l10, s[2], s[4]);
        const Vec l21 = hn::Div(t12, d1);
        const Vec d2 = hn::Max(hn::NegMulAdd(l21, t12, hn::NegMulAdd(l20, s[2], s[5])), floor);
        const Vec y1 = hn::NegMulAdd(l10, rhs[0], rhs[1]);
        const Vec y2 = hn::NegMulAdd(l21, y1, hn::NegMulAdd(l20, rhs[0], rhs[2]));
        a[2] = hn::Div(y2, d2);
        a[1] = hn::NegMulAdd(l21, a[2], hn::Div(y1, d1));
        a[0] = hn::NegMulAdd(l20, a[2], hn::NegMulAdd(l10, a[1], hn::Div(rhs[0], d0)));
    }
}

template <int kChannels>
HWY_INLINE void solve_at(const float* const* rows, int count, std::ptrdiff_t stride, std::size_t x,
                         float* out, std::ptrdiff_t out_stride, float eps) {
    constexpr GuideShape kShape{kChannels};
    constexpr int kCount = kShape.statistics();
    constexpr int kPairs = kChannels * (kChannels + 1) / 2;
    const auto total = [&](int i) HWY_ATTR {
        Vec sum = load(rows[0] + i * stride + x);
        for (int r = 1; r < count; ++r) sum = hn::Add(sum, load(rows[r] + i * stride + x));
        return sum;
    };
    const Vec weight = total(0);
    const Vec inverse = hn::Div(constant(1), weight);
    Vec means[kCount];
    for (int i = 1; i < kCount; ++i) means[i] = hn::Mul(total(i), inverse);
    const Vec* const guide = means + 1;
    const Vec* const with_matte = guide + kChannels + 1;
    const Vec* const pairs = with_matte + kChannels + 1;
    const Vec p = guide[kChannels];
    const Vec variance_p = hn::NegMulAdd(p, p, with_matte[kChannels]);
    Vec covariance[kChannels], sigma[kPairs], a[kChannels];
    for (int c = 0, i = 0; c < kChannels; ++c) {
        covariance[c] = hn::NegMulAdd(guide[c], p, with_matte[c]);
        for (int k = c; k < kChannels; ++k, ++i) {
            sigma[i] = hn::NegMulAdd(guide[c], guide[k], pairs[i]);
            if (c == k) sigma[i] = hn::Add(hn::Max(sigma[i], constant(0)), constant(eps));
        }
    }
    solve_system<kChannels>(sigma, covariance, constant(0.5F * eps), a);
    // A flat matte has nothing to explain; rounding must not tilt it.
    const auto varies = hn::Gt(variance_p, constant(2e-6F));
    Vec offset = p;
    for (int c = 0; c < kChannels; ++c) {
        a[c] = hn::IfThenElseZero(varies, a[c]);
        offset = hn::NegMulAdd(a[c], guide[c], offset);
        hn::StoreU(hn::Mul(a[c], weight), Floats(), out + c * out_stride + x);
    }
    hn::StoreU(hn::Mul(offset, weight), Floats(), out + kChannels * out_stride + x);
    hn::StoreU(weight, Floats(), out + (kChannels + 1) * out_stride + x);
}

void Solve(GuideShape shape, const float* const* rows, int count, std::ptrdiff_t stride, float* out,
           std::ptrdiff_t out_stride, int width, float eps) {
    for_vectors(width, [&](std::size_t x) HWY_ATTR {
        if (shape.channels == 1) {
            solve_at<1>(rows, count, stride, x, out, out_stride, eps);
        } else {
            solve_at<3>(rows, count, stride, x, out, out_stride, eps);
        }
    });
}

void Average(GuideShape shape, const float* const* rows, int count, std::ptrdiff_t stride, float* out,
             std::ptrdiff_t out_stride, int width) {
    const int last = shape.averages();
    for_vectors(width, [&](std::size_t x) HWY_ATTR {
        const auto total = [&](int i) HWY_ATTR {
            Vec sum = load(rows[0] + i * stride + x);
            for (int r = 1; r < count; ++r) sum = hn::Add(sum, load(rows[r] + i * stride + x));
            return sum;
        };
        const Vec inverse = hn::Div(constant(1), total(last));
        for (int i = 0; i < last; ++i) {
            hn::StoreU(hn::Mul(total(i), inverse), Floats(), out + i * out_stride + x);
        }
    });
}

/// Twice the resolution: 3/4 of the nearest and 1/4 of the next nearest; the ends repeat.
HWY_INLINE void double_resolution(const float* in, float* out, int count) {
    const std::size_t n = hn::Lanes(Floats());
    const auto scalar = [&](int i) {
        const float here = 0.75F * in[i];
        out[2 * i] = here + 0.25F * in[std::max(i - 1, 0)];
        out[2 * i + 1] = here + 0.25F * in[std::min(i + 1, count - 1)];
    };
    scalar(0);
    int i = 1;
    for (; i + static_cast<int>(n) < count; i += static_cast<int>(n)) {
        const Vec here = hn::Mul(load(in + i), constant(0.75F));
        const Vec quarter = constant(0.25F);
        hn::StoreInterleaved2(hn::MulAdd(load(in + i - 1), quarter, here),
                              hn::MulAdd(load(in + i + 1), quarter, here), Floats(), out + 2 * i);
    }
    for (; i < count; ++i) scalar(i);
}

void Expand(const float* in, float* out, int count, int width, int factor) {
    float steps[2][kMaxSide + 64];
    int which = 0;
    for (; factor > 1; factor /= 2, count *= 2, which ^= 1) {
        double_resolution(in, steps[which], count);
        in = steps[which];
    }
    std::memcpy(out, in, static_cast<std::size_t>(width) * sizeof(float));
}

struct Row {
    const std::uint8_t* pixels;
    const float* upper;
    const float* lower;
    std::ptrdiff_t stride;
    float t;
    bool reversed;
    std::uint8_t* out;
};

using Bytes = hn::Rebind<std::uint8_t, Floats>;

HWY_INLINE Vec to_floats(hn::Vec<Bytes> v) {
    const hn::RebindToSigned<Floats> d32;
    return hn::ConvertTo(Floats(), hn::PromoteTo(d32, v));
}

template <int kChannels>
HWY_INLINE void apply_at(const Row& row, const std::uint8_t* pixels, std::uint8_t* out, std::size_t x) {
    const Bytes d8;
    const Vec t = constant(row.t);
    const auto coefficient = [&](int i) HWY_ATTR {
        const Vec a = load(row.upper + i * row.stride + x);
        return hn::MulAdd(t, hn::Sub(load(row.lower + i * row.stride + x), a), a);
    };
    auto c0 = hn::Zero(d8), c1 = c0, c2 = c0;
    hn::LoadInterleaved3(d8, pixels, c0, c1, c2);
    if (row.reversed) std::swap(c0, c2);
    const Vec i0 = to_floats(c0), i1 = to_floats(c1), i2 = to_floats(c2);
    // Everything times 255: slopes need no scaling then, only the offset.
    Vec q = hn::Mul(coefficient(kChannels), constant(255));
    if constexpr (kChannels == 1) {
        const Vec grey = hn::MulAdd(constant(0.25F), hn::Add(i0, i2), hn::Mul(constant(0.5F), i1));
        q = hn::MulAdd(coefficient(0), grey, q);
    } else {
        q = hn::MulAdd(coefficient(0), i0, q);
        q = hn::MulAdd(coefficient(1), i1, q);
        q = hn::MulAdd(coefficient(2), i2, q);
    }
    hn::StoreU(hn::DemoteTo(d8, hn::NearestInt(q)), d8, out);  // saturates
}

template <int kChannels>
void apply(const Row& row, int width) {
    const std::size_t n = hn::Lanes(Floats());
    const auto w = static_cast<std::size_t>(width);
    std::size_t x = 0;
    for (; x + n <= w; x += n) {
        apply_at<kChannels>(row, row.pixels + 3 * x, row.out + x, x);
    }
    if (x == w) return;
    alignas(64) std::uint8_t pixels[3 * HWY_MAX_BYTES] = {}, out[HWY_MAX_BYTES];
    std::memcpy(pixels, row.pixels + 3 * x, 3 * (w - x));
    apply_at<kChannels>(row, pixels, out, x);
    std::memcpy(row.out + x, out, w - x);
}

void ApplyGuide(GuideShape shape, const std::uint8_t* pixels, const float* upper, const float* lower,
                std::ptrdiff_t stride, float t, bool reversed, std::uint8_t* out, int width) {
    const Row row{pixels, upper, lower, stride, t, reversed, out};
    if (shape.channels == 1) return apply<1>(row, width);
    apply<3>(row, width);
}

}  // namespace HWY_NAMESPACE
}  // namespace vbg::mask
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vbg::mask {

HWY_EXPORT(AddBytes);
HWY_EXPORT(AddColors);
HWY_EXPORT(Fold);
HWY_EXPORT(SumWindow);
HWY_EXPORT(Weigh);
HWY_EXPORT(SumStatistics);
HWY_EXPORT(Solve);
HWY_EXPORT(Average);
HWY_EXPORT(Expand);
HWY_EXPORT(ApplyGuide);

void add_colors(const std::uint8_t* pixels, const std::array<std::uint16_t*, 3>& sums, int width) {
    HWY_DYNAMIC_DISPATCH(AddColors)(pixels, sums, width);
}
void add_bytes(const std::uint8_t* row, std::uint16_t* sums, int width) {
    HWY_DYNAMIC_DISPATCH(AddBytes)(row, sums, width);
}
void fold(std::uint16_t* sums, float* out, int count, int group, float scale) {
    HWY_DYNAMIC_DISPATCH(Fold)(sums, out, count, group, scale);
}
void weigh(GuideShape shape, const std::array<float*, kMostInputs>& inputs, int count, float confidence) {
    HWY_DYNAMIC_DISPATCH(Weigh)(shape, inputs, count, confidence);
}
void sum_statistics(GuideShape shape, const std::array<const float*, kMostInputs>& inputs, float* out,
                    std::ptrdiff_t stride, int width, int reach) {
    HWY_DYNAMIC_DISPATCH(SumStatistics)(shape, inputs, out, stride, width, reach);
}
void solve(GuideShape shape, const float* const* rows, int count, std::ptrdiff_t stride, float* out,
           std::ptrdiff_t out_stride, int width, float eps) {
    HWY_DYNAMIC_DISPATCH(Solve)(shape, rows, count, stride, out, out_stride, width, eps);
}
void sum_window(const float* in, float* out, int width, int reach) {
    HWY_DYNAMIC_DISPATCH(SumWindow)(in, out, width, reach);
}
void average(GuideShape shape, const float* const* rows, int count, std::ptrdiff_t stride, float* out,
             std::ptrdiff_t out_stride, int width) {
    HWY_DYNAMIC_DISPATCH(Average)(shape, rows, count, stride, out, out_stride, width);
}
void expand(const float* in, float* out, int count, int width, int factor) {
    HWY_DYNAMIC_DISPATCH(Expand)(in, out, count, width, factor);
}
void apply_guide(GuideShape shape, const std::uint8_t* pixels, const float* upper, const float* lower,
                 std::ptrdiff_t stride, float t, bool reversed, std::uint8_t* out, int width) {
    HWY_DYNAMIC_DISPATCH(ApplyGuide)(shape, pixels, upper, lower, stride, t, reversed, out, width);
}

}  // namespace vbg::mask
#endif
