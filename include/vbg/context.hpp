#pragma once
/// @file context.hpp  What a pipeline hands to each of its stages: device, stream, worker threads.

#include <memory>
#include <type_traits>
#include <utility>

#include <vbg/types.hpp>

namespace vbg::inline v0 {

/// One per pipeline (or per thread that drives stages by hand). Stages borrow it for a call.
/// Reentrant: one thread at a time per object.
class VBG_API Context {
public:
    /// @param threads  threads that parallel_rows() may use, the caller's included; 0 = all cores, at most 4.
    /// @param device   where the stages work (default: the CPU).
    /// @param stream   the device's queue of work to use (default: the device's own).
    explicit Context(int threads = 1, Device device = {}, StreamRef stream = {});
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    /// From now on the stages work there. Not while one of them does.
    void use(const Device& device, StreamRef stream) noexcept;
    [[nodiscard]] Device device() const noexcept;
    [[nodiscard]] StreamRef stream() const noexcept;
    [[nodiscard]] int threads() const noexcept;

    /// Calls `body(first, last)` for consecutive pieces that cover [0, rows), at the same time on several
    /// threads, and returns when all are done. Pieces are at least `grain` rows. Neither allocates nor spins.
    /// The first exception thrown by a piece is rethrown here.
    template <class Body>
    void parallel_rows(int rows, int grain, Body&& body) {
        using Plain = std::remove_reference_t<Body>;
        run_rows(
            rows, grain, [](void* user, int first, int last) { (*static_cast<Plain*>(user))(first, last); },
            const_cast<std::remove_const_t<Plain>*>(std::addressof(body)));
    }

private:
    void run_rows(int rows, int grain, void (*call)(void*, int, int), void* user);
    struct Impl;
    friend struct ContextInside;  ///< what the library's own parts see of it, too
    std::unique_ptr<Impl> impl_;
};

}  // namespace vbg::inline v0
