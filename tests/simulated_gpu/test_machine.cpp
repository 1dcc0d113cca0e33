// The simulated GPU itself: that it forgives nothing that a real one does not.
#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include <vbg/device.hpp>

#include "cuda/driver.hpp"
#include "cuda/runtime.hpp"
#include "cuda/tint.hpp"
#include "cuda/when_full.hpp"
#include "simulated_gpu/control.hpp"
#include "simulated_gpu/launch.hpp"
#include "support/allocation_counter.hpp"
#include "support/throws.hpp"

using namespace vbg;
namespace simulated = vbg::cuda::simulated;
using vbg_test::check_throws;

namespace {

using simulated::kGpu;

/// A case begins and ends with a GPU on which nothing is left.
struct CleanGpu {
    CleanGpu() { simulated::start_again(); }
    ~CleanGpu() {
        simulated::start_again();
        CHECK(simulated::memory_in_use() == 0);
        CHECK(simulated::pinned_in_use() == 0);
        CHECK(simulated::handles_in_use() == 0);
    }
};

/// What CUDA's cudaMemcpy2DAsync() is, with its order of arguments.
int copy_rows(int gpu, void* to, std::size_t to_stride, const void* from, std::size_t from_stride,
              std::size_t row, std::size_t rows, void* stream) {
    const cuda::CopyStep copy{to, to_stride, from, from_stride, row, rows};
    return cuda::driver::perform(gpu, cuda::Step("copy", copy), stream);
}

/// Whether a child process that does it is killed or ends with an error.
bool dies(const std::function<void()>& what) {
    const pid_t child = fork();
    if (child == 0) {
        const rlimit none{0, 0};
        setrlimit(RLIMIT_CORE, &none);
        for (const int signal : {SIGSEGV, SIGBUS}) std::signal(signal, SIG_DFL);
        what();
        _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/// A row of bytes on the GPU, one in pinned and one in ordinary memory.
struct Rows {
    static constexpr std::size_t kBytes = 300;
    cuda::DeviceBuffer there{kBytes, kGpu};
    cuda::PinnedBuffer pinned{kBytes, kGpu};
    std::vector<std::byte> plain{kBytes, std::byte{0}};
    cuda::Stream stream{kGpu};

    void up(const std::byte* from) { cuda::copy_bytes(from, there.data(), kBytes, kGpu, stream.ref()); }
    void down(std::byte* to) { cuda::copy_bytes(there.data(), to, kBytes, kGpu, stream.ref()); }
    /// One pixel a byte triple.
    FrameView frame() {
        FrameView view;
        view.planes[0] = {there.data(), kBytes};
        view.width = kBytes / 3;
        view.height = 1;
        view.format = PixelFormat::bgr8;
        view.device = kGpu;
        return view;
    }
    void fill(int value) {
        const auto v = static_cast<std::uint8_t>(value);
        cuda::fill({{v, v, v}}, frame(), stream.ref());
    }
};

bool all_are(const std::byte* data, int value) {
    for (std::size_t i = 0; i < Rows::kBytes; ++i)
        if (std::to_integer<int>(data[i]) != value) return false;
    return true;
}

}  // namespace

TEST_CASE("a simulated GPU is listed as what it is") {
    const CleanGpu clean;
    CHECK(cuda::built());
    CHECK(cuda::runs_on(DeviceType::cuda));
    CHECK(cuda::why_not().empty());
    const auto devices = list_devices();
    REQUIRE(devices.size() == 2);
    CHECK(devices[1].summary.find("simulated") != std::string::npos);
    CHECK(devices[1].why_not.empty());
    simulated::set_gpus(3);
    CHECK(list_devices().size() == 4);
    CHECK_FALSE(cuda::why_not(3).empty());
    simulated::set_gpus(0);
    CHECK(cuda::device_count() == 0);
    CHECK(cuda::why_not().find("no NVIDIA GPU") != std::string::npos);
}

TEST_CASE("the host cannot touch what lies on the GPU, nor what is around it") {
    const CleanGpu clean;
    const cuda::DeviceBuffer buffer(1000, kGpu);
    volatile auto* const data = reinterpret_cast<volatile char*>(buffer.data());
    CHECK_FALSE(dies([] {}));
    CHECK(dies([&] { (void)data[0]; }));
    CHECK(dies([&] { data[999] = 1; }));
    CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % 256 == 0);
    // While a kernel runs that memory is open, but the pages behind it are not.
    const auto launch = [&](std::ptrdiff_t offset) {
        struct Poke {
            char* at;
        };
        const Poke poke{reinterpret_cast<char*>(buffer.data()) + offset};
        const auto run = [](const void* kernel, int, int, bool) {
            static_cast<const Poke*>(kernel)->at[1024] = 1;
        };
        simulated::launch(poke, run, 1, 1, kGpu, {}, "poke");
        return cuda::driver::synchronize_stream(0, nullptr);
    };
    CHECK_FALSE(dies([&] { launch(-1024); }));
    CHECK(dies([&] { launch(0); }));
    CHECK(dies([&] { (void)data[0]; }));
}

TEST_CASE("what a kernel writes into the rest of a block's last page is found at its release") {
    const CleanGpu clean;
    void* memory = nullptr;
    REQUIRE(cuda::driver::allocate(0, 1000, memory) == cuda::kOk);
    const auto run = [](const void* kernel, int, int, bool) {
        (*static_cast<char* const*>(kernel))[1000] = 1;
    };
    simulated::launch(static_cast<char*>(memory), run, 1, 1, kGpu, {}, "poke");
    CHECK(cuda::driver::synchronize_stream(0, nullptr) == cuda::kOk);
    CHECK(cuda::driver::release(0, memory) == cuda::kBadAddress);
    CHECK(simulated::fault().find("beside") != std::string::npos);
}

TEST_CASE("nothing is done before somebody waits") {
    const CleanGpu clean;
    Rows rows;
    std::memset(rows.pinned.data(), 1, Rows::kBytes);
    rows.fill(7);
    rows.down(rows.pinned.data());
    CHECK(simulated::work_left() == 2);
    CHECK(all_are(rows.pinned.data(), 1));  // a missing wait reads this
    SUBCASE("for the stream") { rows.stream.synchronize(); }
    SUBCASE("for an event") {
        cuda::Event event(kGpu);
        CHECK(event.ready());  // never recorded
        event.record(rows.stream.ref());
        event.synchronize();
    }
    SUBCASE("by asking for an event again") {
        cuda::Event event(kGpu);
        event.record(rows.stream.ref());
        CHECK_FALSE(event.ready());
        CHECK(all_are(rows.pinned.data(), 1));
        CHECK(event.ready());
    }
    SUBCASE("in another stream, that waits for this one") {
        cuda::Stream other(kGpu);
        cuda::Event event(kGpu);
        event.record(rows.stream.ref());
        other.wait(event);
        event.record(other.ref());  // the wait keeps to what the event meant then
        CHECK(all_are(rows.pinned.data(), 1));
        other.synchronize();
    }
    SUBCASE("by releasing memory of that GPU") { const cuda::DeviceBuffer other(16, kGpu); }
    CHECK(all_are(rows.pinned.data(), 7));
}

TEST_CASE("an event stands for the work before it and no other; streams go on by themselves") {
    const CleanGpu clean;
    Rows one, two;
    std::memset(one.pinned.data(), 1, Rows::kBytes);
    std::memset(two.pinned.data(), 1, Rows::kBytes);
    cuda::Event event(kGpu);
    one.fill(3);
    one.down(one.pinned.data());
    event.record(one.stream.ref());
    one.fill(4);
    one.down(one.pinned.data());
    two.fill(5);
    two.down(two.pinned.data());
    event.synchronize();
    CHECK(all_are(one.pinned.data(), 3));
    CHECK(all_are(two.pinned.data(), 1));
    {
        const auto gone = std::move(two.stream);  // its end waits for nothing
    }
    CHECK(all_are(two.pinned.data(), 1));
    one.stream.synchronize();
    CHECK(all_are(one.pinned.data(), 4));
    CHECK(all_are(two.pinned.data(), 1));
    simulated::finish_all();
    CHECK(all_are(two.pinned.data(), 5));
    two.stream = cuda::Stream(kGpu);
}

TEST_CASE(
    "host memory: pinned is read in the stream's turn, other memory at once; into that the caller waits") {
    const CleanGpu clean;
    Rows rows;
    const auto before = simulated::counts();
    std::memset(rows.plain.data(), 1, Rows::kBytes);
    rows.up(rows.plain.data());
    std::memset(rows.plain.data(), 2, Rows::kBytes);
    CHECK(simulated::work_left() == 1);
    rows.down(rows.plain.data());
    CHECK(simulated::work_left() == 0);
    CHECK(all_are(rows.plain.data(), 1));

    std::memset(rows.pinned.data(), 3, Rows::kBytes);
    rows.up(rows.pinned.data());
    std::memset(rows.pinned.data(), 4, Rows::kBytes);  // too early: a real GPU might see either
    rows.down(rows.plain.data());
    CHECK(all_are(rows.plain.data(), 4));

    const auto counts = simulated::counts() - before;
    CHECK(counts.copies_up == 2);
    CHECK(counts.bytes_up == 2 * Rows::kBytes);
    CHECK(counts.copies_down == 2);
    CHECK(counts.bytes_down == 2 * Rows::kBytes);
    CHECK(counts.unpinned_copies == 3);
    CHECK(counts.waits == 2);
    CHECK(counts.allocations + counts.releases + counts.launches + counts.copies_within == 0);
}

TEST_CASE("a stream that goes on steadily costs no heap allocation") {
    const CleanGpu clean;
    Rows rows;
    cuda::Event event(kGpu);
    const auto frame = [&] {
        rows.up(rows.plain.data());
        rows.fill(3);
        rows.down(rows.pinned.data());
        event.record(rows.stream.ref());
        event.synchronize();
    };
    for (int i = 0; i < 20; ++i) frame();
    const AllocationCounter counter;
    for (int i = 0; i < 20; ++i) frame();
    CHECK(counter.count() == 0);
}

TEST_CASE("a GPU that is lost answers nothing else, and says what lost it") {
    const CleanGpu clean;
    Rows rows;
    std::memset(rows.pinned.data(), 1, Rows::kBytes);
    rows.fill(7);
    rows.down(rows.pinned.data());
    SUBCASE("at once") { simulated::lose(); }
    SUBCASE("by the work that is queued, which its caller does not see") {
        simulated::lose_after(1);
        rows.fill(8);
        CHECK_THROWS_AS(rows.stream.synchronize(), Error);
    }
    CHECK(all_are(rows.pinned.data(), 1));
    check_throws(Errc::device, {"waiting", "lost"}, [&] { rows.stream.synchronize(); });
    check_throws(Errc::device, {"lost"}, [&] { rows.fill(1); });
    check_throws(Errc::device, {"lost"}, [] { cuda::DeviceBuffer(16, kGpu); });
    check_throws(Errc::device, {"lost"}, [] { cuda::Event{kGpu}; });
    CHECK(cuda::why_not().find("lost") != std::string::npos);
    CHECK(simulated::fault() == "a test wanted it");
    simulated::revive();
    CHECK(cuda::why_not().empty());
    rows.fill(9);
    rows.down(rows.pinned.data());
    rows.stream.synchronize();
    CHECK(all_are(rows.pinned.data(), 9));
}

TEST_CASE("allocations fail when told to, and where the memory is full") {
    const CleanGpu clean;
    simulated::set_memory(1000);
    const cuda::DeviceBuffer first(900, kGpu);
    CHECK(simulated::memory_in_use() == 900);
    check_throws(Errc::out_of_memory, {"101 bytes"}, [] { cuda::DeviceBuffer(101, kGpu); });
    simulated::fail_allocation(cuda::kOutOfMemory, 1);
    const cuda::DeviceBuffer second(10, kGpu);
    check_throws(Errc::out_of_memory, {"pinned"}, [] { cuda::PinnedBuffer(10, kGpu); });
    const cuda::PinnedBuffer third(10, kGpu);
}

TEST_CASE("where the memory is full, who keeps some is asked to give it back first") {
    const CleanGpu clean;
    static std::optional<cuda::DeviceBuffer> kept;
    simulated::set_memory(1000);
    kept.emplace(900, kGpu);
    cuda::when_full([] { kept.reset(); });
    const cuda::DeviceBuffer asked(500, kGpu);
    CHECK_FALSE(kept.has_value());
    check_throws(Errc::out_of_memory, {"501 bytes"}, [] { cuda::DeviceBuffer(501, kGpu); });
    cuda::when_full(nullptr);
    simulated::fail_allocation();
    check_throws(Errc::out_of_memory, {}, [] { cuda::DeviceBuffer(1, kGpu); });
}

TEST_CASE("memory that queued work needs is not to be released") {
    const CleanGpu clean;
    Rows rows;
    const auto before = simulated::counts();
    const auto in_use = [&] { return (simulated::counts() - before).released_in_use; };
    rows.fill(1);
    { const cuda::DeviceBuffer other(16, kGpu); }
    CHECK(in_use() == 0);
    rows.fill(1);
    rows.there = cuda::DeviceBuffer(Rows::kBytes, kGpu);
    CHECK(in_use() == (simulated::kSeesPointers ? 1 : 0));
    rows.down(rows.pinned.data());
    rows.there = {};
    CHECK(in_use() == (simulated::kSeesPointers ? 2 : 1));
    rows.there = cuda::DeviceBuffer(Rows::kBytes, kGpu);
    rows.down(rows.pinned.data());
    rows.pinned = {};
    CHECK(in_use() == (simulated::kSeesPointers ? 3 : 2));
    CHECK((simulated::counts() - before).releases == 4);
}

TEST_CASE("kernels take memory of their own GPU, and none that was released") {
    if (!simulated::kSeesPointers) {
        MESSAGE(
            "SKIP: clang does not clear structs' padding, so no pointers are seen; gcc's builds run this");
        return;
    }
    const CleanGpu clean;
    simulated::set_gpus(2);
    Rows rows;
    std::vector<std::byte> heap(Rows::kBytes);
    std::array<std::byte, Rows::kBytes> stack{};
    const cuda::DeviceBuffer elsewhere(Rows::kBytes, {DeviceType::cuda, 1});
    std::byte* released = cuda::DeviceBuffer(Rows::kBytes, kGpu).data();
    const std::pair<std::byte*, const char*> cases[] = {
        {heap.data(), "fill: its kernel was given host memory"},
        {stack.data(), "host memory"},
        {elsewhere.data(), "another GPU"},
        {released, "released"},
        {rows.pinned.data(), ""},
        {rows.there.data(), ""}};
    for (const auto& [data, why] : cases) {
        const std::string wanted = why;
        const bool is_seen = simulated::kSeesHostMemory || wanted.find("host") == std::string::npos;
        if (!is_seen) continue;  // with a sanitizer, whose heap looks like numbers; the plain build sees it
        CAPTURE(wanted);
        FrameView frame = rows.frame();
        frame.planes[0].data = data;
        cuda::fill({{1, 2, 3}}, frame, rows.stream.ref());
        CHECK(cuda::driver::synchronize_stream(0, rows.stream.ref().native) ==
              (wanted.empty() ? cuda::kOk : cuda::kBadAddress));
        CHECK(simulated::fault().find(wanted) != std::string::npos);
        CHECK(simulated::fault().empty() == wanted.empty());
        simulated::revive();
    }
    CHECK(copy_rows(0, released, 16, rows.there.data(), 16, 16, 1, nullptr) != cuda::kOk);
    CHECK(copy_rows(0, rows.there.data(), Rows::kBytes + 1, rows.plain.data(), 16, Rows::kBytes + 1, 1,
                    nullptr) != cuda::kOk);
}

TEST_CASE("handles of another GPU, or gone, are refused") {
    const CleanGpu clean;
    simulated::set_gpus(2);
    const Device other_gpu{DeviceType::cuda, 1};
    Rows rows;
    const cuda::Stream other(other_gpu);
    CHECK(copy_rows(0, rows.there.data(), 16, rows.plain.data(), 16, 16, 1, other.ref().native) != cuda::kOk);
    cuda::Event event(kGpu);
    CHECK_THROWS_AS(event.record(other.ref()), Error);
    event.record(rows.stream.ref());
    other.wait(event);  // this, though, is allowed
    void* const gone = cuda::Stream(kGpu).ref().native;
    CHECK(cuda::driver::synchronize_stream(0, gone) != cuda::kOk);
    CHECK(cuda::driver::synchronize_stream(2, nullptr) == cuda::kBadDevice);
}

TEST_CASE("threads may queue and wait at the same time") {
    const CleanGpu clean;
    std::array<std::thread, 3> threads;
    for (std::size_t t = 0; t < threads.size(); ++t) {
        threads[t] = std::thread([t] {
            Rows rows;
            for (int i = 0; i < 50; ++i) {
                const int value = static_cast<int>(t) * 50 + i;
                rows.fill(value);
                rows.down(rows.pinned.data());
                rows.stream.synchronize();
                if (!all_are(rows.pinned.data(), value)) std::abort();
            }
        });
    }
    for (auto& thread : threads) thread.join();
}
