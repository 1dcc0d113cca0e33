#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <vbg/registry.hpp>

#include "composite/entries.hpp"
#include "core/suggest.hpp"
#include "effect/entries.hpp"
#include "io/entries.hpp"
#include "mask/entries.hpp"
#include "segment/entries.hpp"

namespace vbg::inline v0 {

namespace {

constexpr std::array<std::string_view, 6> kKinds = {"segmenter",  "mask_filter", "effect",
                                                    "compositor", "source",      "sink"};

struct Table {
    std::mutex mutex;
    std::deque<StageEntry> entries;  // a deque: pointers to entries stay valid when it grows
};

Table& table() {
    static Table instance;
    static const bool filled = [] {
        for (auto& list : {segmenter_entries(), mask_filter_entries(), effect_entries(), compositor_entries(),
                           source_entries(), sink_entries()}) {
            for (const auto& entry : list) instance.entries.push_back(entry);
        }
        return true;
    }();
    (void)filled;
    return instance;
}

std::string why_not(const StageEntry& entry) { return entry.why_not ? entry.why_not() : std::string(); }

/// Why `auto` does not take it.
std::string obstacle(const StageEntry& entry) {
    std::string reason = why_not(entry);
    return reason.empty() && entry.missing ? entry.missing() : reason;
}

const StageEntry& best(StageKind kind) {
    const StageEntry* found = nullptr;
    std::string reasons;
    for (const StageEntry* entry : list_stages(kind)) {
        if (entry->score <= 0 || (found != nullptr && entry->score <= found->score)) continue;
        const std::string reason = obstacle(*entry);
        if (reason.empty()) {
            found = entry;
        } else {
            reasons += fmt::format("; {}: {}", entry->name, reason);
        }
    }
    if (found == nullptr) {
        throw Error(Errc::not_found,
                    fmt::format("no {} can be chosen by itself here{}; name one", to_string(kind), reasons));
    }
    return *found;
}

const StageEntry& entry_for(StageKind kind, const std::string& name) {
    if (const StageEntry* entry = find_stage(kind, name)) {
        if (const std::string reason = why_not(*entry); !reason.empty())
            throw Error(Errc::not_built, fmt::format("{} '{}': {}", to_string(kind), name, reason));
        return *entry;
    }
    std::vector<std::string_view> names;
    for (const StageEntry* entry : list_stages(kind)) names.push_back(entry->name);
    throw Error(Errc::not_found, fmt::format("no {} '{}'{}", to_string(kind), name,
                                             suggest::known(name, names, "none is built")));
}

StageSpec resolved(StageKind kind, StageSpec spec) {
    if (spec.name != "auto" || (kind != StageKind::segmenter && kind != StageKind::source)) return spec;
    const char* forced = std::getenv(kind == StageKind::segmenter ? "VBG_SEGMENTER" : "VBG_SOURCE");
    if (forced != nullptr && *forced != '\0') {
        StageSpec other = parse_stage(forced);
        if (other.name != "auto") return other;
    }
    spec.name = best(kind).name;
    return spec;
}

template <class T>
std::unique_ptr<T> make(StageKind kind, const StageSpec& wanted) {
    const StageSpec spec = resolved(kind, wanted);
    const StageEntry& entry = entry_for(kind, spec.name);
    const Parameters parameters(entry.name, entry.parameters, spec.parameters);
    auto made = std::get<Maker<T>>(entry.make)(parameters);
    if (made == nullptr) {
        throw Error(Errc::internal,
                    fmt::format("{} '{}': its maker gave nothing", to_string(kind), entry.name));
    }
    return made;
}

template <class T>
std::vector<std::unique_ptr<T>> make_chain(StageKind kind, std::string_view chain) {
    std::vector<std::unique_ptr<T>> stages;
    for (const StageSpec& spec : parse_chain(chain)) stages.push_back(make<T>(kind, spec));
    return stages;
}

}  // namespace

std::string_view to_string(StageKind kind) noexcept {
    const auto i = static_cast<std::size_t>(kind);
    return i < kKinds.size() ? kKinds[i] : "unknown";
}

std::vector<const StageEntry*> list_stages(StageKind kind) {
    Table& all = table();
    const std::lock_guard lock(all.mutex);
    std::vector<const StageEntry*> found;
    for (const StageEntry& entry : all.entries) {
        if (entry.kind() == kind) found.push_back(&entry);
    }
    return found;
}

const StageEntry* find_stage(StageKind kind, std::string_view name) {
    for (const StageEntry* entry : list_stages(kind)) {
        if (entry->name == name) return entry;
    }
    return nullptr;
}

void register_stage(StageEntry entry) {
    if (entry.name.empty() || entry.name == "auto" ||
        entry.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string_view::npos) {
        throw Error(Errc::invalid_argument,
                    fmt::format("register_stage: '{}' is not a name in snake_case (and 'auto' is taken)",
                                entry.name));
    }
    if (find_stage(entry.kind(), entry.name) != nullptr) {
        throw Error(Errc::invalid_argument, fmt::format("register_stage: there is a {} '{}' already",
                                                        to_string(entry.kind()), entry.name));
    }
    Table& all = table();
    const std::lock_guard lock(all.mutex);
    all.entries.push_back(std::move(entry));
}

std::string resolve_auto(StageKind kind, std::string_view text) {
    const StageSpec spec = resolved(kind, parse_stage(text));
    std::string out = spec.name;
    char separator = ':';
    for (const auto& [name, value] : spec.parameters) {
        out += fmt::format("{}{}{}{}", separator, name, name.empty() ? "" : "=", quote_value(value));
        separator = ',';
    }
    return out;
}

std::unique_ptr<Segmenter> make_segmenter(std::string_view spec) {
    return make<Segmenter>(StageKind::segmenter, parse_stage(spec));
}
std::unique_ptr<MaskFilter> make_mask_filter(std::string_view spec) {
    return make<MaskFilter>(StageKind::mask_filter, parse_stage(spec));
}
std::unique_ptr<Effect> make_effect(std::string_view spec) {
    return make<Effect>(StageKind::effect, parse_stage(spec));
}
std::unique_ptr<Compositor> make_compositor(std::string_view spec) {
    return make<Compositor>(StageKind::compositor, parse_stage(spec));
}
std::unique_ptr<Source> make_source(std::string_view spec) {
    return make<Source>(StageKind::source, parse_stage(spec));
}
std::unique_ptr<Sink> make_sink(std::string_view spec) {
    return make<Sink>(StageKind::sink, parse_stage(spec));
}

std::vector<std::unique_ptr<MaskFilter>> make_mask_filters(std::string_view chain) {
    return make_chain<MaskFilter>(StageKind::mask_filter, chain);
}
std::vector<std::unique_ptr<Effect>> make_effects(std::string_view chain) {
    return make_chain<Effect>(StageKind::effect, chain);
}

}  // namespace vbg::inline v0
