// One thread for all of some work.
#include <doctest/doctest.h>

#include <stdexcept>
#include <thread>
#include <vector>

#include "model/one_thread.hpp"

using vbg::net::OneThread;

TEST_CASE("whoever asks, one thread does it, and the caller waits for it") {
    OneThread worker;
    std::vector<std::thread::id> seen;
    const auto note = [&] { seen.push_back(std::this_thread::get_id()); };
    worker.run(note);
    std::thread([&] { worker.run(note); }).join();
    worker.run(note);
    REQUIRE(seen.size() == 3);
    CHECK(seen[0] != std::this_thread::get_id());
    CHECK(seen[1] == seen[0]);
    CHECK(seen[2] == seen[0]);
}

TEST_CASE("what the work throws reaches its caller, and no other") {
    OneThread worker;
    CHECK_THROWS_WITH_AS(worker.run([] { throw std::runtime_error("full"); }), "full", std::runtime_error);
    int done = 0;
    worker.run([&] { ++done; });
    CHECK(done == 1);
}

TEST_CASE("one that was never asked ends, too") { const OneThread worker; }
