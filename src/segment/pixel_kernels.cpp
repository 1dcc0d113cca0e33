#include "segment/pixel_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

// This file is compiled once for each instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "segment/pixel_kernels.cpp"
// The order matters here.
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace vbg::segment::kernels {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using DF = hn::ScalableTag<float>;
using DI = hn::RebindToSigned<DF>;
using DB = hn::Rebind<std::uint8_t, DF>;
using VF = hn::Vec<DF>;
using VB = hn::Vec<DB>;

HWY_INLINE VF ToFloat(VB bytes) { return hn::ConvertTo(DF(), hn::PromoteTo(DI(), bytes)); }

HWY_INLINE void Store(VF value, std::uint8_t* out) {
    const VF scaled = hn::Mul(value, hn::Set(DF(), 255.F));
    hn::StoreU(hn::DemoteTo(DB(), hn::NearestInt(scaled)), DB(), out);
}
HWY_INLINE void Store(VF value, float* out) { hn::StoreU(value, DF(), out); }

void StoreOne(float value, std::uint8_t* out) { *out = static_cast<std::uint8_t>(std::lrint(value * 255.F)); }
void StoreOne(float value, float* out) { *out = value; }

HWY_INLINE VF Dot(const float (&weights)[3], VF c0, VF c1, VF c2) {
    const DF df;
    return hn::MulAdd(hn::Set(df, weights[2]), c2,
                      hn::MulAdd(hn::Set(df, weights[1]), c1, hn::Mul(hn::Set(df, weights[0]), c0)));
}

HWY_INLINE VF Key(VF c0, VF c1, VF c2, const ColorKey& key) {
    const DF df;
    VF u = Dot(key.u, c0, c1, c2), v = Dot(key.v, c0, c1, c2);
    if (key.relative) {
        const VF most = hn::Max(hn::Max(c0, c1), hn::Max(c2, hn::Set(df, key.dark)));
        u = hn::Div(u, most);
        v = hn::Div(v, most);
    }
    u = hn::Sub(u, hn::Set(df, key.key_u));
    v = hn::Sub(v, hn::Set(df, key.key_v));
    const VF distance = hn::Sqrt(hn::MulAdd(u, u, hn::Mul(v, v)));
    const VF alpha = hn::Mul(hn::Sub(distance, hn::Set(df, key.tolerance)), hn::Set(df, key.rise));
    return hn::Min(hn::Max(alpha, hn::Zero(df)), hn::Set(df, 1.F));
}

float KeyOne(const std::uint8_t* p, const ColorKey& key) {
    float u = 0, v = 0, most = key.dark;
    for (int c = 0; c < 3; ++c) {
        const float value = p[c];
        u += key.u[c] * value;
        v += key.v[c] * value;
        most = std::max(most, value);
    }
    if (key.relative) u /= most, v /= most;
    const float distance = std::hypot(u - key.key_u, v - key.key_v);
    return std::min(std::max((distance - key.tolerance) * key.rise, 0.F), 1.F);
}

template <class T>
void KeyRow(const std::uint8_t* pixels, int n, const ColorKey& key, T* out) {
    const int lanes = static_cast<int>(hn::Lanes(DF()));
    int x = 0;
    for (; x + lanes <= n; x += lanes) {
        VB c0, c1, c2;
        hn::LoadInterleaved3(DB(), pixels + 3 * static_cast<std::ptrdiff_t>(x), c0, c1, c2);
        Store(Key(ToFloat(c0), ToFloat(c1), ToFloat(c2), key), out + x);
    }
    for (; x < n; ++x) StoreOne(KeyOne(pixels + 3 * static_cast<std::ptrdiff_t>(x), key), out + x);
}

void KeyBytes(const std::uint8_t* pixels, int n, const ColorKey& key, std::uint8_t* out) {
    KeyRow(pixels, n, key, out);
}
void KeyFloats(const std::uint8_t* pixels, int n, const ColorKey& key, float* out) {
    KeyRow(pixels, n, key, out);
}

template <class T>
void ChangedRow(const std::uint8_t* a, const std::uint8_t* b, int n, const int* weights, int least, T* out) {
    const DF df;
    const float share[3] = {static_cast<float>(weights[0]), static_cast<float>(weights[1]),
                            static_cast<float>(weights[2])};
    const VF one = hn::Set(df, 1.F), bound = hn::Set(df, static_cast<float>(least));
    const int lanes = static_cast<int>(hn::Lanes(df));
    int x = 0;
    for (; x + lanes <= n; x += lanes) {
        const std::ptrdiff_t i = 3 * static_cast<std::ptrdiff_t>(x);
        VB a0, a1, a2, b0, b1, b2;
        hn::LoadInterleaved3(DB(), a + i, a0, a1, a2);
        hn::LoadInterleaved3(DB(), b + i, b0, b1, b2);
        const VF sum = Dot(share, hn::AbsDiff(ToFloat(a0), ToFloat(b0)),
                           hn::AbsDiff(ToFloat(a1), ToFloat(b1)), hn::AbsDiff(ToFloat(a2), ToFloat(b2)));
        Store(hn::IfThenElseZero(hn::Ge(sum, bound), one), out + x);
    }
    for (; x < n; ++x) {
        int sum = 0;
        for (int c = 0; c < 3; ++c) sum += weights[c] * std::abs(a[3 * x + c] - b[3 * x + c]);
        StoreOne(sum >= least ? 1.F : 0.F, out + x);
    }
}

void ChangedBytes(const std::uint8_t* a, const std::uint8_t* b, int n, const int* weights, int least,
                  std::uint8_t* out) {
    ChangedRow(a, b, n, weights, least, out);
}
void ChangedFloats(const std::uint8_t* a, const std::uint8_t* b, int n, const int* weights, int least,
                   float* out) {
    ChangedRow(a, b, n, weights, least, out);
}

}  // namespace HWY_NAMESPACE
}  // namespace vbg::segment::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vbg::segment::kernels {

HWY_EXPORT(KeyBytes);
HWY_EXPORT(KeyFloats);
HWY_EXPORT(ChangedBytes);
HWY_EXPORT(ChangedFloats);

void key_row(const std::uint8_t* pixels, int n, const ColorKey& key, std::uint8_t* out) {
    HWY_DYNAMIC_DISPATCH(KeyBytes)(pixels, n, key, out);
}
void key_row(const std::uint8_t* pixels, int n, const ColorKey& key, float* out) {
    HWY_DYNAMIC_DISPATCH(KeyFloats)(pixels, n, key, out);
}
void changed_row(const std::uint8_t* a, const std::uint8_t* b, int n, const int (&weights)[3], int least,
                 std::uint8_t* out) {
    HWY_DYNAMIC_DISPATCH(ChangedBytes)(a, b, n, weights, least, out);
}
void changed_row(const std::uint8_t* a, const std::uint8_t* b, int n, const int (&weights)[3], int least,
                 float* out) {
    HWY_DYNAMIC_DISPATCH(ChangedFloats)(a, b, n, weights, least, out);
}

}  // namespace vbg::segment::kernels
#endif
