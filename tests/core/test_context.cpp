#include <doctest/doctest.h>

#include <atomic>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vbg/context.hpp>
#include <vbg/log.hpp>
#include <vector>

using namespace vbg;

TEST_CASE("parallel_rows covers every row once, for any number of threads") {
    for (const int threads : {1, 2, 3, 8}) {
        Context context(threads);
        CHECK(context.threads() == threads);
        for (const int rows : {0, 1, 7, 64, 1000}) {
            for (int round = 0; round < 50; ++round) {
                std::vector<int> touched(static_cast<std::size_t>(rows), 0);
                context.parallel_rows(rows, 4, [&](int first, int last) {
                    for (int y = first; y < last; ++y) ++touched[static_cast<std::size_t>(y)];
                });
                REQUIRE(std::accumulate(touched.begin(), touched.end(), 0) == rows);
                for (const int n : touched) REQUIRE(n == 1);
            }
        }
    }
}

TEST_CASE("an exception in a piece reaches the caller, and the context goes on working") {
    Context context(4);
    CHECK_THROWS_WITH_AS(context.parallel_rows(100, 1,
                                               [](int first, int) {
                                                   if (first > 10) throw std::runtime_error("no");
                                               }),
                         "no", std::runtime_error);
    std::atomic<int> sum{0};
    context.parallel_rows(100, 1, [&](int first, int last) { sum += last - first; });
    CHECK(sum == 100);
}

TEST_CASE("pieces really run on several threads") {
    Context context(2);
    std::atomic<int> inside{0}, most{0};
    for (int round = 0; round < 20 && most < 2; ++round) {
        context.parallel_rows(8, 1, [&](int, int) {
            const int now = ++inside;
            if (now > most) most = now;
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
            --inside;
        });
    }
    CHECK(most == 2);
}

TEST_CASE("the log reaches the handler from the level asked for, and swallows what it throws") {
    std::vector<std::string> lines;
    set_log_handler([&](LogLevel, std::string_view text) { lines.emplace_back(text); }, LogLevel::warning);
    log(LogLevel::info, "quiet");
    log(LogLevel::error, "loud");
    CHECK(lines == std::vector<std::string>{"loud"});
    set_log_handler([](LogLevel, std::string_view) { throw std::runtime_error("handler"); });
    CHECK_NOTHROW(log(LogLevel::error, "x"));
    set_log_handler({});
}
