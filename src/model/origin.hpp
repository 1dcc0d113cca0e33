#pragma once
/// @file origin.hpp  Where the files of a model are taken from: its official address, another one, or a disk.

#include <filesystem>
#include <string>
#include <string_view>
#include <vbg/model.hpp>

namespace vbg::model {

/// A place with a model's files.
class Origin {
public:
    /// `from` as in FetchOptions. Throws Error{not_found} (no such path), Error{invalid_argument} (an address
    /// that is neither http:, https: nor file:).
    Origin(const CatalogueEntry& entry, const std::string& from);

    /// True: address_of() counts; false: find() does.
    [[nodiscard]] bool is_address() const noexcept { return !address_.empty(); }
    [[nodiscard]] std::string address_of(const ModelFile& file) const;
    /// The file on the disk. Throws Error{not_found} that names the places looked at.
    [[nodiscard]] std::filesystem::path find(const ModelFile& file) const;

private:
    const CatalogueEntry* entry_;
    std::string address_;         ///< with '/' at the end, or the address of the only file
    std::filesystem::path path_;  ///< a folder, or the model's first file
};

/// A file's path without what is for the publisher's server only.
[[nodiscard]] std::string plain_path(const ModelFile& file);

}  // namespace vbg::model
