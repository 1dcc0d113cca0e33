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
    setenv("OMP_WAIT_POLICY", "passive", 1);
    execv("/proc/self/exe", argv);
    // Without /proc the program goes on as it is.
}

}  // namespace vbg::inline v0
