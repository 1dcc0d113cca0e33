#pragma once
/// @file staging.hpp  The pinned memory through which something goes up to a GPU with every frame.

#include <cstddef>
#include <utility>
#include <vector>

#include "cuda/runtime.hpp"

namespace vbg::cuda {

/// Pieces of pinned memory, written in turn: the CPU fills one while the GPU still takes those before, and
/// waits only where all are on their way. `Memory` owns one piece: PinnedBuffer, or Frame. Waits at its end
/// for what is on its way. Movable. Reentrant.
template <class Memory>
class Staging {
public:
    Staging() = default;
    /// `make` makes one piece, pinned for that GPU. Throws what it throws, and Error{device, not_built}.
    template <class Make>
    Staging(int pieces, const Device& gpu, Make make) {
        for (int i = 0; i < pieces; ++i) pieces_.push_back(Piece{make(), Event(gpu)});
    }
    Staging(Staging&& other) noexcept = default;
    Staging& operator=(Staging&& other) noexcept {
        finish();
        pieces_ = std::move(other.pieces_);
        now_ = other.now_;
        return *this;
    }
    ~Staging() { finish(); }

    /// The piece whose turn it is, free to be written. Throws Error{device}.
    [[nodiscard]] Memory& next() {
        const std::size_t turn = (now_ + 1) % pieces_.size();
        pieces_[turn].taken.synchronize();
        now_ = turn;
        return pieces_[now_].memory;
    }
    /// That piece is read by what the stream was given so far, and by nothing later.
    void sent(StreamRef stream) { pieces_[now_].taken.record(stream); }

private:
    struct Piece {
        Memory memory;
        Event taken;
    };
    void finish() const noexcept {
        try {
            for (const Piece& piece : pieces_) piece.taken.synchronize();
        } catch (const Error&) {
            // A GPU that has failed takes nothing any more.
        }
    }
    std::vector<Piece> pieces_;
    std::size_t now_ = 0;
};

}  // namespace vbg::cuda
