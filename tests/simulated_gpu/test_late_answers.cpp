// Answers that stay on the GPU, checked when the frame made of them is done.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vbg/context.hpp>
#include <vbg/error.hpp>

#include "core/late_answers.hpp"
#include "cuda/runtime.hpp"
#include "simulated_gpu/control.hpp"
#include "support/allocation_counter.hpp"
#include "support/throws.hpp"

using namespace vbg;
namespace gpu = vbg::cuda::simulated;

namespace {

using gpu::kGpu;

/// A GPU with an int that says whether an answer is bad.
struct Fixture {
    Fixture() { gpu::start_again(); }
    /// In the stream's turn.
    void set(int value) { cuda::copy_bytes(&value, bad(), sizeof value, kGpu, stream.ref()); }
    [[nodiscard]] int* bad() const { return reinterpret_cast<int*>(flag.data()); }
    void expect(const std::string& who, std::shared_ptr<std::atomic<bool>> was_bad = {}) {
        late.expect(bad(), who, stream.ref(), std::move(was_bad));
    }
    cuda::Stream stream{kGpu};
    cuda::DeviceBuffer flag{sizeof(int), kGpu};
    LateAnswers late{kGpu};
};

}  // namespace

TEST_CASE("a late answer is good where the GPU says so in its turn, and nobody waits for it before") {
    Fixture f;
    f.set(0);
    const gpu::Counts before = gpu::counts();
    const std::uint64_t ticket = f.late.begin();
    CHECK(ticket == 1);
    CHECK_FALSE(f.late.expects(ticket));
    f.expect("bodypix (x.pt)");
    CHECK(f.late.expects(ticket));
    CHECK((gpu::counts() - before).waits == 0);
    CHECK((gpu::counts() - before).unpinned_copies == 0);
    f.set(1);  // comes later: belongs to the next
    f.stream.synchronize();
    CHECK_NOTHROW(f.late.check(ticket));
    CHECK_NOTHROW(f.late.check(ticket));
}

TEST_CASE("a late answer that is bad is told as one that was waited for is, and to who gave it") {
    Fixture f;
    const auto good = std::make_shared<std::atomic<bool>>(false),
               bad = std::make_shared<std::atomic<bool>>(false);
    const std::uint64_t ticket = f.late.begin();
    f.set(0);
    f.expect("the first", good);
    f.set(1);
    f.expect("bodypix (x.pt)", bad);
    f.stream.synchronize();
    vbg_test::check_throws(
        Errc::model,
        {"bodypix (x.pt): the network's answer holds NaN or infinity: the weights are damaged, or "
         "the number format is too narrow for this network (try precision=fp32)"},
        [&] { f.late.check(ticket); });
    CHECK(*bad);
    CHECK_FALSE(*good);
}

TEST_CASE("a late answer that never came is bad, also where the frame before in its place was good") {
    Fixture f;
    f.set(0);
    for (int i = 0; i < LateAnswers::kFrames; ++i) {
        (void)f.late.begin();
        f.expect("x");
    }
    f.stream.synchronize();
    const std::uint64_t ticket = f.late.begin();
    f.expect("x");
    CHECK_THROWS_AS(f.late.check(ticket), Error);  // the stream has not got there
    f.stream.synchronize();
    CHECK_NOTHROW(f.late.check(ticket));
}

TEST_CASE("as many frames under way as there may be have an answer each") {
    Fixture f;
    std::uint64_t first = 0;
    for (int i = 0; i < LateAnswers::kFrames; ++i) {
        const std::uint64_t ticket = f.late.begin();
        if (i == 0) first = ticket;
        f.set(i == 1);
        f.expect("frame " + std::to_string(i));
    }
    f.stream.synchronize();
    for (int i = 0; i < LateAnswers::kFrames; ++i) {
        CAPTURE(i);
        const std::uint64_t ticket = first + static_cast<std::uint64_t>(i);
        if (i == 1)
            CHECK_THROWS_AS(f.late.check(ticket), Error);
        else
            CHECK_NOTHROW(f.late.check(ticket));
    }
    const std::uint64_t none = f.late.begin();  // takes the first one's place
    CHECK_FALSE(f.late.expects(none));
    CHECK_NOTHROW(f.late.check(none));
    CHECK(f.late.expects(first));
    vbg_test::check_throws(Errc::internal, {"frame 1 are not known any more"}, [&] { f.late.check(first); });
}

TEST_CASE("a frame has so many late answers and no more, and before the first frame there are none") {
    Fixture f;
    f.set(0);
    CHECK_FALSE(f.late.expects(0));
    vbg_test::check_throws(Errc::internal, {"no frame has begun"}, [&] { f.expect("x"); });
    vbg_test::check_throws(Errc::internal, {"not known"}, [&] { f.late.check(0); });
    const std::uint64_t ticket = f.late.begin();
    for (int i = 0; i < LateAnswers::kMost; ++i) f.expect("x");
    vbg_test::check_throws(Errc::internal, {"the fifth"}, [&] { f.expect("the fifth"); });
    f.stream.synchronize();
    CHECK_NOTHROW(f.late.check(ticket));
}

TEST_CASE("late answers take no memory for frames") {
    if (!AllocationCounter::works()) {
        MESSAGE("SKIP: no memory for frames: only gcc's and ASan's builds, which CI runs, count allocations");
        return;
    }
    Fixture f;
    const std::string who(100, 'w');
    const auto was_bad = std::make_shared<std::atomic<bool>>(false);
    const gpu::Counts before = gpu::counts();
    f.set(0);
    for (int i = 0; i < 2 * LateAnswers::kFrames; ++i) {
        std::int64_t allocated = 0;
        {
            const AllocationCounter counter;
            const std::uint64_t ticket = f.late.begin();
            (void)f.late.expects(ticket);
            allocated = counter.count();
        }
        f.expect(who, was_bad);  // the simulated GPU's queue is of ordinary memory
        f.stream.synchronize();
        const AllocationCounter counter;
        f.late.check(static_cast<std::uint64_t>(i) + 1);
        CHECK(allocated + counter.count() == 0);
    }
    CHECK((gpu::counts() - before).allocations == 0);
}

TEST_CASE("a context hands on what it is offered until it is used elsewhere") {
    Fixture f;
    Context context(1, kGpu, f.stream.ref());
    CHECK(late_answers(context) == nullptr);
    offer(context, &f.late);
    CHECK(late_answers(context) == &f.late);
    context.use(kGpu, f.stream.ref());
    CHECK(late_answers(context) == nullptr);
    offer(context, &f.late);
    offer(context, nullptr);
    CHECK(late_answers(context) == nullptr);
}
