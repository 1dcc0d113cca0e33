#pragma once
/// @file commands.hpp  What a stream is given, gathered and handed to the GPU in one launch.
///
/// A frame is some twenty kernels and a network of hundreds. Handed over one by one they cost the CPU more
/// than the GPU needs for them. So who makes a frame gathers what src/cuda is given for its stream
/// (Gathering), and hands it over as one CUDA graph: programs made for earlier frames are kept, and one that
/// differs in a few arguments only (buffers that take turns, a random number) gets these set anew. As every
/// frame says all that is to be done, no program can be out of date. What cannot be a graph's (a copy from
/// memory that is not pinned, the work of others) hands over what is before it, and nothing is lost but the
/// single launch.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <vbg/types.hpp>

#include "cuda/step.hpp"

namespace vbg::cuda {

/// Work that somebody else has recorded as a CUDA graph.
class ForeignGraph {
public:
    virtual ~ForeignGraph() = default;
    ForeignGraph(const ForeignGraph&) = delete;
    ForeignGraph& operator=(const ForeignGraph&) = delete;

    /// The cudaGraph_t, the same for as long as the object lives; null where there is none to be had.
    [[nodiscard]] virtual void* graph() const noexcept = 0;
    /// Does it in the stream's turn, by itself; returns at once.
    virtual void play(StreamRef stream) = 0;
    /// No two objects of a program have the same.
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

protected:
    ForeignGraph() noexcept;

private:
    std::uint64_t number_;
};

/// Does the step in the stream's turn; returns at once. Throws Error{device, not_built}; a step that is
/// gathered fails where it is handed over.
void queue(const Step& step, const Device& device, StreamRef stream);
/// The same for a recorded graph, which must outlive the work.
void run(ForeignGraph& graph, const Device& device, StreamRef stream);

/// To be called before anybody but src/cuda queues work in the stream: what was gathered for it goes first.
/// Throws as Gathering::hand_over().
void flush(const Device& device, StreamRef stream);

/// Programs of earlier frames, for one stream at a time. Reentrant. Its end, and forget(), want the work
/// done.
class Commands {
public:
    /// Throws Error{invalid_argument} where VBG_GRAPHS in the environment is neither auto nor off.
    Commands();
    ~Commands();
    Commands(const Commands&) = delete;
    Commands& operator=(const Commands&) = delete;

    static constexpr std::size_t kLeast = 2;    ///< steps; fewer are given one by one
    static constexpr std::size_t kAlike = 6;    ///< programs that differ in arguments only
    static constexpr std::size_t kMost = 16;    ///< programs in all
    static constexpr std::uint64_t kRest = 64;  ///< launches without it after which one may go for another

    /// Drops the programs; what could not be one is tried again.
    void forget() noexcept;

    struct Counts {
        std::uint64_t made = 0;      ///< programs
        std::uint64_t changed = 0;   ///< steps of programs that were set anew
        std::uint64_t launched = 0;  ///< programs
        std::uint64_t single = 0;    ///< steps that were given one by one
    };
    [[nodiscard]] const Counts& counts() const noexcept { return counts_; }

private:
    friend class Gathering;
    class Program;

    /// What was gathered, then the marks; nothing of it is left, whatever happens.
    void hand_over(const Device& device, StreamRef stream);
    /// Whether it was launched as a program.
    [[nodiscard]] bool launch(const Device& device, StreamRef stream);
    /// A program for it; null where there can be none, or all are in use for frames of other kinds.
    [[nodiscard]] Program* prepare(const Device& device, StreamRef stream);
    [[nodiscard]] Program* make(const Device& device, StreamRef stream);
    [[nodiscard]] bool change(Program& program, const Device& device);
    /// Throws where the GPU is lost.
    void give_up(int status, const Device& device);

    StepList gathered_;
    std::vector<void*> marks_;                        ///< events, to be recorded after it
    std::vector<std::unique_ptr<Program>> programs_;  ///< the one used last is the last
    Counts counts_;
    std::uint64_t turn_ = 0;
    bool allowed_, given_up_ = false;
};

/// While it lives, what this thread gives src/cuda for the stream is gathered, and handed over at its end or
/// when something waits for it. One at a time on a thread; in host memory it does nothing. VBG_GRAPHS=off in
/// the environment does without.
class Gathering {
public:
    Gathering(Commands& commands, const Device& device, StreamRef stream);
    /// Hands over, also while an exception is on its way, for stages take it for done. What fails is told by
    /// who waits.
    ~Gathering();
    Gathering(const Gathering&) = delete;
    Gathering& operator=(const Gathering&) = delete;

    /// Throws Error{device}, and what a ForeignGraph throws.
    void hand_over();

private:
    friend void queue(const Step& step, const Device& device, StreamRef stream);
    friend void flush(const Device& device, StreamRef stream);
    friend struct Gathered;
    /// This thread's, where it gathers for that stream; else null.
    [[nodiscard]] static Gathering* of(const Device& device, StreamRef stream) noexcept;
    void add(const Step& step) { commands_.gathered_.add(step); }
    void mark(void* event);
    [[nodiscard]] bool marks(const void* event) const noexcept;

    Commands& commands_;
    Device device_;
    StreamRef stream_;
    bool active_ = false;
};

/// For runtime.cpp.
struct Gathered {
    /// Marks the stream once all that is gathered was handed over; false: nothing is gathered for it.
    [[nodiscard]] static bool mark(void* event, const Device& device, StreamRef stream);
    /// Hands over where the event is to be marked after that.
    static void need(const void* event);
    /// Before something goes that gathered work may need.
    static void before_release() noexcept;
};

}  // namespace vbg::cuda
