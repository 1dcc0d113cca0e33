// What a stream is given, gathered and launched as one: that the work is the same, in the same order, and
// that nothing is lost where there can be no graph.
#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <vbg/error.hpp>
#include <vbg/log.hpp>

#include "cuda/commands.hpp"
#include "cuda/driver.hpp"
#include "cuda/runtime.hpp"
#include "cuda/staging.hpp"
#include "cuda/tint.hpp"
#include "simulated_gpu/control.hpp"
#include "simulated_gpu/launch.hpp"
#include "support/throws.hpp"

using namespace vbg;
namespace simulated = vbg::cuda::simulated;
using cuda::Commands;
using cuda::Gathering;
using vbg_test::check_throws;

namespace {

using simulated::kGpu;

/// A few rows of bytes on the GPU, a stream, and pinned memory to look at.
struct Rig {
    static constexpr int kPixels = 8;
    static constexpr std::size_t kBytes = 3 * kPixels;
    static constexpr std::size_t kRows = 12;

    Rig() { simulated::start_again(); }
    ~Rig() {
        commands.forget();
        stream.synchronize();
        simulated::fail_programs(cuda::kOk);
        CHECK(simulated::programs_in_use() == 0);
    }
    Rig(const Rig&) = delete;
    Rig& operator=(const Rig&) = delete;

    [[nodiscard]] FrameView frame(std::size_t row) const {
        FrameView view;
        view.planes[0] = {memory.data() + row * 256, kBytes};
        view.width = kPixels;
        view.height = 1;
        view.format = PixelFormat::bgr8;
        view.device = kGpu;
        return view;
    }
    void fill(std::size_t row, int value) const {
        const auto v = static_cast<std::uint8_t>(value);
        cuda::fill({{v, v, v}}, frame(row), stream.ref());
    }
    void copy(std::size_t from, std::size_t to) const { cuda::copy(frame(from), frame(to), stream.ref()); }
    /// What the row holds once the stream is done: -1 where its bytes are not all the same.
    [[nodiscard]] int value(std::size_t row) const {
        cuda::copy_bytes(frame(row).planes[0].data, pinned.data(), kBytes, kGpu, stream.ref());
        stream.synchronize();
        for (std::size_t i = 1; i < kBytes; ++i)
            if (pinned.data()[i] != pinned.data()[0]) return -1;
        return std::to_integer<int>(pinned.data()[0]);
    }

    cuda::DeviceBuffer memory{kRows * 256, kGpu};
    cuda::PinnedBuffer pinned{kBytes, kGpu};
    cuda::Stream stream{kGpu};
    Commands commands;
};

simulated::Counts since(const simulated::Counts& before) { return simulated::counts() - before; }

/// A program of the driver's, as somebody else may have recorded it: fills a row.
class Recorded final : public cuda::ForeignGraph {
public:
    Recorded(const Rig& rig, std::size_t row, int value, bool is_open = true)
        : rig_(rig), row_(row), value_(value) {
        if (!is_open) return;
        Commands commands;
        const cuda::CopyStep copy{rig.frame(row).planes[0].data,
                                  Rig::kBytes,
                                  rig.frame(0).planes[0].data,
                                  Rig::kBytes,
                                  Rig::kBytes,
                                  1};
        const cuda::Step steps[] = {cuda::Step("copy", copy)};
        REQUIRE(cuda::driver::make_program(0, steps, 1, graph_) == cuda::kOk);
    }
    ~Recorded() override {
        if (graph_ != nullptr) cuda::driver::destroy_program(graph_);
    }
    Recorded(const Recorded&) = delete;
    Recorded& operator=(const Recorded&) = delete;
    [[nodiscard]] void* graph() const noexcept override { return graph_; }
    void play(StreamRef /*stream*/) override {
        ++played;
        rig_.fill(row_, value_);
    }
    int played = 0;

private:
    const Rig& rig_;
    std::size_t row_;
    int value_;
    void* graph_ = nullptr;
};

struct Told {
    Told() {
        set_log_handler([this](LogLevel, std::string_view text) { lines.emplace_back(text); });
    }
    ~Told() { set_log_handler(nullptr); }
    Told(const Told&) = delete;
    Told& operator=(const Told&) = delete;
    [[nodiscard]] int count(std::string_view word) const {
        int found = 0;
        for (const std::string& line : lines) found += line.find(word) != std::string::npos ? 1 : 0;
        return found;
    }
    std::vector<std::string> lines;
};

}  // namespace

TEST_CASE("what is gathered is launched at once, and does the same") {
    Rig rig;
    Commands& commands = rig.commands;
    const auto before = simulated::counts();
    {
        Gathering gathering(commands, kGpu, rig.stream.ref());
        rig.fill(0, 7);
        rig.copy(0, 1);
        rig.fill(0, 9);
        CHECK(simulated::work_left() == 0);
        gathering.hand_over();
        CHECK(simulated::work_left() == 3);
    }
    CHECK(since(before).program_launches == 1);
    CHECK(since(before).singles == 0);
    CHECK(since(before).waits == 0);
    CHECK(rig.value(0) == 9);
    CHECK(rig.value(1) == 7);
    CHECK(commands.counts().made == 1);
    // Without, each goes by itself.
    const auto alone = simulated::counts();
    rig.fill(0, 3);
    rig.copy(0, 1);
    CHECK(since(alone).singles == 2);
    CHECK(rig.value(1) == 3);
}

TEST_CASE("the same frame again is the same program; what differs is set anew") {
    Rig rig;
    const auto frame = [&](std::size_t row, int value) {
        const Gathering gathering(rig.commands, kGpu, rig.stream.ref());
        rig.fill(row, value);
        rig.copy(row, 9);
        rig.fill(10, 1);
    };
    for (int i = 0; i < 5; ++i) frame(0, 50);
    CHECK(rig.commands.counts().launched == 5);
    CHECK(rig.value(9) == 50);
    if (simulated::kSeesPointers) {  // else what lies between an argument's members may differ
        CHECK(rig.commands.counts().made == 1);
        CHECK(rig.commands.counts().changed == 0);
    }
    // Buffers that take turns have a program each; of more than those there are, one is changed.
    for (int i = 0; i < 60; ++i) {
        const auto row = static_cast<std::size_t>(i % 8);
        frame(row, 100 + i);
        CHECK(rig.value(9) == 100 + i);
        CHECK(rig.value(10) == 1);
    }
    CHECK(rig.commands.counts().made == Commands::kAlike);
    CHECK(rig.commands.counts().launched == 65);
    CHECK(rig.commands.counts().single == 0);
    CHECK(simulated::programs_in_use() == Commands::kAlike);
    if (simulated::kSeesPointers) CHECK(rig.commands.counts().changed <= 2 * 55);
}

TEST_CASE("a program that is changed while its last launch waits has done that as it was") {
    Rig rig;
    for (int i = 0; i < 20; ++i) {
        const Gathering gathering(rig.commands, kGpu, rig.stream.ref());
        rig.fill(0, 100 + i);
        rig.copy(0, static_cast<std::size_t>(1 + i % 10));
    }
    CHECK(simulated::work_left() == 40);
    for (std::size_t row = 1; row <= 10; ++row) CHECK(rig.value(row) == 109 + static_cast<int>(row));
}

TEST_CASE("a copy of rows that lie apart goes by itself, in its turn") {
    Rig rig;
    for (int i = 0; i < 30; ++i) {
        const auto row = static_cast<std::size_t>(2 * (i % 3));
        rig.fill(row, i);
        rig.fill(row + 1, i);
        {
            const Gathering gathering(rig.commands, kGpu, rig.stream.ref());
            FrameView from = rig.frame(row), to = rig.frame(10);
            from.height = to.height = 2;
            from.planes[0].stride = to.planes[0].stride = 256;
            rig.fill(9, i);
            rig.fill(row + 1, i + 1);
            cuda::copy(from, to, rig.stream.ref());
            rig.fill(9, i);
            rig.fill(row + 1, 0);
        }
        CHECK(rig.value(10) == i);
        CHECK(rig.value(11) == i + 1);
    }
    CHECK(rig.commands.counts().launched == 60);
    CHECK(rig.commands.counts().made <= Commands::kAlike);
}

TEST_CASE("frames of many kinds do not gather programs without end") {
    Rig rig;
    const auto frame = [&](int kind) {
        {
            const Gathering gathering(rig.commands, kGpu, rig.stream.ref());
            for (int i = 0; i <= kind; ++i) rig.fill(0, kind);
            rig.copy(0, 1);
        }
        CHECK(rig.value(1) == kind);
        CHECK(simulated::programs_in_use() <= static_cast<int>(Commands::kMost));
    };
    for (int kind = 0; kind < 40; ++kind) frame(kind);
    CHECK(rig.commands.counts().made == Commands::kMost);
    // One that comes to stay gets a program in place of one that was not used for long.
    for (int i = 0; i < 100; ++i) frame(39);
    CHECK(rig.commands.counts().made == Commands::kMost + 1);
    const auto launched = rig.commands.counts().launched;
    frame(39);
    CHECK(rig.commands.counts().launched == launched + 1);
    rig.commands.forget();
    CHECK(simulated::programs_in_use() == 0);
}

TEST_CASE("what waits, and what cannot be a graph's, finds done what was gathered before it") {
    Rig rig;
    Gathering gathering(rig.commands, kGpu, rig.stream.ref());
    rig.fill(0, 21);
    rig.copy(0, 1);
    SUBCASE("a copy to memory that is not pinned") {
        std::array<std::byte, Rig::kBytes> plain{};
        cuda::copy_bytes(rig.frame(1).planes[0].data, plain.data(), plain.size(), kGpu, rig.stream.ref());
        CHECK(plain[0] == std::byte{21});
    }
    SUBCASE("a copy from it, which may go at once") {
        std::array<std::byte, Rig::kBytes> plain{};
        plain.fill(std::byte{33});
        cuda::copy_bytes(plain.data(), rig.frame(0).planes[0].data, plain.size(), kGpu, rig.stream.ref());
        plain.fill(std::byte{34});
        rig.copy(0, 2);
        CHECK(rig.value(1) == 21);
        CHECK(rig.value(2) == 33);
    }
    SUBCASE("waiting for the stream") {
        cuda::synchronize(kGpu, rig.stream.ref());
        CHECK(simulated::work_left() == 0);
        CHECK(rig.commands.counts().launched == 1);
    }
    SUBCASE("others' work in the stream") {
        cuda::flush(kGpu, rig.stream.ref());
        CHECK(simulated::work_left() == 2);
    }
    SUBCASE("the release of memory") {
        { const cuda::DeviceBuffer gone(16, kGpu); }
        CHECK(rig.commands.counts().launched == 1);
    }
    SUBCASE("another stream that waits for an event") {
        cuda::Event event(kGpu);
        event.record(rig.stream.ref());
        const cuda::Stream other(kGpu);
        other.wait(event);
        cuda::copy_bytes(rig.frame(1).planes[0].data, rig.pinned.data(), Rig::kBytes, kGpu, other.ref(),
                         cuda::HostBytes::pinned);
        other.synchronize();
        CHECK(rig.pinned.data()[0] == std::byte{21});
    }
    SUBCASE("the end of what is gathered while an exception is on its way") {
        try {
            Commands others;
            const Gathering inner(others, kGpu, rig.stream.ref());  // two at a time do not gather twice
            throw Error(Errc::model, "no");
        } catch (const Error&) {
        }
        gathering.hand_over();
        CHECK(simulated::work_left() == 2);
    }
}

TEST_CASE("an event is marked after what was gathered, and pinned memory is free no sooner") {
    Rig rig;
    cuda::Staging<cuda::PinnedBuffer> staging(2, kGpu, [] { return cuda::PinnedBuffer(Rig::kBytes, kGpu); });
    std::vector<int> seen;
    for (int i = 0; i < 10; ++i) {
        const Gathering gathering(rig.commands, kGpu, rig.stream.ref());
        const cuda::PinnedBuffer& piece = staging.next();
        std::fill_n(piece.data(), Rig::kBytes, static_cast<std::byte>(60 + i));
        cuda::copy_bytes(piece.data(), rig.frame(0).planes[0].data, Rig::kBytes, kGpu, rig.stream.ref(),
                         cuda::HostBytes::pinned);
        staging.sent(rig.stream.ref());
        rig.copy(0, static_cast<std::size_t>(1 + i));
    }
    for (std::size_t row = 1; row <= 10; ++row) CHECK(rig.value(row) == 59 + static_cast<int>(row));
    CHECK(rig.commands.counts().launched == 10);

    cuda::Event event(kGpu);
    {
        const Gathering gathering(rig.commands, kGpu, rig.stream.ref());
        rig.fill(0, 1);
        event.record(rig.stream.ref());
        rig.copy(0, 1);
    }
    event.synchronize();
    CHECK(simulated::work_left() == 0);
}

TEST_CASE("work in other streams is not gathered") {
    Rig rig;
    const cuda::Stream other(kGpu);
    const Gathering gathering(rig.commands, kGpu, rig.stream.ref());
    cuda::fill({{1, 1, 1}}, rig.frame(0), other.ref());
    CHECK(simulated::work_left() == 1);
    Commands on_host;
    const Gathering nothing(on_host, {}, {});
}

TEST_CASE("another's recorded graph goes along, or is played in its turn") {
    Rig rig;
    for (const bool open : {true, false}) {
        CAPTURE(open);
        Recorded recorded(rig, 1, 70, open);
        const auto before = simulated::counts();
        {
            const Gathering gathering(rig.commands, kGpu, rig.stream.ref());
            rig.fill(0, 70);
            cuda::run(recorded, kGpu, rig.stream.ref());
            rig.copy(1, 2);
        }
        CHECK(since(before).program_launches == (open ? 1 : 0));
        CHECK(recorded.played == (open ? 0 : 1));
        CHECK(rig.value(2) == 70);
    }
    Recorded alone(rig, 3, 80, true);
    cuda::run(alone, kGpu, rig.stream.ref());
    CHECK(alone.played == 1);
    CHECK(rig.value(3) == 80);
    // Another one is another program, even at the same address.
    const auto made = rig.commands.counts().made;
    for (int i = 0; i < 2; ++i) {
        Recorded again(rig, static_cast<std::size_t>(4 + i), 0, true);
        {
            const Gathering gathering(rig.commands, kGpu, rig.stream.ref());
            rig.fill(0, 90 + i);
            cuda::run(again, kGpu, rig.stream.ref());
        }
        CHECK(rig.value(static_cast<std::size_t>(4 + i)) == 90 + i);
    }
    CHECK(rig.commands.counts().made == made + 2);
}

TEST_CASE("where there can be no graph each step goes by itself, and that is told once") {
    Rig rig;
    const Told told;
    simulated::fail_programs(cuda::kOutOfMemory);
    const auto frame = [&](int value) {
        const Gathering gathering(rig.commands, kGpu, rig.stream.ref());
        rig.fill(0, value);
        rig.copy(0, 1);
    };
    for (int i = 0; i < 3; ++i) {
        frame(i);
        CHECK(rig.value(1) == i);
    }
    CHECK(rig.commands.counts().single == 6);
    CHECK(told.count("step by step: out of memory") == 1);
    simulated::fail_programs(cuda::kOk);
    rig.commands.forget();
    frame(9);
    CHECK(rig.value(1) == 9);
    CHECK(rig.commands.counts().launched == 1);
}

TEST_CASE("a lost GPU is told by who hands over") {
    Rig rig;
    {
        Gathering gathering(rig.commands, kGpu, rig.stream.ref());
        rig.fill(0, 1);
        rig.copy(0, 1);
        simulated::lose();
        check_throws(Errc::device, {"cuda:0"}, [&] { gathering.hand_over(); });
        gathering.hand_over();  // nothing is left of it
    }
    simulated::revive();
}

TEST_CASE("VBG_GRAPHS=off does without, and another word is refused") {
    REQUIRE(setenv("VBG_GRAPHS", "no", 1) == 0);
    check_throws(Errc::invalid_argument, {"VBG_GRAPHS='no'", "auto or off"}, [] { const Commands none; });
    REQUIRE(setenv("VBG_GRAPHS", "off", 1) == 0);
    Commands commands;
    REQUIRE(unsetenv("VBG_GRAPHS") == 0);
    const Rig rig;
    {
        const Gathering gathering(commands, kGpu, rig.stream.ref());
        rig.fill(0, 5);
        rig.copy(0, 1);
    }
    CHECK(commands.counts().single == 2);
    CHECK(commands.counts().made == 0);
    CHECK(rig.value(1) == 5);
}
