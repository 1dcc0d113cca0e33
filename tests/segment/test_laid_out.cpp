// How a recording leaves a network's results: as they are handed on, and with a word on whether they are
// numbers.
#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "support/torch_laid_out.hpp"

using vbg::test::laid_out;
using vbg::test::LaidOut;
using vbg::test::Result;

namespace {
using Values = std::vector<float>;
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN(),
                kInfinity = std::numeric_limits<float>::infinity();
}  // namespace

TEST_CASE("results are laid out row by row, a pixel's channels together") {
    const Values two_by_two = {1, 2, 3, 4};
    for (const bool turned : {false, true}) {
        for (const bool half : {false, true}) {
            CAPTURE(turned);
            CAPTURE(half);
            const LaidOut got =
                laid_out({Result{{1, 1, 2, 2}, two_by_two, 1, true, half, turned},
                          Result{{1, 2, 1, 3}, {1, 2, 3, 10, 20, 30}, 2, true, half, turned}});
            REQUIRE(got.values.size() == 2);
            CHECK(got.values[0] == two_by_two);
            CHECK(got.values[1] == Values{1, 10, 2, 20, 3, 30});
            CHECK(got.bad == 0);
        }
    }
}

TEST_CASE("one value that is no number makes all results bad") {
    const Values large(400, std::numeric_limits<float>::max());
    for (const float value : {kNaN, kInfinity, -kInfinity}) {
        for (const std::size_t at : {std::size_t{0}, std::size_t{123}, std::size_t{399}}) {
            CAPTURE(value);
            CAPTURE(at);
            Values spoilt = large;
            spoilt[at] = value;
            CHECK(laid_out({Result{{1, 1, 20, 20}, spoilt}}).bad == 1);
            CHECK(laid_out({Result{{1, 1, 20, 20}, large}, Result{{1, 4, 10, 10}, spoilt, 4}}).bad == 1);
            CHECK(laid_out({Result{{1, 4, 10, 10}, spoilt, 4}, Result{{1, 1, 20, 20}, large}}).bad == 1);
        }
    }
    CHECK(laid_out({Result{{1, 1, 20, 20}, large}}).bad == 0);
}

TEST_CASE("results that would be refused are not laid out") {
    const Values four = {1, 2, 3, 4};
    CHECK(laid_out({}).values.empty());
    CHECK(laid_out({Result{{1, 2, 2}, four}}).values.empty());
    CHECK(laid_out({Result{{2, 1, 1, 2}, four}}).values.empty());
    CHECK(laid_out({Result{{1, 2, 1, 2}, four}}).values.empty());
    CHECK(laid_out({Result{{1, 1, 2, 2}, four, 1, false}}).values.empty());
    CHECK(laid_out({Result{{1, 1, 0, 2}, {}}}).values.empty());
    CHECK(laid_out({Result{{1, 1, 2, 2}, four}, Result{{1, 2, 2}, four}}).values.empty());
    CHECK(laid_out({Result{{1, 1, 2, 2}, four}}).values.size() == 1);
}
