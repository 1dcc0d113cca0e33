// threshold and levels, value by value.
#include <doctest/doctest.h>

#include <cmath>

#include "mask/matte_tools.hpp"

using namespace test;

namespace {

/// Every value there is, in rows of odd length.
Matte all_values() {
    Matte matte(257, 3);
    for (int y = 0; y < 3; ++y) {
        for (int x = 0; x < 257; ++x) matte.at(x, y) = static_cast<std::uint8_t>(x * (y + 1));
    }
    return matte;
}

}  // namespace

TEST_CASE("threshold: alpha from `level` on is the person") {
    const Matte in = all_values();
    for (const double level : {0.002, 0.1, 0.5, 0.7, 0.999, 1.0}) {
        const Matte out = filtered("threshold:level=" + std::to_string(level), in);
        for (std::size_t i = 0; i < in.values.size(); ++i) {
            CHECK(out.values[i] == (in.values[i] / 255.0 >= level ? 255 : 0));
        }
    }
}

TEST_CASE("levels: defaults change nothing") { CHECK(filtered("levels", all_values()) == all_values()); }

TEST_CASE("levels: black, white and gamma by their formula") {
    const Matte in = all_values();
    struct Case {
        double black, white, gamma;
    };
    for (const auto& c : {Case{0.3, 0.7, 1}, Case{0, 1, 2}, Case{0.1, 0.9, 0.5}, Case{0.98, 0.99, 10}}) {
        const Matte out =
            filtered("levels:black=" + std::to_string(c.black) + ",white=" + std::to_string(c.white) +
                         ",gamma=" + std::to_string(c.gamma),
                     in);
        for (std::size_t i = 0; i < in.values.size(); ++i) {
            const double alpha = in.values[i] / 255.0;
            const double expected = alpha <= c.black ? 0.0
                                    : alpha >= c.white
                                        ? 1.0
                                        : std::pow((alpha - c.black) / (c.white - c.black), 1 / c.gamma);
            CHECK(std::abs(out.values[i] - 255 * expected) <= 0.5 + 1e-6);
        }
    }
}

TEST_CASE("levels: black must be below white, and the text says so") {
    try {
        (void)vbg::make_mask_filter("levels:black=0.6,white=0.6");
        FAIL("taken");
    } catch (const vbg::Error& error) {
        CHECK(error.code() == vbg::Errc::invalid_argument);
        CHECK(std::string(error.what()).find("black=0.6 is not below white=0.6") != std::string::npos);
    }
}
