#pragma once
/// @file one_thread.hpp  Work that is to be done by the same thread each time. C++17-clean.

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace vbg::net {

/// A thread, from the first work on. One caller at a time.
class OneThread {
public:
    OneThread() = default;
    ~OneThread();
    OneThread(const OneThread&) = delete;
    OneThread& operator=(const OneThread&) = delete;

    /// Waits until that thread has done it. Throws what it threw.
    void run(const std::function<void()>& work);

private:
    void loop() noexcept;

    std::mutex mutex_;
    std::condition_variable changed_;
    const std::function<void()>* work_ = nullptr;  ///< not done yet
    std::exception_ptr failure_;                   ///< of the work done last
    bool ends_ = false;
    std::thread thread_;
};

}  // namespace vbg::net
