#pragma once
/// @file parts.hpp  From options to the parts of a pipeline, at the start and when a setting changes.

#include <string>
#include <vbg/vbg.hpp>

#include "options.hpp"

namespace cam {

/// What each part is in the end, the preset filled in: spec strings and words as Pipeline::set() takes them.
struct Parts {
    std::string source, segmenter, filters, background, foreground, show, sync, on_failure, card;
    bool live = false;  ///< whether the source is
};

/// Throws vbg::Error for what cannot be.
Parts parts_of(const Options& options);

/// Puts everything into a new pipeline, sinks and live options too.
void assemble(vbg::Pipeline& pipeline, const Options& options, const Parts& parts);

/// Sets what differs between `from` and `to` in a pipeline that may be running. All or nothing: where one
/// part is refused, those before it are set back and the error is thrown on. Returns the names of the changed
/// parts.
std::vector<std::string> change(vbg::Pipeline& pipeline, const Parts& from, const Parts& to);

/// Sets one part by hand, taking what the options take: "on-failure", "side-by-side", a path for the source.
/// Throws what Pipeline::set() throws.
void set_part(vbg::Pipeline& pipeline, std::string part, std::string value, const Options& options);

}  // namespace cam
