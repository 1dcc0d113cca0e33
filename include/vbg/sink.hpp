#pragma once
/// @file sink.hpp  Where composed frames go.

#include <cstdint>
#include <string_view>

#include <vbg/error.hpp>
#include <vbg/types.hpp>

namespace vbg::inline v0 {

/// Whether anybody looks at what a sink gives.
enum class Demand : std::int32_t {
    unknown = 0,  ///< the sink cannot tell (files, pipes): write to it
    none = 1,     ///< nobody; frames are not needed now
    wanted = 2,   ///< somebody reads
};

/// What became of the frames of a sink since open().
struct SinkCounters {
    std::uint64_t shown = 0;     ///< frames handed to the device, repeated ones not counted
    std::uint64_t repeated = 0;  ///< times a frame was handed over again because no new one had come
    std::uint64_t dropped = 0;   ///< frames written but never handed over
    std::uint64_t reopened = 0;  ///< times the device was lost and came back
};

/// A film, pictures, a pipe, a virtual camera. Reentrant: one thread at a time per object.
class VBG_API Sink {
public:
    /// Subclasses call abandon() in their destructors: what is half-written is removed, never left under its
    /// final name.
    virtual ~Sink();
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;

    [[nodiscard]] virtual std::string_view name() const noexcept = 0;

    /// Opens for frames like `wanted` and returns what is accepted; the size may differ where a device holds
    /// it. Frames written must then have that size and format. Throws Error{io, device, invalid_argument}.
    FrameSpec open(const FrameSpec& wanted);
    /// Writes one frame. It is borrowed for the call. Throws Error{io, device, invalid_argument,
    /// wrong_state}.
    void write(const ConstFrameView& frame);
    /// Finishes: files get their final names here. Throws Error{io} when that fails. Harmless when closed.
    void close();
    /// Gives up: removes what is half-written.
    void abandon() noexcept;

    /// Ends waiting for somebody else, such as the reader of a pipe: an open() or write() that waits throws
    /// Error{io} with ECANCELED at once (a write after half a second, so that a reader who is alive still
    /// gets a whole frame), and so does every later one that would have to wait, until rearm(). What is
    /// written is then cut off somewhere; close() it. Default: nothing, for sinks that wait for nobody.
    /// Thread-safe.
    virtual void interrupt() noexcept;
    /// Takes interrupt() back. Thread-safe.
    virtual void rearm() noexcept;

    [[nodiscard]] bool is_open() const noexcept { return open_; }

    /// Whether anybody reads now. Short looks (a program that only lists cameras) do not count. Default:
    /// unknown. Thread-safe.
    [[nodiscard]] virtual Demand demand() const noexcept;
    /// Default: all zero, for sinks that hand every frame on at once. Thread-safe.
    [[nodiscard]] virtual SinkCounters counters() const noexcept;

protected:
    Sink();
    [[nodiscard]] const FrameSpec& spec() const noexcept { return spec_; }

private:
    virtual FrameSpec do_open(const FrameSpec& wanted) = 0;
    virtual void do_write(const ConstFrameView& frame) = 0;
    virtual void do_close() = 0;
    /// Removes what is half-written.
    virtual void do_abandon() noexcept = 0;
    FrameSpec spec_{};
    bool open_ = false;
};

}  // namespace vbg::inline v0
