// run() is stopped while somebody reads a sink too slowly, or not at all.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "live_rig.hpp"
#include "support/temp_dir.hpp"

using namespace vbg;
using namespace vbg::test;
using namespace std::chrono_literals;

namespace {

constexpr auto kSoon = 2s;

/// A named pipe that has a reader only where `reads` says so; what it has it never reads.
struct UnreadPipe {
    vbg_test::TempDir dir;
    std::string path = dir / "pipe";
    int reader = -1;
    explicit UnreadPipe(bool reads) {
        REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
        if (reads) reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    }
    ~UnreadPipe() {
        if (reader >= 0) ::close(reader);
    }
    UnreadPipe(const UnreadPipe&) = delete;
    UnreadPipe& operator=(const UnreadPipe&) = delete;

    /// Reads it after all, until `done`.
    void read_until(const std::atomic<bool>& done) {
        if (reader < 0) reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        std::vector<char> part(65536);
        while (!done) {
            while (::read(reader, part.data(), part.size()) > 0) {
            }
            std::this_thread::sleep_for(1ms);
        }
    }
};

/// Runs `pipeline`, which writes to `pipe`, until `ready`, then stops it. Returns how long it took to come
/// back. One that never would gets a reader after 10 s, so that the test fails rather than hangs.
std::chrono::nanoseconds stop_takes(Pipeline& pipeline, UnreadPipe& pipe,
                                    const std::function<bool()>& ready) {
    std::stop_source stop;
    std::exception_ptr error;
    std::atomic<bool> ended{false};
    std::thread run([&] {
        try {
            pipeline.run(stop.get_token());
        } catch (...) {
            error = std::current_exception();
        }
        ended = true;
    });
    CHECK(eventually(ready));
    std::this_thread::sleep_for(100ms);  // the pipe is full by now
    CHECK_FALSE(ended);
    const auto start = std::chrono::steady_clock::now();
    stop.request_stop();
    if (!eventually([&] { return ended.load(); })) pipe.read_until(ended);
    run.join();
    const auto took = std::chrono::steady_clock::now() - start;
    if (error) std::rethrow_exception(error);
    return took;
}

constexpr FrameSpec kLarge{.width = 320, .height = 240, .format = PixelFormat::bgr8};

}  // namespace

TEST_CASE("a pipe that nobody reads does not hold up a stop, and the other sinks are finished") {
    for (const bool live : {false, true}) {
        for (const bool pipe_first : {false, true}) {
            CAPTURE(live);
            CAPTURE(pipe_first);
            UnreadPipe pipe(true);
            const std::string film = pipe.dir / "film.raw";
            auto camera = std::make_shared<CameraScript>();
            camera->width = kLarge.width;
            camera->height = kLarge.height;
            Pipeline pipeline(1);
            if (live) {
                pipeline.source(std::make_unique<FakeCamera>(camera));
            } else {
                pipeline.source(std::make_unique<CountingSource>(1 << 30, kLarge));
            }
            pipeline.segmenter(std::make_unique<FunctionSegmenter>(left_half));
            if (pipe_first) pipeline.sink("y4m:path=" + pipe.path);
            pipeline.sink("raw:path=" + film);
            if (!pipe_first) pipeline.sink("raw:path=" + pipe.path);
            const auto took = stop_takes(pipeline, pipe, [&] { return pipeline.stats().frames_in > 0; });
            CHECK(took < kSoon);
            const std::size_t bytes = vbg_test::file_bytes(film).size();  // under its final name
            CHECK(bytes > 0);
            CHECK(bytes % (std::size_t{320} * 240 * 3) == 0);

            // The same pipeline goes on with a reader who reads.
            std::atomic<bool> done{false};
            std::thread reader([&] { pipe.read_until(done); });
            CHECK_NOTHROW(pipeline.run({}, 5));
            done = true;
            reader.join();
            CHECK(vbg_test::file_bytes(film).size() == std::size_t{5} * 320 * 240 * 3);
        }
    }
}

TEST_CASE("a stop ends waiting for a pipe's first reader, too") {
    UnreadPipe pipe(false);
    Pipeline pipeline(1);
    pipeline.source(std::make_unique<CountingSource>(3, kLarge))
        .segmenter(std::make_unique<FunctionSegmenter>(left_half))
        .sink("raw:path=" + pipe.path);
    CHECK(stop_takes(pipeline, pipe, [] { return true; }) < kSoon);
    CHECK(pipeline.stats().frames_out == 0);

    std::stop_source stopped;
    stopped.request_stop();
    try {
        pipeline.open(stopped.get_token());
        FAIL("opened without a reader");
    } catch (const Error& e) {
        CHECK(e.code() == Errc::io);
        CHECK(e.sys_errno() == ECANCELED);
    }
}
