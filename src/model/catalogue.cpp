#include "model/catalogue.hpp"

#include <fmt/format.h>

#include <deque>
#include <vbg/error.hpp>
#include <vector>

#include "core/suggest.hpp"
#include "model/catalogue_data.hpp"

namespace vbg {
namespace model {

namespace {

constexpr std::string_view javascript_suffix = "-javascript";
constexpr const char* bodypix_base = "https://storage.googleapis.com/tfjs-models/savedmodel/bodypix/";
constexpr const char* bodypix_provenance =
    "Google, BodyPix 2.0 of the TensorFlow.js models, trained by George Papandreou and others (2018)";

std::string_view folder_of(std::string_view path) { return path.substr(0, path.rfind('/')); }

/// The tables as entries; built once, at the first question.
struct Catalogue {
    std::deque<std::vector<ModelFile>> files;  // a deque: entries point into it while it grows
    std::vector<CatalogueEntry> entries;

    Catalogue() {
        for (const GraphLine& graph : catalogue_graphs()) {
            std::vector<ModelFile>& list = files.emplace_back();
            list.push_back({graph.path, graph.bytes, graph.checksum});
            for (const WeightLine& weights : catalogue_weights()) {
                if (folder_of(weights.path) == folder_of(graph.path))
                    list.push_back({weights.path, weights.bytes, weights.checksum});
            }
            entries.push_back({graph.name, graph.alias, graph.summary, bodypix_base, list, "Apache-2.0",
                               bodypix_provenance, graph.note});
        }
        for (const CatalogueEntry& entry : catalogue_others()) entries.push_back(entry);
    }
};

const CatalogueEntry* find_entry(std::string_view name) {
    for (const CatalogueEntry& entry : list_models()) {
        if (entry.name == name || (!entry.alias.empty() && entry.alias == name)) return &entry;
    }
    return nullptr;
}

}  // namespace

std::string Wanted::stem() const {
    return fmt::format("{}{}", entry->name, javascript ? javascript_suffix : "");
}

std::string Wanted::fetch_command() const {
    return fmt::format("vbg-model fetch {}{}", entry->name, javascript ? " --javascript-dilation" : "");
}

std::optional<Wanted> find_wanted(std::string_view name) {
    if (const CatalogueEntry* entry = find_entry(name)) return Wanted{entry, false};
    if (!name.ends_with(javascript_suffix)) return std::nullopt;
    const CatalogueEntry* entry = find_entry(name.substr(0, name.size() - javascript_suffix.size()));
    if (entry == nullptr) return std::nullopt;
    return Wanted{entry, true};
}

Wanted wanted_or_throw(std::string_view name) {
    if (const std::optional<Wanted> wanted = find_wanted(name)) return *wanted;
    std::vector<std::string_view> names;
    for (const CatalogueEntry& entry : list_models()) names.push_back(entry.name);
    throw Error(Errc::not_found, fmt::format("there is no model '{}' in the catalogue{}", name,
                                             suggest::known(name, names, "the catalogue is empty")));
}

}  // namespace model

inline namespace v0 {

std::span<const CatalogueEntry> list_models() noexcept {
    static const model::Catalogue catalogue;
    return catalogue.entries;
}

const CatalogueEntry& find_model(std::string_view name) { return *model::wanted_or_throw(name).entry; }

}  // namespace v0
}  // namespace vbg
