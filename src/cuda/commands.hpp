#pragma once
/// @file commands.hpp  What a stream is given, gathered and handed to the GPU in one launch.

#include <cstdint>

#include <vbg/types.hpp>

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

/// Does the graph's work in the stream's turn; returns at once. `graph` must outlive the work.
void run(ForeignGraph& graph, const Device& device, StreamRef stream);

/// To be called before anybody but src/cuda queues work in the stream: what was gathered for it goes first.
void flush(const Device& device, StreamRef stream);

}  // namespace vbg::cuda
