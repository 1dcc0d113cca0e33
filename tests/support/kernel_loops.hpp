#pragma once
// What launches of kernels do, on the CPU: for tests of their arithmetic, and for the simulated GPU.
#include <algorithm>

namespace vbg_test {

/// Calls `pixel(x, y)` for each; last pixel first, so that none relies on an order.
template <class Pixel>
void for_each_pixel(const Pixel& pixel, int width, int height) {
    for (int y = height - 1; y >= 0; --y) {
        for (int x = width - 1; x >= 0; --x) pixel(x, y);
    }
}

/// What cuda::Launcher does, on the CPU. The threads of a block take each phase one after the other, first
/// thread first or last: a phase in which one thread reads what another writes gives two different pictures.
class Steps {
public:
    explicit Steps(bool backwards) : backwards_(backwards) {}

    template <class Kernel>
    void items(int width, int height, const Kernel& kernel) const {
        if (backwards_) return for_each_pixel(kernel, width, height);
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) kernel(x, y);
        }
    }
    template <class Kernel>
    void blocks(int across, int down, const Kernel& kernel) const {
        for (int i = 0; i < across * down; ++i) {
            const int block = backwards_ ? across * down - 1 - i : i;
            // What a block finds in its memory is left over from another one: never zeros.
            typename Kernel::Shared memory;
            auto* bytes = reinterpret_cast<unsigned char*>(&memory);
            std::fill_n(bytes, sizeof memory, static_cast<unsigned char>(0xA5 + i));
            for (int phase = 0; phase < kernel.phases(); ++phase) {
                for (int t = 0; t < Kernel::kThreads; ++t) {
                    kernel.run(phase, memory, block % across, block / across,
                               backwards_ ? Kernel::kThreads - 1 - t : t);
                }
            }
        }
    }

private:
    bool backwards_;
};

}  // namespace vbg_test
