#include "cuda/matte.hpp"

#include "cuda/launcher.cuh"
#include "cuda/rows.hpp"

namespace vbg::cuda {

void write_matte(const MattePlan& plan, std::byte* scratch, const float* plane, const MaskView& alpha,
                 StreamRef stream) {
    const bool whole = alpha.format == MaskFormat::f32;
    write_matte(plan, scratch, plane, whole ? Bytes{} : rows(alpha), whole ? float_rows(alpha) : Floats{},
                Launcher(alpha.device, stream, "matte"));
}

}  // namespace vbg::cuda
