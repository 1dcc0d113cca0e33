#include "list.hpp"

#include <fmt/format.h>

#include <vbg/error.hpp>
#include <vbg/model.hpp>

namespace model_tool {

namespace {

/// Where it lies on this computer; empty where it does not.
std::string path_here(std::string_view name) {
    try {
        return vbg::find_model_file(name).string();
    } catch (const vbg::Error&) {
        return {};
    }
}

double megabytes(const vbg::CatalogueEntry& entry) {
    std::uint64_t bytes = 0;
    for (const vbg::ModelFile& file : entry.files) bytes += file.bytes;
    return static_cast<double>(bytes) / 1e6;
}

void print_line(const vbg::CatalogueEntry& entry) {
    fmt::print("{} {:<34} {:6.1f} MB  {}{}\n", path_here(entry.name).empty() ? ' ' : '*', entry.name,
               megabytes(entry), entry.summary,
               entry.alias.empty() ? "" : fmt::format("; short name {}", entry.alias));
}

void print_all(const vbg::CatalogueEntry& entry) {
    const std::string here = path_here(entry.name);
    fmt::print("{}\n  {}\n", entry.name, entry.summary);
    if (!entry.alias.empty()) fmt::print("  short name  {}\n", entry.alias);
    fmt::print("  here        {}\n",
               here.empty() ? fmt::format("no (vbg-model fetch {})", entry.name) : here);
    fmt::print("  licence     {}\n  from        {}\n  address     {}\n", entry.licence, entry.provenance,
               entry.base);
    if (!entry.note.empty()) fmt::print("  note        {}\n", entry.note);
    fmt::print("  files\n");
    for (const vbg::ModelFile& file : entry.files) {
        fmt::print("    {}  {}\n", file.path,
                   file.bytes == 0 ? "size not known" : fmt::format("{} bytes", file.bytes));
        fmt::print("      {}\n", file.checksum.empty() ? "no published checksum" : file.checksum);
    }
}

}  // namespace

void list(const std::vector<std::string>& names) {
    for (const std::string& name : names) print_all(vbg::find_model(name));
    if (!names.empty()) return;
    for (const vbg::CatalogueEntry& entry : vbg::list_models()) print_line(entry);
    fmt::print("\n* = on this computer; new ones go to {}. More about one: vbg-model list NAME\n",
               vbg::model_folder().string());
}

}  // namespace model_tool
