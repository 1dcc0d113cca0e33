#pragma once
/// @file carried.hpp  Stages without code for a GPU, in a pipeline that works on one: their pictures are
/// carried to the CPU and back.

#include <vbg/registry.hpp>

#include "pipeline/timed.hpp"

namespace vbg {

/// Makes of a stage one that also works on GPUs. Where the pipeline works on the CPU it is called as if it
/// stood there by itself. A stage that has code for GPUs stays as it is.
void carry(Timed<Segmenter>& segmenter);
void carry(Timed<MaskFilter>& filter);
void carry(Timed<Effect>& effect);
void carry(Timed<Compositor>& compositor);

template <class T>
void carry(TimedChain<T>& chain) {
    for (auto& stage : chain) carry(stage);
}

}  // namespace vbg
