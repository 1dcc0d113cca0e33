// Sinks whose reader does not read: they wait, until they are interrupted.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <thread>

#include <vbg/registry.hpp>

#include "support/frames.hpp"
#include "support/stdout_to.hpp"
#include "support/temp_dir.hpp"
#include "support/throws.hpp"

using namespace vbg;
using namespace vbg_test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto kSoon = 2s;  // half a second's grace, and a busy machine

FrameSpec spec_for(const Frame& f) { return {f.width(), f.height(), f.format(), {}, {}, 30}; }

/// A named pipe with a reader that never reads.
struct Pipe {
    TempDir dir;
    std::string path = dir / "pipe";
    int reader = -1;
    Pipe() {
        REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
        reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        REQUIRE(reader >= 0);
    }
    ~Pipe() { ::close(reader); }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    /// Bytes in it, taken out.
    [[nodiscard]] std::size_t drain() const {
        std::size_t sum = 0;
        char part[4096];
        for (ssize_t n = 0; (n = ::read(reader, part, sizeof part)) > 0;) sum += static_cast<std::size_t>(n);
        return sum;
    }
};

/// Calls `wait`, interrupts the sink when that has been going on for 100 ms, and checks how it ends.
template <class Wait>
void check_interrupted(Sink& sink, Wait wait) {
    std::atomic<bool> ended{false};
    std::atomic<Clock::duration> asked{};
    std::thread other([&] {
        std::this_thread::sleep_for(100ms);
        CHECK_FALSE(ended);  // it waits
        asked = Clock::now().time_since_epoch();
        sink.interrupt();
    });
    const int number = check_throws(Errc::io, {"stopped", "waiting for"}, [&] {
        wait();
        ended = true;
    });
    const auto took = Clock::now().time_since_epoch() - asked.load();
    ended = true;
    other.join();
    CHECK(number == ECANCELED);
    CHECK(took < kSoon);
}

}  // namespace

TEST_CASE("a pipe whose reader does not read is waited for until interrupted") {
    const Frame f = noise_frame(320, 240);  // more than a pipe holds
    for (const char* kind : {"raw:path=", "y4m:path="}) {
        CAPTURE(kind);
        const Pipe pipe;
        auto sink = make_sink(kind + pipe.path);
        sink->open(spec_for(f));
        check_interrupted(*sink, [&] { sink->write(f.view()); });
        // What comes later does not wait either.
        const auto start = Clock::now();
        CHECK(check_throws(Errc::io, {"stopped"}, [&] { sink->write(f.view()); }) == ECANCELED);
        CHECK(Clock::now() - start < kSoon);
        CHECK(pipe.drain() > 4096);
        sink->close();
        // And then it can be used again.
        sink->rearm();
        sink->open(spec_for(f));
        check_interrupted(*sink, [&] { sink->write(f.view()); });
        sink->abandon();
    }
}

TEST_CASE("opening a pipe that nobody reads is waited for until interrupted") {
    TempDir dir;
    const std::string path = dir / "pipe";
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    const Frame f = noise_frame(32, 24);
    auto sink = make_sink("y4m:path=" + path);
    check_interrupted(*sink, [&] { sink->open(spec_for(f)); });
    const auto start = Clock::now();
    CHECK(check_throws(Errc::io, {"stopped"}, [&] { sink->open(spec_for(f)); }) ==
          ECANCELED);  // until rearm()
    CHECK(Clock::now() - start < kSoon);
    sink->rearm();
    const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    sink->open(spec_for(f));
    sink->write(f.view());
    sink->close();
    ::close(reader);
}

TEST_CASE("a reader who is alive gets the whole frame though the sink is interrupted") {
    const Frame f = noise_frame(640, 480);
    const Pipe pipe;
    auto sink = make_sink("raw:path=" + pipe.path);
    sink->open(spec_for(f));
    std::atomic<std::size_t> got{0};
    std::atomic<bool> done{false};
    std::thread reader([&] {
        std::this_thread::sleep_for(50ms);
        sink->interrupt();
        while (!done) {
            got += pipe.drain();
            std::this_thread::yield();
        }
        got += pipe.drain();
    });
    CHECK_NOTHROW(sink->write(f.view()));
    done = true;
    reader.join();
    CHECK(got == std::size_t{640} * 480 * 3);
    sink->close();
}

TEST_CASE("standard output is interrupted too, and stays as blocking as it was for who shares it") {
    const Frame f = noise_frame(320, 240);
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    {
        const StdoutTo redirected(ends[1]);
        auto sink = make_sink("y4m");
        sink->open(spec_for(f));
        check_interrupted(*sink, [&] { sink->write(f.view()); });
        CHECK((::fcntl(1, F_GETFL) & O_NONBLOCK) == 0);
        sink->close();
        CHECK((::fcntl(ends[1], F_GETFL) & O_NONBLOCK) == 0);
    }
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("what blocks and cannot be opened anew is never given more than it has room for") {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const Frame f = noise_frame(320, 240);
    // A descriptor by number: /dev/fd opens a pipe with the flags of a plain open(), so it blocks.
    auto sink = make_sink("raw:path=/dev/fd/" + std::to_string(ends[1]));
    sink->open(spec_for(f));
    check_interrupted(*sink, [&] { sink->write(f.view()); });
    sink->close();
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("files wait for nobody: they are written whole") {
    TempDir dir;
    const Frame f = noise_frame(320, 240);
    auto sink = make_sink("raw:path=" + dir / "f.raw");
    sink->open(spec_for(f));
    sink->interrupt();
    sink->write(f.view());
    sink->close();
    CHECK(file_bytes(dir / "f.raw").size() == std::size_t{320} * 240 * 3);
}
