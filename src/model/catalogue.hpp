#pragma once
/// @file catalogue.hpp  From a name to a catalogue entry and to the name of its file.

#include <optional>
#include <string>
#include <string_view>
#include <vbg/model.hpp>

namespace vbg::model {

/// A model as asked for by name: the entry, and whether with JavaScript's dilation.
struct Wanted {
    const CatalogueEntry* entry = nullptr;
    bool javascript = false;
    /// Name of its .pt without the extension: the entry's name, with "-javascript" where asked for.
    [[nodiscard]] std::string stem() const;
    /// What gets it, for texts: "vbg-model fetch NAME ...".
    [[nodiscard]] std::string fetch_command() const;
};

/// Takes names, aliases, and either with "-javascript" at the end; nothing where there is no such model.
[[nodiscard]] std::optional<Wanted> find_wanted(std::string_view name);
/// The same; throws Error{not_found} that names the nearest.
[[nodiscard]] Wanted wanted_or_throw(std::string_view name);

}  // namespace vbg::model
