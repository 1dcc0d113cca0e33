// The rhythm of a virtual camera, on a made-up clock.
#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include "io/v4l2/demand_watch.hpp"
#include "io/v4l2/pace.hpp"

namespace {

using vbg::v4l2::Pace;
using Time = Pace::Time;
using namespace std::chrono_literals;

struct Outcome {
    int shown = 0, repeated = 0, dropped = 0;
    Time longest_delay{}, mean_delay{}, last_delay{};
    double rate = 0;  // frames handed over a second, new and repeated
};

// Plays a camera, a writer who needs `work` for each frame and waits while one is still to be shown, and the
// pace. The writer takes the newest picture of the camera.
Outcome play(double fps, const std::vector<Time>& camera, Time work = 0ns) {
    Pace pace(fps);
    Outcome out;
    std::size_t next = 0;
    bool fresh = false, blocked = false;  // one waits to be shown; the writer holds another
    Time arrived{}, blocked_since{}, writer_free{}, first{-1}, now{}, sum{};
    const auto take_newest = [&] {  // when the writer comes with its next frame
        const Time from = std::max(writer_free, camera[next]);
        while (next + 1 < camera.size() && camera[next + 1] <= from) {
            ++next;
            ++out.dropped;
        }
        return from + work;
    };
    while (next < camera.size() || fresh || blocked) {
        const Time call = !blocked && next < camera.size() ? take_newest() : Time::max();
        const Time due = fresh ? std::max(now, pace.earliest()) : pace.latest();
        if (call <= due) {
            now = std::max(now, call);
            ++next;
            if (fresh) {
                blocked = true;
                blocked_since = call;
            } else {
                fresh = true;
                arrived = call;
                writer_free = now;
            }
            continue;
        }
        now = due;
        if (first < Time(0)) first = now;
        if (!fresh) {
            pace.repeated(now);
            ++out.repeated;
            continue;
        }
        pace.shown(now, arrived);
        ++out.shown;
        sum += now - arrived;
        out.last_delay = now - arrived;
        out.longest_delay = std::max(out.longest_delay, now - arrived);
        fresh = std::exchange(blocked, false);
        if (fresh) {
            arrived = blocked_since;
            writer_free = now;
        }
    }
    out.mean_delay = sum / std::max(1, out.shown);
    out.rate = (out.shown + out.repeated - 1) / std::chrono::duration<double>(now - first).count();
    return out;
}

std::vector<Time> steady(double fps, int count, Time start = 5s) {
    std::vector<Time> times;
    for (int i = 0; i < count; ++i) times.push_back(start + Time(std::llround(i * 1e9 / fps)));
    return times;
}

}  // namespace

TEST_CASE("a camera at the promised rate: each frame once, at once") {
    const Outcome out = play(30, steady(30, 3000));
    CHECK(out.shown == 3000);
    CHECK(out.repeated == 0);
    CHECK(out.dropped == 0);
    CHECK(out.longest_delay == 0ns);
}

TEST_CASE("jitter of a fifth of a frame time neither drops nor repeats") {
    std::mt19937 random(4);
    auto times = steady(30, 3000);
    std::uniform_int_distribution<std::int64_t> jitter(-6'600'000, 6'600'000);
    for (Time& t : times) t += Time(jitter(random));
    times[0] = 5s;
    const Outcome out = play(30, times);
    CHECK(out.dropped == 0);
    CHECK(out.repeated <= 1);
    CHECK(out.longest_delay < 17ms);
}

TEST_CASE("a slow source is filled up to the promised rate") {
    for (const double fps : {1.0, 5.0, 7.5, 12.0, 24.0}) {
        CAPTURE(fps);
        const Outcome out = play(30, steady(fps, 300));
        CHECK(out.shown == 300);
        CHECK(out.dropped == 0);
        CHECK(out.rate == doctest::Approx(30).epsilon(0.01));
    }
}

TEST_CASE("a fast source gains nothing") {
    for (const double fps : {31.0, 40.0, 45.0, 50.0, 60.0, 90.0, 240.0})
        for (const Time work : {0ms, 5ms, 12ms, 18ms, 30ms}) {
            CAPTURE(fps);
            CAPTURE(work.count());
            const Outcome out = play(30, steady(fps, 3000), work);
            CHECK(out.rate == doctest::Approx(30).epsilon(0.03));
            CHECK(out.shown + out.dropped == 3000);
        }
}

TEST_CASE("two clocks that differ by up to a percent cost no frame") {
    for (const double fps : {29.7, 29.97, 30.03, 30.3}) {
        const Outcome out = play(30, steady(fps, 30000));
        CHECK(out.dropped + out.repeated == 0);
        CHECK(out.rate == doctest::Approx(fps).epsilon(0.0001));
        CHECK(out.longest_delay < 9ms);
    }
}

TEST_CASE("after a stall the frames soon are on time again") {
    auto times = steady(30, 100);
    for (const Time t : steady(30, 300, 5s + 100 * 33333333ns + 145ms)) times.push_back(t);
    const Outcome out = play(30, times);
    CHECK(out.dropped == 0);
    CHECK(out.last_delay == 0ns);
    CHECK(out.rate == doctest::Approx(30).epsilon(0.01));
}

TEST_CASE("what slept for an hour does not make up for it") {
    auto times = steady(30, 10);
    times.push_back(3600s);
    Pace pace(30);
    pace.shown(5s, 5s);
    pace.repeated(3600s);
    CHECK(pace.earliest() > 3600s);
}

TEST_CASE("demand: a short look is none, and who comes right back has not left") {
    vbg::v4l2::Hysteresis h(100ms, 1000ms);
    CHECK_FALSE(h.update(false, 0ms));
    CHECK_FALSE(h.update(true, 10ms));
    CHECK_FALSE(h.update(true, 60ms));
    CHECK_FALSE(h.update(false, 70ms));  // a look of 60 ms
    CHECK_FALSE(h.update(true, 200ms));
    CHECK(h.update(true, 301ms));
    CHECK(h.update(false, 400ms));
    CHECK(h.update(true, 1300ms));  // back within a second
    CHECK(h.update(false, 1400ms));
    CHECK(h.update(false, 2399ms));
    CHECK_FALSE(h.update(false, 2401ms));
}
