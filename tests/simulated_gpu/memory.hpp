#pragma once
/// @file memory.hpp  Memory of one simulated GPU: addresses at which nobody may read or write but while it
/// is open. Not thread-safe.

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace vbg::cuda::simulated {

class Memory {
public:
    struct Block {
        std::uintptr_t begin, end;    ///< what was asked for
        std::uintptr_t first, limit;  ///< whole pages
    };

    Memory() = default;
    ~Memory();
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    /// Filled with garbage, at a multiple of 256; ends where forbidden memory begins (but for the last 255
    /// bytes, which are looked at when the block is released). Null where the machine has no more.
    void* allocate(std::size_t bytes) noexcept;
    /// The block that begins there, or null.
    [[nodiscard]] const Block* at(const void* begin) const noexcept;
    /// The block that the byte lies in, or right behind; null where there is none.
    [[nodiscard]] const Block* around(std::uintptr_t byte) const noexcept;
    /// Whether the address was ever handed out.
    [[nodiscard]] bool owns(std::uintptr_t byte) const noexcept;
    /// Its pages stay forbidden for ever, or nearly so. False where it was written beside the block.
    bool release(const Block& block) noexcept;
    /// Bytes in all blocks.
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    void open() noexcept;
    void close() noexcept;

private:
    void protect(int rights) const noexcept;
    struct Range {
        std::uintptr_t begin, end;
    };
    std::uintptr_t reserve(std::size_t bytes) noexcept;

    std::vector<Range> ranges_;  ///< of addresses; the last one is used
    std::uintptr_t next_ = 0;    ///< in it
    std::map<std::uintptr_t, Block> blocks_;
    std::size_t bytes_ = 0;
    bool open_ = false;
};

/// Whether the program may read there.
[[nodiscard]] bool is_readable(std::uintptr_t byte) noexcept;

}  // namespace vbg::cuda::simulated
