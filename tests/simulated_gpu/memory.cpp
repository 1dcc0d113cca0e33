#include "simulated_gpu/memory.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace vbg::cuda::simulated {

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kAlign = 256;                    // of cudaMalloc
constexpr std::size_t kRange = std::size_t{1} << 36U;  // of addresses; only what is allocated takes memory
constexpr int kGarbage = 0xC3;                         // in new memory
constexpr unsigned char kBeside = 0x5A;                // around a block, in its pages

// Numbers side by side in a kernel's arguments must not look like addresses: as a float the lower half of one
// of ours is negative and nearer to 0 than 1e-18, which nobody passes.
constexpr std::uintptr_t kHalf = std::uintptr_t{1} << 32U, kLowest = 0x80000000U, kHighest = 0xA0000000U;

/// Where a block may begin, at `at` or behind.
std::uintptr_t suitable(std::uintptr_t at, std::size_t bytes) {
    const std::uintptr_t low = at % kHalf, high = at - low;
    if (low < kLowest) return high + kLowest;
    return low == kLowest || low + bytes <= kHighest ? at : high + kHalf + kLowest;
}

std::size_t up(std::size_t value, std::size_t step) { return (value + step - 1) / step * step; }
unsigned char* at_address(std::uintptr_t byte) { return reinterpret_cast<unsigned char*>(byte); }

bool is_untouched(std::uintptr_t first, std::uintptr_t limit) {
    return std::all_of(at_address(first), at_address(limit), [](unsigned char b) { return b == kBeside; });
}

}  // namespace

Memory::~Memory() {
    for (const Range& range : ranges_) munmap(at_address(range.begin), range.end - range.begin);
}

std::uintptr_t Memory::reserve(std::size_t bytes) noexcept {
    if (ranges_.empty() || ranges_.back().end < suitable(next_, bytes) + bytes) {
        const std::size_t wanted = std::max(kRange, up(bytes, kPage) + 2 * kHalf);
        void* const range =
            mmap(nullptr, wanted, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (range == MAP_FAILED) return 0;
        next_ = reinterpret_cast<std::uintptr_t>(range);
        ranges_.push_back({next_, next_ + wanted});
    }
    const std::uintptr_t found = suitable(next_, bytes);
    next_ = found + bytes;
    return found;
}

void* Memory::allocate(std::size_t bytes) noexcept {
    const std::size_t aligned = up(std::max<std::size_t>(bytes, 1), kAlign), pages = up(aligned, kPage);
    const std::uintptr_t first = reserve(pages + kPage);  // one more stays forbidden
    if (first == 0 || mprotect(at_address(first), pages, PROT_READ | PROT_WRITE) != 0) return nullptr;
    const std::uintptr_t limit = first + pages, begin = limit - aligned, end = begin + bytes;
    std::memset(at_address(first), kBeside, pages);
    std::memset(at_address(begin), kGarbage, bytes);
    if (!open_) mprotect(at_address(first), pages, PROT_NONE);
    blocks_[begin] = {begin, end, first, limit};
    bytes_ += bytes;
    return at_address(begin);
}

const Memory::Block* Memory::at(const void* begin) const noexcept {
    const auto found = blocks_.find(reinterpret_cast<std::uintptr_t>(begin));
    return found == blocks_.end() ? nullptr : &found->second;
}

const Memory::Block* Memory::around(std::uintptr_t byte) const noexcept {
    auto found = blocks_.upper_bound(byte);
    if (found == blocks_.begin()) return nullptr;
    --found;
    return byte <= found->second.end ? &found->second : nullptr;
}

bool Memory::owns(std::uintptr_t byte) const noexcept {
    const std::uintptr_t low = byte % kHalf;
    if (low < kLowest || low >= kHighest) return false;  // nor more than half a gigabyte in one block
    return std::any_of(ranges_.begin(), ranges_.end(), [&](const Range& range) {
        return byte >= range.begin && byte < (&range == &ranges_.back() ? next_ : range.end);
    });
}

bool Memory::release(const Block& given) noexcept {
    const Block block = given;
    mprotect(at_address(block.first), block.limit - block.first, PROT_READ);
    const bool untouched = is_untouched(block.first, block.begin) && is_untouched(block.end, block.limit);
    madvise(at_address(block.first), block.limit - block.first, MADV_DONTNEED);
    mprotect(at_address(block.first), block.limit - block.first, PROT_NONE);
    bytes_ -= block.end - block.begin;
    blocks_.erase(block.begin);
    return untouched;
}

void Memory::open() noexcept {
    if (!open_) protect(PROT_READ | PROT_WRITE);
    open_ = true;
}

void Memory::close() noexcept {
    if (open_) protect(PROT_NONE);
    open_ = false;
}

void Memory::protect(int rights) const noexcept {
    for (const auto& [begin, block] : blocks_)
        mprotect(at_address(block.first), block.limit - block.first, rights);
}

bool is_readable(std::uintptr_t byte) noexcept {
    // A call that reads eight bytes before it finds that `how` is none: EFAULT where they cannot be read.
    // (What is mapped is not enough: the sanitizers keep terabytes of addresses.)
    constexpr int kNoHow = -1;
    const std::uintptr_t word = byte & ~std::uintptr_t{7};
    return syscall(SYS_rt_sigprocmask, kNoHow, word, nullptr, 8) == 0 || errno != EFAULT;
}

}  // namespace vbg::cuda::simulated
