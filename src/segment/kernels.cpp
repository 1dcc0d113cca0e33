#include "segment/kernels.hpp"

#include <algorithm>
#include <cmath>

// This file is compiled once for each instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "segment/kernels.cpp"
// The order matters here.
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/contrib/math/math-inl.h>
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace vbg::segment::kernels {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using DF = hn::ScalableTag<float>;
using VF = hn::Vec<DF>;

/// Calls body(i) for i = 0, N, 2N, ... and once more for an overlapping last piece, so that no value past n
/// is touched; shorter rows go to `single`.
template <class Body, class Single>
HWY_INLINE void ForRow(int n, Body body, Single single) {
    const int lanes = static_cast<int>(hn::Lanes(DF()));
    if (n < lanes) {
        for (int i = 0; i < n; ++i) single(i);
        return;
    }
    int i = 0;
    for (; i + lanes <= n; i += lanes) body(i);
    if (i < n) body(n - lanes);
}

HWY_INLINE VF LoadBytes(const std::uint8_t* p) {
    const DF df;
    const hn::RebindToSigned<DF> di;
    const hn::Rebind<std::uint8_t, DF> du8;
    return hn::ConvertTo(df, hn::PromoteTo(di, hn::LoadU(du8, p)));
}

void WeighRows(const std::uint8_t* const* rows, const float* weights, int count, int n, float* out) {
    const DF df;
    ForRow(
        n,
        [=](int i) HWY_ATTR {
            VF sum = hn::Mul(hn::Set(df, weights[0]), LoadBytes(rows[0] + i));
            for (int k = 1; k < count; ++k) {
                sum = hn::MulAdd(hn::Set(df, weights[k]), LoadBytes(rows[k] + i), sum);
            }
            hn::StoreU(sum, df, out + i);
        },
        [=](int i) {
            float sum = 0;
            for (int k = 0; k < count; ++k) sum += weights[k] * static_cast<float>(rows[k][i]);
            out[i] = sum;
        });
}

#if HWY_TARGET == HWY_SCALAR

void WeighPixels(const float* row, const Taps& x, const Normalise& normalise, float* out) {
    for (int i = 0; i < x.size(); ++i) {
        const float* p = row + 3 * static_cast<std::ptrdiff_t>(x.first[static_cast<std::size_t>(i)]);
        for (int c = 0; c < 3; ++c) {
            const int from = normalise.swap ? 2 - c : c;
            float sum = 0;
            for (int k = 0; k < x.count; ++k) sum += x.of(i)[k] * p[3 * k + from];
            out[3 * static_cast<std::ptrdiff_t>(i) + c] = sum * normalise.scale[c] + normalise.offset[c];
        }
    }
}

#else

/// One pixel (and a bystander) in a vector of four: three channels of any pixel are neighbours.
template <bool kSwap>
HWY_INLINE void WeighPixelsImpl(const float* row, const Taps& x, const Normalise& normalise, float* out) {
    const hn::FixedTag<float, 4> d4;
    const auto scale = hn::LoadU(d4, normalise.scale), offset = hn::LoadU(d4, normalise.offset);
    const int count = x.count, size = x.size();
    const std::int32_t* first = x.first.data();
    const float* weights = x.weights.data();
    for (int i = 0; i < size; ++i, weights += count) {
        const float* p = row + 3 * static_cast<std::ptrdiff_t>(first[i]);
        float* to = out + 3 * static_cast<std::ptrdiff_t>(i);
        auto sum = hn::Mul(hn::Set(d4, weights[0]), hn::LoadU(d4, p));
        for (int k = 1; k < count; ++k) {
            sum = hn::MulAdd(hn::Set(d4, weights[k]), hn::LoadU(d4, p + 3 * k), sum);
        }
        // c0 c1 c2 x -> x c2 c1 c0 -> c2 c1 c0 x
        if (kSwap) sum = hn::Shuffle0321(hn::Shuffle0123(sum));
        sum = hn::MulAdd(sum, scale, offset);
        if (i + 1 < size) {
            hn::StoreU(sum, d4, to);  // the fourth value is overwritten by the next pixel
        } else {
            float last[4];
            hn::StoreU(sum, d4, last);
            std::copy_n(last, 3, to);
        }
    }
}

void WeighPixels(const float* row, const Taps& x, const Normalise& normalise, float* out) {
    normalise.swap ? WeighPixelsImpl<true>(row, x, normalise, out)
                   : WeighPixelsImpl<false>(row, x, normalise, out);
}

#endif

HWY_INLINE VF Blend(const float* a, const float* b, VF fraction, int i) {
    const DF df;
    const VF low = hn::LoadU(df, a + i);
    // low - f low + f high: exact at both ends.
    return hn::MulAdd(fraction, hn::LoadU(df, b + i), hn::NegMulAdd(fraction, low, low));
}

float BlendOne(float a, float b, float fraction) { return a - fraction * a + fraction * b; }

void LerpRows(const float* a, const float* b, float fraction, int n, float* out) {
    const DF df;
    const VF f = hn::Set(df, fraction);
    ForRow(
        n, [=](int i) HWY_ATTR { hn::StoreU(Blend(a, b, f, i), df, out + i); },
        [=](int i) { out[i] = BlendOne(a[i], b[i], fraction); });
}

void LerpColumns(const float* row, const Lerp& x, float* out) {
    const DF df;
    const hn::RebindToSigned<DF> di;
    const std::int32_t* low = x.low.data();
    const float* fraction = x.fraction.data();
    ForRow(
        x.size(),
        [=](int i) HWY_ATTR {
            const auto at = hn::LoadU(di, low + i);
            const VF f = hn::LoadU(df, fraction + i);
            const VF a = hn::GatherIndex(df, row, at);
            const VF b = hn::GatherIndex(df, row + 1, at);
            hn::StoreU(hn::MulAdd(f, b, hn::NegMulAdd(f, a, a)), df, out + i);
        },
        [=](int i) { out[i] = BlendOne(row[low[i]], row[low[i] + 1], fraction[i]); });
}

void Sigmoid(float* v, int n) {
    const DF df;
    const VF one = hn::Set(df, 1.F);
    const int lanes = static_cast<int>(hn::Lanes(df));
    int i = 0;
    for (; i + lanes <= n; i += lanes) {
        // exp() of at most 88 stays finite; smaller probabilities than e^-88 do not matter.
        const VF x = hn::Min(hn::Neg(hn::LoadU(df, v + i)), hn::Set(df, 88.F));
        hn::StoreU(hn::Div(one, hn::Add(one, hn::Exp(df, x))), df, v + i);
    }
    for (; i < n; ++i) v[i] = 1.F / (1.F + std::exp(std::min(-v[i], 88.F)));
}

HWY_INLINE VF Finish(VF p, const ToMatte& how) {
    const DF df;
    const VF zero = hn::Zero(df), one = hn::Set(df, 1.F);
    if (how.hard) return hn::IfThenElse(hn::Gt(p, hn::Set(df, how.threshold)), one, zero);
    return hn::Min(hn::Max(hn::MulAdd(p, hn::Set(df, how.scale), hn::Set(df, how.offset)), zero), one);
}

float FinishOne(float p, const ToMatte& how) {
    if (how.hard) return p > how.threshold ? 1.F : 0.F;
    return std::min(std::max(p * how.scale + how.offset, 0.F), 1.F);
}

void FinishBytes(const float* a, const float* b, float fraction, int n, const ToMatte& how,
                 std::uint8_t* out) {
    const DF df;
    const VF f = hn::Set(df, fraction);
    const hn::Rebind<std::uint8_t, DF> du8;
    ForRow(
        n,
        [&](int i) HWY_ATTR {
            const VF v = hn::Mul(Finish(Blend(a, b, f, i), how), hn::Set(df, 255.F));
            hn::StoreU(hn::DemoteTo(du8, hn::NearestInt(v)), du8, out + i);
        },
        [&](int i) {
            const float v = FinishOne(BlendOne(a[i], b[i], fraction), how) * 255.F;
            out[i] = static_cast<std::uint8_t>(std::lrint(v));
        });
}

void FinishFloats(const float* a, const float* b, float fraction, int n, const ToMatte& how, float* out) {
    const DF df;
    const VF f = hn::Set(df, fraction);
    ForRow(
        n, [&](int i) HWY_ATTR { hn::StoreU(Finish(Blend(a, b, f, i), how), df, out + i); },
        [&](int i) { out[i] = FinishOne(BlendOne(a[i], b[i], fraction), how); });
}

}  // namespace HWY_NAMESPACE
}  // namespace vbg::segment::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vbg::segment::kernels {

HWY_EXPORT(WeighRows);
HWY_EXPORT(WeighPixels);
HWY_EXPORT(LerpRows);
HWY_EXPORT(LerpColumns);
HWY_EXPORT(Sigmoid);
HWY_EXPORT(FinishBytes);
HWY_EXPORT(FinishFloats);

void weigh_rows(const std::uint8_t* const* rows, const float* weights, int count, int n, float* out) {
    HWY_DYNAMIC_DISPATCH(WeighRows)(rows, weights, count, n, out);
}

void weigh_pixels(const float* row, const Taps& x, const Normalise& normalise, float* out) {
    HWY_DYNAMIC_DISPATCH(WeighPixels)(row, x, normalise, out);
}

void lerp_rows(const float* a, const float* b, float fraction, int n, float* out) {
    HWY_DYNAMIC_DISPATCH(LerpRows)(a, b, fraction, n, out);
}

void lerp_columns(const float* row, const Lerp& x, float* out) {
    HWY_DYNAMIC_DISPATCH(LerpColumns)(row, x, out);
}

void sigmoid(float* v, int n) { HWY_DYNAMIC_DISPATCH(Sigmoid)(v, n); }

void finish_row(const float* a, const float* b, float fraction, int n, const ToMatte& how,
                std::uint8_t* out) {
    HWY_DYNAMIC_DISPATCH(FinishBytes)(a, b, fraction, n, how, out);
}

void finish_row(const float* a, const float* b, float fraction, int n, const ToMatte& how, float* out) {
    HWY_DYNAMIC_DISPATCH(FinishFloats)(a, b, fraction, n, how, out);
}

}  // namespace vbg::segment::kernels
#endif
