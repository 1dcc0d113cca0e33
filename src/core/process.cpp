#include <malloc.h>
#include <unistd.h>

#include <cstdlib>
#include <vbg/process.hpp>

namespace vbg::inline v0 {

void prepare_process(int argc, char** argv) noexcept {
    // LibTorch takes and returns activations of 1 to 4 MB in every layer. By default malloc gives each of
    // them back to the system and faults it in anew; kept blocks made a frame of BodyPix about a third
    // faster.
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, 512 << 20);
    mallopt(M_TOP_PAD, 16 << 20);

    // libgomp reads its settings while it is loaded, so they must stand in the environment before the program
    // starts.
    const bool prepared = std::getenv("VBG_PREPARED") != nullptr;
    const bool chosen = std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr;
    if (prepared || chosen || argc < 1 || argv == nullptr) return;
    setenv("VBG_PREPARED", "1", 1);
    // A network has some thirty parallel pieces a frame: threads that fall asleep between them cost 7 to 10 %
    // of it, threads that spin for ever starve each other beside a busy program (five times slower). 5000
    // turns are about a quarter of a millisecond, longer than the pauses inside a frame and shorter than
    // those between frames.
    setenv("GOMP_SPINCOUNT", "5000", 1);
    execv("/proc/self/exe", argv);
    // Without /proc the program goes on as it is.
}

}  // namespace vbg::inline v0
