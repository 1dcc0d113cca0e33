#pragma once
/// @file torch_laid_out.hpp  net::laid_out() for tests. No torch header.

#include <cstdint>
#include <vector>

namespace vbg::test {

/// A network's result, and what its description says.
struct Result {
    std::vector<std::int64_t> sides;
    std::vector<float> values;
    int channels = 1;        ///< as described
    bool is_float = true;    ///< else integers
    bool is_half = false;    ///< 16 bits each
    bool is_turned = false;  ///< its height and width are exchanged in memory
};

struct LaidOut {
    std::vector<std::vector<float>> values;  ///< as they lie in memory; empty where nothing is laid out
    int bad = -1;
};

[[nodiscard]] LaidOut laid_out(const std::vector<Result>& results);

}  // namespace vbg::test
