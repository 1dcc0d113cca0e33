#pragma once
/// @file matte_thread.hpp  For MaskSync::latest: the segmenter on a thread of its own.

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vbg/frame.hpp>

#include "pipeline/matte_maker.hpp"

namespace vbg {

/// Takes the newest frame whenever it is idle; the newest finished matte can be fetched at any time.
/// All buffers are made in the constructor. The destructor waits for the frame in work.
class MatteThread {
public:
    /// Borrows `maker` and `meter`; nobody else may use them until the destructor returns.
    MatteThread(MatteMaker& maker, Meter& meter, const FrameSpec& spec, int threads, std::size_t first_timer);
    ~MatteThread();
    MatteThread(const MatteThread&) = delete;
    MatteThread& operator=(const MatteThread&) = delete;

    /// Hands a copy of `frame` over if the thread is idle. Returns whether it did.
    bool offer(const ConstFrameView& frame);

    struct Latest {
        bool valid = false;          ///< a matte has been made, and the newest attempt did not fail
        std::uint64_t sequence = 0;  ///< of the frame it was made for
        Clock::time_point made{};    ///< when that frame was offered
        std::string failure;         ///< text of a failure not reported yet; empty = none
    };
    /// Swaps the newest matte into `matte` (same size) where there is a newer one than fetched before.
    Latest fetch(Mask& matte);

private:
    void serve();

    MatteMaker& maker_;
    Meter& meter_;
    Context context_;
    std::size_t first_timer_;

    std::mutex mutex_;
    std::condition_variable wake_;
    bool quit_ = false, has_work_ = false, fresh_ = false;
    Frame input_;  // written by offer() while !has_work_, read by the thread while has_work_
    Mask working_, finished_;
    Clock::time_point offered_{};
    Latest latest_;
    std::thread thread_;  // last: starts when everything else is there
};

}  // namespace vbg
