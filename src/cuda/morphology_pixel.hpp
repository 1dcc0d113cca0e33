#pragma once
/// @file morphology_pixel.hpp  Dilation and erosion by rectangles and ellipses, bit for bit as
/// src/mask/morphology.cpp.
///
/// Rectangles: rows, then columns, by doubling in shared memory: the extremum over 2 m values is that of two
/// extrema over m, and the last step may overlap. Ellipses: the extrema over 1, 2, 4, ... values of each row
/// are kept in planes of their own, and each chord of the ellipse is two of them that overlap.

#include "cuda/words.hpp"

namespace vbg {
namespace cuda {

/// Longest side of a structuring element, pixels: mask::kMaxElement.
constexpr int kLongestElement = 255;

/// The larger or the smaller value; outside the picture lies what changes neither.
struct ExtremumOf {
    bool largest;

    VBG_HD int operator()(int a, int b) const { return (a > b) == largest ? a : b; }
    VBG_HD std::uint8_t operator()(std::uint8_t a, std::uint8_t b) const {
        return (a > b) == largest ? a : b;
    }
    VBG_HD std::uint8_t outside() const { return largest ? std::uint8_t{0} : std::uint8_t{255}; }
    /// Of each of four bytes.
    VBG_HD std::uint32_t four(std::uint32_t a, std::uint32_t b) const {
#ifdef __CUDA_ARCH__
        return largest ? __vmaxu4(a, b) : __vminu4(a, b);
#else
        std::uint32_t result = 0;
        for (unsigned shift = 0; shift < 32; shift += 8) {
            const auto byte = [shift](std::uint32_t word) {
                return static_cast<std::uint8_t>(word >> shift);
            };
            result |= static_cast<std::uint32_t>((*this)(byte(a), byte(b))) << shift;
        }
        return result;
#endif
    }
};

/// out[x] = extremum of in[x - left .. x - left + size - 1]. A block makes 512 pixels of one row. `out` is
/// another plane than `in`. Moves 2 bytes a pixel, and size / 512 for the ends of blocks.
struct SlideRow {
    static constexpr int kThreads = 256, kTile = 512;
    struct Shared {
        std::uint8_t row[2][kTile + kLongestElement];
    };
    ConstBytes in;
    Bytes out;
    int width, size, left;
    ExtremumOf extremum;

    VBG_HD int doublings() const { return floor_log2(size); }
    VBG_HD int phases() const { return 2 + doublings(); }
    VBG_HD void run(int phase, Shared& shared, int block_x, int y, int thread) const {
        const int first = block_x * kTile, last_phase = doublings() + 1;
        if (phase == 0) {
            for (int i = thread; i < kTile + size - 1; i += kThreads) {
                const int x = first - left + i;
                shared.row[0][i] = x >= 0 && x < width ? in.at(x, y) : extremum.outside();
            }
        } else if (phase < last_phase) {
            const int from_span = 1 << (phase - 1), to_span = 1 << phase;
            const std::uint8_t* from = shared.row[(phase - 1) % 2];
            for (int i = thread; i <= kTile + size - 1 - to_span; i += kThreads) {
                shared.row[phase % 2][i] = extremum(from[i], from[i + from_span]);
            }
        } else {
            const std::uint8_t* from = shared.row[doublings() % 2];
            const int rest = size - (1 << doublings());
            for (int i = thread; i < at_most(kTile, width - first); i += kThreads) {
                out.at(first + i, y) = extremum(from[i], from[i + rest]);
            }
        }
    }
};

/// out[y] = extremum of in[y - above .. y - above + size - 1], in tiles of 64 rows of 8 words of four pixels.
/// The rows of `in` are whole words at multiples of 4 bytes; out may be in only where that is a plane of its
/// own. Moves 2 bytes a pixel, and size / 64 for the ends of tiles.
struct SlideColumn {
    static constexpr int kThreads = 256, kWords = 8, kTile = 64;
    struct Shared {
        std::uint32_t row[2][kTile + kLongestElement][kWords];
    };
    ConstBytes in;
    Bytes out;
    int width, height, size, above;
    ExtremumOf extremum;

    VBG_HD int doublings() const { return floor_log2(size); }
    VBG_HD int phases() const { return 2 + doublings(); }
    VBG_HD std::uint32_t word_at(int x, int y) const {
        if (y < 0 || y >= height || x >= width) return 0x01010101U * extremum.outside();
        FourBytes four = FourBytes::load(in.row(y) + x, 4);
        std::uint32_t word = 0;
        for (unsigned i = 0; i < 4; ++i) word |= static_cast<std::uint32_t>(four.at[i]) << (8 * i);
        return word;
    }
    VBG_HD void run(int phase, Shared& shared, int block_x, int block_y, int thread) const {
        constexpr int kStep = kThreads / kWords;  // rows that are worked on at the same time
        const int word = thread % kWords, start = thread / kWords;
        const int x = 4 * (block_x * kWords + word), first = block_y * kTile, last_phase = doublings() + 1;
        if (phase == 0) {
            for (int i = start; i < kTile + size - 1; i += kStep) {
                shared.row[0][i][word] = word_at(x, first - above + i);
            }
        } else if (phase < last_phase) {
            const int from_span = 1 << (phase - 1), to_span = 1 << phase;
            const auto* from = shared.row[(phase - 1) % 2];
            for (int i = start; i <= kTile + size - 1 - to_span; i += kStep) {
                shared.row[phase % 2][i][word] = extremum.four(from[i][word], from[i + from_span][word]);
            }
        } else {
            const auto* from = shared.row[doublings() % 2];
            const int rest = size - (1 << doublings());
            for (int i = start; i < at_most(kTile, height - first) && x < width; i += kStep) {
                const std::uint32_t value = extremum.four(from[i][word], from[i + rest][word]);
                FourBytes four;
                for (unsigned k = 0; k < 4; ++k) four.at[k] = static_cast<std::uint8_t>(value >> (8 * k));
                four.store(out.row(first + i) + x, width - x);
            }
        }
    }
};

/// One pixel a thread. Moves 2 bytes a pixel.
struct CopyBytes {
    ConstBytes in;
    Bytes out;
    VBG_HD void operator()(int x, int y) const { out.at(x, y) = in.at(x, y); }
};

/// From extrema over `span` values of a row to those over twice as many. Moves 2 bytes a pixel.
struct DoubleSpan {
    ConstBytes in;
    Bytes out;
    int width, span;
    ExtremumOf extremum;
    VBG_HD void operator()(int x, int y) const {
        if (x + 2 * span <= width) out.at(x, y) = extremum(in.at(x, y), in.at(x + span, y));
    }
};

/// The rows of an ellipse: `length` pixels from column `start` on.
struct Chords {
    std::uint8_t start[kLongestElement] = {}, length[kLongestElement] = {};
};
/// Most planes of extrema: over 1, 2, 4, ... 128 values.
constexpr int kMostSpans = 8;

/// One pixel a thread, two values a chord. Moves 1 + 2 * size bytes a pixel, nearly all of them from the
/// cache.
struct MergeChords {
    ConstBytes span[kMostSpans];
    Bytes out;
    int width, height, size;
    ExtremumOf extremum;
    Chords chords;
    VBG_HD void operator()(int x, int y) const {
        std::uint8_t result = extremum.outside();
        for (int j = 0; j < size; ++j) {
            const int row = y - size / 2 + j, start = x - size / 2 + chords.start[j];
            const int first = at_least(start, 0), end = at_most(start + chords.length[j], width);
            if (row < 0 || row >= height || first >= end) continue;
            const int k = floor_log2(end - first);
            const std::uint8_t* values = span[k].row(row);
            result = extremum(result, extremum(values[first], values[end - (1 << k)]));
        }
        out.at(x, y) = result;
    }
};

struct MorphologyPlan {
    int width = 0, height = 0, size = 1;
    bool ellipse = false;
    Chords chords;  ///< of the ellipse, one for each of its rows
    ScratchPlan scratch;
    ScratchPlan::Part<std::uint8_t> planes[kMostSpans];

    MorphologyPlan() = default;
    MorphologyPlan(int w, int h, int element, bool is_ellipse)
        : width(w), height(h), size(element), ellipse(is_ellipse) {
        const int count = ellipse ? floor_log2(size) + 1 : 1;
        for (int i = 0; i < count; ++i) planes[i] = scratch.add<std::uint8_t>(w, h);
    }
};

/// One step. out may be in; `scratch` is plan.scratch.bytes() long.
template <class Launcher>
void morphology(const MorphologyPlan& plan, void* scratch, bool largest, ConstBytes in, Bytes out,
                Launcher&& launcher) {
    const int width = plan.width, height = plan.height, size = plan.size;
    const ExtremumOf extremum{largest};
    Bytes planes[kMostSpans];
    ConstBytes read[kMostSpans];
    for (int i = 0; i < kMostSpans; ++i) {
        planes[i] = plan.planes[i].in(scratch);
        read[i] = {planes[i].data, planes[i].stride};
    }
    if (!plan.ellipse) {
        launcher.blocks(div_up(width, SlideRow::kTile), height,
                        SlideRow{in, planes[0], width, size, size / 2, extremum});
        launcher.blocks(div_up(width, 4 * SlideColumn::kWords), div_up(height, SlideColumn::kTile),
                        SlideColumn{read[0], out, width, height, size, size / 2, extremum});
        return;
    }
    launcher.items(width, height, CopyBytes{in, planes[0]});
    for (int k = 0; k < floor_log2(size); ++k) {
        launcher.items(width, height, DoubleSpan{read[k], planes[k + 1], width, 1 << k, extremum});
    }
    MergeChords merge{{}, out, width, height, size, extremum, plan.chords};
    for (int i = 0; i < kMostSpans; ++i) merge.span[i] = read[i];
    launcher.items(width, height, merge);
}

}  // namespace cuda
}  // namespace vbg
