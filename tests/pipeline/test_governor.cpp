// The governor beside a machine whose costs are known and whose clock is a number.
#include "pipeline/governor.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <vector>

using namespace vbg;
using namespace std::chrono_literals;

namespace {

/// Seconds of processor and of composing time that a frame costs.
struct Costs {
    double fixed = 0.004, background = 0.003, matte = 0.020;
};

struct Simulation {
    Governor governor;
    Governor::Time now = Governor::Time{} + 100s;
    std::vector<int> levels{};

    [[nodiscard]] Governor::Load load(const Costs& costs) const {
        const Governor::Choice& choice = governor.choice();
        const double frames = 30.0 / choice.frame_every;
        const double composing = costs.fixed + costs.background / choice.background_every;
        const double matte = costs.matte / choice.matte_every / (1 << choice.coarseness);
        return {frames * (composing + matte), frames * (composing + matte)};
    }
    void run(const Costs& costs, std::chrono::seconds time) {
        for (const auto end = now + time; now < end;) {
            now += 500ms;
            governor.update(now, load(costs));
            levels.push_back(governor.level());
        }
    }
    [[nodiscard]] int changes() const {
        int n = 0;
        for (std::size_t i = 1; i < levels.size(); ++i) n += levels[i] != levels[i - 1];
        return n;
    }
};

}  // namespace

TEST_CASE("without a limit, or within it, nothing is given up") {
    Simulation none{Governor({})};
    CHECK(none.governor.idle());
    Simulation wide{Governor({.max_cpu = 1, .hold_rate = true})};
    wide.run({}, 60s);
    CHECK(wide.governor.level() == 0);
    CHECK(wide.governor.text().empty());
}

TEST_CASE("the budget is kept after a few seconds, with as little given up as will do, and taken back") {
    // 0.21 cores without mattes, 0.81 with all: 0.51, 0.41, 0.36 at the next steps.
    Simulation s{Governor({.max_cpu = 0.45})};
    s.run({}, 5s);
    CHECK(s.governor.level() == 2);
    CHECK(s.governor.choice().matte_every == 3);
    CHECK(s.governor.text() == "a matte for every 3rd frame");
    CHECK(s.load({}).cpu < 0.45);
    s.run({}, 120s);
    CHECK(s.governor.level() == 2);  // 0.41 leaves no room: it stays
    s.run({.fixed = 0.001, .background = 0, .matte = 0.001}, 30s);
    CHECK(s.governor.level() == 0);
}

TEST_CASE("a load between two steps does not make it swing") {
    // The step back looks like there is room (0.31 of 0.4) but costs more than the limit (0.41).
    Simulation s{Governor({.max_cpu = 0.4})};
    s.run({.fixed = 0.0035, .background = 0, .matte = 0.0205}, 3600s);
    CHECK(s.changes() < 150);
    // Most of the time it is within the budget.
    int over = 0;
    for (const int level : s.levels) over += level < 2;
    CHECK(over < static_cast<int>(s.levels.size()) / 20);
}

TEST_CASE("what holds the rate never leaves frames out; what limits the processor does, last") {
    const Costs heavy{.fixed = 0.05, .background = 0.02, .matte = 0.1};
    Simulation rate{Governor({.hold_rate = true})};
    rate.run(heavy, 60s);
    CHECK(rate.governor.choice() == Governor::Choice{0, 4, 4, 1});
    CHECK(rate.governor.text() == "a matte for every 4th frame, background effects for every 4th frame");
    Simulation cpu{Governor({.max_cpu = 0.1})};
    cpu.run(heavy, 60s);
    CHECK(cpu.governor.choice() == Governor::Choice{0, 4, 4, 2});
    cpu.run({.fixed = 0.0001, .background = 0, .matte = 0}, 120s);
    CHECK(cpu.governor.level() == 0);
}

TEST_CASE("the network's resolution goes first and comes back last") {
    Governor governor({.max_cpu = 0.3});
    governor.coarsest(2);
    auto now = Governor::Time{} + 100s;
    std::vector<Governor::Choice> way{governor.choice()};
    const auto record = [&](double cpu) {
        for (int i = 0; i < 200; ++i) {
            governor.update(now += 500ms, {.cpu = cpu, .busy = 0});
            if (governor.choice() != way.back()) way.push_back(governor.choice());
            CHECK((governor.level() > 0) == governor.text().starts_with("a coarser matte ("));
        }
    };
    record(1);
    const std::vector<Governor::Choice> down{{0, 1, 1, 1}, {1, 1, 1, 1}, {2, 1, 1, 1},
                                             {2, 2, 1, 1}, {2, 3, 1, 1}, {2, 4, 1, 1},
                                             {2, 4, 2, 1}, {2, 4, 4, 1}, {2, 4, 4, 2}};
    CHECK(way == down);
    CHECK(governor.level() == 8);
    CHECK(governor.text() ==
          "a coarser matte (2 of 2), a matte for every 4th frame, background effects for every "
          "4th frame, shown is only every 2nd frame");
    way.resize(1);
    way.front() = governor.choice();
    record(0);
    CHECK(way == std::vector<Governor::Choice>(down.rbegin(), down.rend()));
    CHECK(governor.level() == 0);
}

TEST_CASE("where a coarser matte is enough nothing else is given up") {
    // 0.81 cores with all, 0.51 at half the network's pixels.
    for (const Governor::Limits& limits : {Governor::Limits{.max_cpu = 0.55}, {.hold_rate = true}}) {
        Simulation s{Governor(limits)};
        s.governor.coarsest(2);
        const double more = limits.hold_rate ? 1.8 : 1;
        s.run({.fixed = 0.004 * more, .background = 0.003 * more, .matte = 0.020 * more}, 120s);
        CHECK(s.governor.choice() == Governor::Choice{1, 1, 1, 1});
        CHECK(s.governor.text() == "a coarser matte (1 of 2)");
    }
}

TEST_CASE("another segmenter may be able to give up more, or less") {
    const Costs heavy{.fixed = 0.05, .background = 0.02, .matte = 0.1};
    Simulation s{Governor({.hold_rate = true})};
    s.governor.coarsest(2);
    s.run(heavy, 3s);
    REQUIRE(s.governor.choice() == Governor::Choice{2, 2, 1, 1});
    s.governor.coarsest(0);  // such as selfie
    CHECK(s.governor.choice() == Governor::Choice{0, 2, 1, 1});
    CHECK(s.governor.level() == 1);
    s.governor.coarsest(1);
    s.run(heavy, 1s);
    CHECK(s.governor.choice() == Governor::Choice{1, 2, 1, 1});
    s.run({.fixed = 0.0001, .background = 0, .matte = 0}, 120s);
    CHECK(s.governor.level() == 0);
}

TEST_CASE("one slow window is no reason") {
    Governor governor({.hold_rate = true});
    auto now = Governor::Time{} + 100s;
    for (int i = 0; i < 50; ++i) {
        governor.update(now += 500ms, {.cpu = 0, .busy = 2});
        governor.update(now += 500ms, {.cpu = 0, .busy = 0.3});
        CHECK(governor.level() == 0);
    }
}
