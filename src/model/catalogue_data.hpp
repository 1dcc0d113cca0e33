#pragma once
/// @file catalogue_data.hpp  The tables of known models; catalogue.cpp makes entries of them.

#include <cstdint>
#include <span>
#include <vbg/model.hpp>

namespace vbg::model {

/// A weight file of BodyPix. Every graph in the same folder needs all weight files of that folder, in this
/// order.
struct WeightLine {
    const char* path;
    std::uint64_t bytes;
    const char* checksum;  ///< as ModelFile::checksum
};

/// A graph of BodyPix: one catalogue entry.
struct GraphLine {
    const char* name;
    const char* alias;
    const char* path;
    std::uint64_t bytes;
    const char* checksum;
    const char* summary;
    const char* note;
};

[[nodiscard]] std::span<const WeightLine> catalogue_weights() noexcept;
[[nodiscard]] std::span<const GraphLine> catalogue_graphs() noexcept;
/// Models that are one file: whole entries.
[[nodiscard]] std::span<const CatalogueEntry> catalogue_others() noexcept;

}  // namespace vbg::model
