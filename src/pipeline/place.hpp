#pragma once
/// @file place.hpp  Where a pipeline works: the CPU, or a GPU and the stream on it.

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vbg/error.hpp>
#include <vbg/types.hpp>

#include "cuda/runtime.hpp"

namespace vbg {

/// A GPU that was worked on has failed: nothing that lies there can be had any more.
class GpuFailed : public Error {
public:
    explicit GpuFailed(const Error& error) : Error(error.code(), error.what(), error.sys_errno()) {}
};

[[nodiscard]] bool is_gpu_failure(const std::exception_ptr& error) noexcept;

class Place {
public:
    /// What Pipeline::device() says. Throws Error{invalid_argument} for a word that is none.
    void wish(std::string_view word, StreamRef stream);
    /// Decides; `on_gpu`: whether the segmenter has code for GPUs. Throws Error{device, not_built} where the
    /// one wished for cannot be used. Makes the stream.
    void choose(bool on_gpu);
    /// Whether a GPU that fails may be given up.
    [[nodiscard]] bool may_leave_gpu() const noexcept { return automatic_; }
    /// From now on the CPU, whatever was wished.
    void leave_gpu() noexcept;

    [[nodiscard]] const Device& device() const noexcept { return device_; }
    [[nodiscard]] bool is_gpu() const noexcept { return device_.type == DeviceType::cuda; }
    [[nodiscard]] StreamRef stream() const noexcept;
    /// The one in whose turn the caller's pictures on that GPU are: the one wish() was given, else the
    /// default.
    [[nodiscard]] StreamRef callers_stream(const Device& device) const noexcept;
    /// For pictures of the caller's on the GPU, where the stream is one of the pipeline's own, which the
    /// caller cannot know: the work between these two is done after what the GPU's default stream was given
    /// so far, and before what it is given from then on. In a stream of the caller's they do nothing.
    void begin_turn();
    void end_turn();
    /// Waits until the GPU has done all it was given; on the CPU there is nothing to wait for.
    void finish() const;

    /// Does `work`. Where it throws Error{device} because the GPU has failed, GpuFailed is thrown instead.
    template <class Work>
    auto watch(Work work) const {
        try {
            return work();
        } catch (const Error& error) {
            if (error.code() == Errc::device && !still_works()) throw GpuFailed(error);
            throw;
        }
    }

    /// The same, but that what it throws is returned, if not GpuFailed.
    template <class Work>
    std::exception_ptr attempt(Work work) const {
        try {
            watch(work);
        } catch (const GpuFailed&) {
            throw;
        } catch (...) {
            return std::current_exception();
        }
        return nullptr;
    }

private:
    [[nodiscard]] bool still_works() const noexcept;
    std::string word_ = "auto";
    StreamRef given_{};
    Device device_{};
    bool automatic_ = false, left_ = false;
    std::optional<cuda::Stream> own_;
    std::optional<cuda::Event> turn_;  // with own_
};

}  // namespace vbg
