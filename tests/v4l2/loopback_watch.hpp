#pragma once
// Watches an output in which the right half must be blue or black: as the pipeline writes it, and as another
// program reads it from the loopback's node.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <vbg/frame.hpp>

namespace vbg_test {

class FrameWatch {
public:
    [[nodiscard]] int frames() const { return frames_; }
    /// Frames with a pixel in the right half that is neither blue nor black, or a torn half.
    [[nodiscard]] int leaks() const { return leaks_; }
    /// Frames whose left half shows the red camera.
    [[nodiscard]] int with_person() const { return with_person_; }
    [[nodiscard]] std::chrono::milliseconds longest_gap() const {
        return std::chrono::milliseconds(longest_.load());
    }

    /// For one thread. Pixels are bgr8.
    void look_bgr(const vbg::ConstFrameView& frame) {
        constexpr int kNear = 2;
        count();
        bool clean = true;
        for (int y = 0; y < frame.height && clean; ++y) {
            const auto* row = reinterpret_cast<const unsigned char*>(frame.row(y));
            for (int x = frame.width / 2; x < frame.width && clean; ++x) {
                const unsigned char* p = row + 3 * x;
                clean = (p[0] < kNear || p[0] > 255 - kNear) && p[1] < kNear && p[2] < kNear;
            }
        }
        const auto* left = reinterpret_cast<const unsigned char*>(frame.row(frame.height / 2)) +
                           static_cast<std::ptrdiff_t>(3 * (frame.width / 4));
        finish(clean, left[2] > 200 && left[0] < 60);
    }
    /// The same of yuyv, BT.601 limited: blue is 41, 240, 110; black 16, 128, 128.
    void look_yuyv(const unsigned char* data, int width, int height) {
        count();
        bool clean = true;
        const auto near = [](int a, int b) { return std::abs(a - b) <= 3; };
        for (int y = 0; y < height && clean; ++y) {
            const unsigned char* row = data + static_cast<std::ptrdiff_t>(2 * width) * y;
            for (int x = width / 2; x < width && clean; x += 2) {
                const unsigned char* p = row + static_cast<std::ptrdiff_t>(2 * x);
                const bool blue = near(p[0], 41) && near(p[2], 41) && near(p[1], 240) && near(p[3], 110);
                clean = blue || (near(p[0], 16) && near(p[2], 16) && near(p[1], 128) && near(p[3], 128));
            }
        }
        const unsigned char* left = data + static_cast<std::ptrdiff_t>(2 * width) * (height / 2) +
                                    static_cast<std::ptrdiff_t>(width / 4 * 2);
        finish(clean, left[3] > 200);
    }

private:
    void count() {
        const auto now = std::chrono::steady_clock::now();
        if (frames_ > 0) {
            const auto gap = std::chrono::duration_cast<std::chrono::milliseconds>(now - last_).count();
            longest_ = std::max<long>(longest_, static_cast<long>(gap));
        }
        last_ = now;
    }
    void finish(bool clean, bool person) {
        if (!clean) ++leaks_;
        if (person) ++with_person_;
        ++frames_;
    }
    std::atomic<int> frames_{0}, leaks_{0}, with_person_{0};
    std::atomic<long> longest_{0};
    std::chrono::steady_clock::time_point last_{};
};

/// How long the machine itself stood still at most: a thread that only sleeps, and is woken late. What is
/// late by as much is no fault of the program's.
class Standstill {
public:
    Standstill() {
        thread_ = std::thread([this] {
            constexpr std::chrono::milliseconds kNap{20};
            auto last = std::chrono::steady_clock::now();
            while (!stop_) {
                std::this_thread::sleep_for(kNap);
                const auto now = std::chrono::steady_clock::now();
                const auto late = std::chrono::duration_cast<std::chrono::milliseconds>(now - last - kNap);
                longest_ = std::max<long>(longest_, static_cast<long>(late.count()));
                last = now;
            }
        });
    }
    ~Standstill() {
        stop_ = true;
        thread_.join();
    }
    Standstill(const Standstill&) = delete;
    Standstill& operator=(const Standstill&) = delete;
    [[nodiscard]] std::chrono::milliseconds longest() const {
        return std::chrono::milliseconds(longest_.load());
    }

private:
    std::atomic<bool> stop_{false};
    std::atomic<long> longest_{0};
    std::thread thread_;
};

/// v4l2-ctl reads the node (yuyv of a known size) and this class looks at every frame that it gives.
class LoopbackWatch {
public:
    LoopbackWatch(const std::string& node, int width, int height) {
        int ends[2];
        if (::pipe(ends) != 0) return;
        child_ = ::fork();
        if (child_ == 0) {
            ::dup2(ends[1], 1);
            ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), 2);  // it counts frames there
            ::close(ends[0]);
            ::close(ends[1]);
            ::execlp("v4l2-ctl", "v4l2-ctl", "-d", node.c_str(), "--stream-mmap", "--stream-to=-", nullptr);
            ::_exit(127);
        }
        ::close(ends[1]);
        thread_ = std::thread([this, width, height, in = ends[0]] { serve(in, width, height); });
    }
    ~LoopbackWatch() { stop(); }
    LoopbackWatch(const LoopbackWatch&) = delete;
    LoopbackWatch& operator=(const LoopbackWatch&) = delete;

    void stop() {
        if (!thread_.joinable()) return;
        ::kill(child_, SIGTERM);
        thread_.join();
        ::waitpid(child_, nullptr, 0);
    }
    /// False once v4l2-ctl saw the end of the stream.
    [[nodiscard]] bool running() const { return !ended_; }
    [[nodiscard]] int frames() const { return watch_.frames(); }
    [[nodiscard]] int leaks() const { return watch_.leaks(); }
    [[nodiscard]] std::chrono::milliseconds longest_gap() const { return watch_.longest_gap(); }

private:
    void serve(int in, int width, int height) {
        std::vector<unsigned char> frame(static_cast<std::size_t>(2 * width * height));
        std::size_t have = 0;
        for (;;) {
            const ssize_t got = ::read(in, frame.data() + have, frame.size() - have);
            if (got <= 0) break;
            have += static_cast<std::size_t>(got);
            if (have < frame.size()) continue;
            watch_.look_yuyv(frame.data(), width, height);
            have = 0;
        }
        ::close(in);
        ended_ = true;
    }
    FrameWatch watch_;
    std::atomic<bool> ended_{false};
    pid_t child_ = -1;
    std::thread thread_;
};

}  // namespace vbg_test
