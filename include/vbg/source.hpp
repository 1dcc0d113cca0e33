#pragma once
/// @file source.hpp  Where frames come from.

#include <chrono>
#include <string>
#include <string_view>

#include <vbg/error.hpp>
#include <vbg/types.hpp>

namespace vbg::inline v0 {

enum class ReadResult : std::int32_t {
    frame = 0,      ///< a frame was read
    timed_out = 1,  ///< none came in time; try again
    end = 2,        ///< there will be no more
};

/// A camera, a film, a still. Made closed; open() gets it going. Reentrant: one thread at a time per object.
class VBG_API Source {
public:
    virtual ~Source();
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;

    /// Registry name, e.g. "video". Lives as long as the object.
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;

    /// Opens (again) from the beginning and returns what every frame will be.
    /// Throws Error{not_found, io, device, invalid_argument}.
    FrameSpec open();
    /// Borrows the next frame until the next read(), release(), close() or open().
    /// Time-out and end are results, not errors. Throws Error{io, device, wrong_state}; a frame whose size
    /// differs from open()'s answer is an Error{io}.
    [[nodiscard]] ReadResult read(ConstFrameView& frame, std::chrono::milliseconds timeout);
    /// Gives the borrowed frame back early. Harmless when nothing is borrowed.
    void release() noexcept;
    void close() noexcept;

    /// A live source (camera) loses frames when nobody reads; a recorded one waits. Default: false.
    [[nodiscard]] virtual bool is_live() const noexcept;
    /// Frames in all where that is known (files), else 0. Only a hint, for progress bars.
    [[nodiscard]] virtual std::uint64_t length() const noexcept;
    /// Frames that came damaged (cut off, undecodable) and were left out, since the object was made; each
    /// also is a gap in the sequence. Default: 0.
    [[nodiscard]] virtual std::uint64_t damaged() const noexcept;

protected:
    Source();
    [[nodiscard]] const FrameSpec& spec() const noexcept { return spec_; }

private:
    virtual FrameSpec do_open() = 0;
    virtual ReadResult do_read(ConstFrameView& frame, std::chrono::milliseconds timeout) = 0;
    virtual void do_release() noexcept;
    virtual void do_close() noexcept = 0;
    FrameSpec spec_{};
    bool open_ = false;
};

}  // namespace vbg::inline v0
