// Batches of calls, with work that the test holds up: who runs with whom, who waits, and who fails.
#include "model/batcher.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using vbg::net::Batcher;

namespace {

struct Call : Batcher::Call {
    explicit Call(float value, int width = 8)
        : Batcher::Call(&number, {6, width, false}, nullptr), number(value) {}
    float number;
    float answer = 0;
    std::string error;
};

/// A batcher that doubles numbers; nothing moves until open(). A negative number is an error of the whole
/// batch, 13 one of its own.
class Doubler {
public:
    explicit Doubler(std::size_t most)
        : batcher_(most, [this](const Batcher::Calls& calls) { work(calls); }) {}

    /// From a thread of its own; returns when it is at work (the first) or waits for that.
    void ask(Call& call, std::size_t most = 100) {
        const bool first = threads_.empty();
        const std::size_t before = batcher_.waiting();
        threads_.emplace_back([this, &call, most] {
            try {
                batcher_.run(call, most);
            } catch (const std::exception& failure) {
                call.error = failure.what();
            }
        });
        while (first ? !at_work_.load() : batcher_.waiting() == before) std::this_thread::yield();
    }
    /// The sizes of the batches, in turn.
    std::vector<std::size_t> open() {
        gate_.set_value();
        for (std::thread& thread : threads_) thread.join();
        return sizes_;
    }

private:
    void work(const Batcher::Calls& calls) {
        at_work_ = true;
        opened_.wait();
        sizes_.push_back(calls.size());
        for (Batcher::Call* call : calls) {
            auto& mine = static_cast<Call&>(*call);
            CHECK(mine.kind == calls.front()->kind);
            if (mine.number < 0) throw std::runtime_error("below zero");
            if (mine.number == 13)
                mine.failure = std::make_exception_ptr(std::runtime_error("unlucky"));
            else
                mine.answer = 2 * *mine.input;
        }
    }

    std::promise<void> gate_;
    std::shared_future<void> opened_ = gate_.get_future().share();
    std::atomic<bool> at_work_{false};
    std::vector<std::size_t> sizes_;
    std::vector<std::thread> threads_;
    Batcher batcher_;
};

}  // namespace

TEST_CASE("a call that finds nobody at work goes alone; those that come meanwhile go together") {
    Doubler doubler(100);
    Call first(1), second(2), third(3), fourth(4);
    for (Call* call : {&first, &second, &third, &fourth}) doubler.ask(*call);
    CHECK(doubler.open() == std::vector<std::size_t>{1, 3});
    for (const Call* call : {&first, &second, &third, &fourth}) CHECK(call->answer == 2 * call->number);
}

TEST_CASE("batches hold calls of one kind, the oldest first, and no more than there is room for") {
    Doubler doubler(3);
    Call first(1), a(2, 8), b(3, 16), c(4, 8), d(5, 8), e(6, 8), f(7, 16);
    for (Call* call : {&first, &a, &b, &c, &d, &e, &f}) doubler.ask(*call);
    // a c d, then b f, then e.
    CHECK(doubler.open() == std::vector<std::size_t>{1, 3, 2, 1});
    for (const Call* call : {&first, &a, &b, &c, &d, &e, &f}) CHECK(call->answer == 2 * call->number);

    Doubler narrow(100);
    Call one(1), two(2), three(3);
    for (Call* call : {&one, &two, &three}) narrow.ask(*call, 1);
    CHECK(narrow.open() == std::vector<std::size_t>{1, 1, 1});
}

TEST_CASE("one call's failure is not another's") {
    Doubler doubler(100);
    Call first(1), good(2), bad(-1), unlucky(13), fine(3);
    for (Call* call : {&first, &good, &bad, &unlucky, &fine}) doubler.ask(*call);
    // The four fail together, so each runs again by itself.
    CHECK(doubler.open() == std::vector<std::size_t>{1, 4, 1, 1, 1, 1});
    CHECK(good.answer == 4);
    CHECK(good.error.empty());
    CHECK(fine.answer == 6);
    CHECK(fine.error.empty());
    CHECK(bad.error == "below zero");
    CHECK(unlucky.error == "unlucky");

    Doubler lone(100);
    Call alone(-2), after(4), unlucky_one(13);
    for (Call* call : {&alone, &after, &unlucky_one}) lone.ask(*call);
    CHECK(lone.open() == std::vector<std::size_t>{1, 2});
    CHECK(alone.error == "below zero");
    CHECK(after.answer == 8);
    CHECK(unlucky_one.error == "unlucky");
}

TEST_CASE("many threads, many calls: each gets its own answer") {
    std::atomic<int> batches{0}, wrong{0};
    Batcher batcher(4, [&](const Batcher::Calls& calls) {
        ++batches;
        for (Batcher::Call* call : calls) {
            auto& mine = static_cast<Call&>(*call);
            mine.answer = 2 * *mine.input;
        }
    });
    constexpr int kThreads = 6, kCalls = 400;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < kCalls; ++i) {
                Call call(static_cast<float>(t * kCalls + i), i % 3 == 0 ? 16 : 8);
                batcher.run(call, 100);
                if (call.answer != 2 * call.number) ++wrong;
            }
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK(batcher.counts().batches == static_cast<std::uint64_t>(batches.load()));
    CHECK(batcher.counts().calls == kThreads * kCalls);
    CHECK(batcher.waiting() == 0);
}
