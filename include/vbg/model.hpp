#pragma once
/// @file model.hpp  Model files: which exist, getting them, converting them, looking into them.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <vbg/export.hpp>

namespace vbg::inline v0 {

/// One file of a model as its publisher offers it.
struct ModelFile {
    /// Relative to CatalogueEntry::base. What follows a '?' is for the publisher's server only: the file's
    /// name elsewhere ends before it.
    std::string_view path;
    std::uint64_t bytes = 0;  ///< size of the publisher's file; 0 = not known
    /// Accepted checksums, "KIND:HEX" with spaces between; one of them must match. Kinds: "sha256", of the
    /// bytes; "gitsha1", SHA-1 as git names a file; "json-sha256", of a JSON file's content, however it is
    /// written out. Empty = nobody has published or checked one, see CatalogueEntry::note.
    std::string_view checksum;
};

/// A model that vbg knows where to get. Texts live as long as the program.
struct CatalogueEntry {
    std::string_view name;             ///< e.g. "bodypix-mobilenet-075-16-quant2"
    std::string_view alias;            ///< a shorter name, e.g. "bodypix-mobilenet-075-16"; may be empty
    std::string_view summary;          ///< one sentence
    std::string_view base;             ///< official address (folder), ends with '/'
    std::span<const ModelFile> files;  ///< the first one is the graph
    std::string_view licence;          ///< SPDX name
    std::string_view provenance;       ///< who made it, from what
    std::string_view note;             ///< what a user should know; may be empty
};

/// The catalogue. Thread-safe.
[[nodiscard]] VBG_API std::span<const CatalogueEntry> list_models() noexcept;
/// By name or alias; "-javascript" at the end of either (see FetchOptions::javascript_dilation) is taken too.
/// Throws Error{not_found} that names the nearest.
[[nodiscard]] VBG_API const CatalogueEntry& find_model(std::string_view name);

/// Folder where fetched models live: $VBG_MODEL_DIR, else $XDG_DATA_HOME/vbg/models, else
/// ~/.local/share/vbg/models.
[[nodiscard]] VBG_API std::filesystem::path model_folder();
/// The .pt for a name of the catalogue or a path. A name is looked up in model_folder(), then in the folders
/// of $VBG_MODEL_PATH (colon-separated) and /usr/share/vbg/models; in each as NAME.pt, and for an alias under
/// the full name. Throws Error{not_found} that names the folders tried and the command that fetches it.
[[nodiscard]] VBG_API std::filesystem::path find_model_file(std::string_view name_or_path);

/// Called now and then while working, on the caller's thread. `done` and `total` count bytes of all the
/// model's files while `what` begins with "getting", steps otherwise; `total` is 0 where it is not known.
/// Return false to cancel (Error{io} "cancelled" is then thrown, and what was downloaded is kept for
/// resuming).
using ModelProgress = std::function<bool(std::string_view what, std::uint64_t done, std::uint64_t total)>;

struct FetchOptions {
    /// Where to get the files instead of the official address: a folder, one file (TFLite), or another base
    /// address (http:, https:, file:). Checksums are the same. Empty = official.
    /// Folders may be laid out as the publisher's, be a folder above that, or hold the files side by side.
    std::string from;
    std::filesystem::path into;  ///< folder for the .pt; empty = model_folder()
    bool force = false;          ///< get and convert again even if it is there
    /// Take a model whose checksum nobody has published; what came is then written into its description.
    bool allow_unpinned = false;
    /// BodyPix with dilated layers (stride 8, ResNet50): dilate in height only, as TensorFlow.js does. Such a
    /// model gets a name of its own, NAME-javascript.
    bool javascript_dilation = false;
    int stall_seconds = 30;  ///< give an address up when nothing has come from it for so long; 1 to 3600
    ModelProgress progress;
};
/// Gets, verifies and converts a model of the catalogue; returns the .pt. Downloads resume; the result
/// appears under its final name only when whole. Does nothing where it is there already. While it works, what
/// it has so far lies in the hidden folder ".fetch" beside the .pt, where only one process at a time works on
/// a model. Throws Error{not_found, invalid_argument, io, model (wrong checksum: names file, wanted, got),
/// not_built}.
VBG_API std::filesystem::path fetch_model(std::string_view name, const FetchOptions& options = {});

struct ConvertOptions {
    std::string name;     ///< name put into the description; empty = the output file's stem
    std::string licence;  ///< SPDX name, where known
    std::string source;   ///< where it came from, where known
    bool javascript_dilation = false;
    ModelProgress progress;
};
/// TensorFlow.js graph model (its model.json; shards beside it) or TFLite file -> TorchScript with a
/// description inside. Which of the two `in` is, is decided by its content. Throws Error{not_found, io,
/// model}.
VBG_API void convert_model(const std::filesystem::path& in, const std::filesystem::path& out,
                           const ConvertOptions& options = {});

/// What a model file (.pt, model.json, .tflite) says about itself, as text for people.
/// Throws Error{not_found, model}.
[[nodiscard]] VBG_API std::string inspect_model(const std::filesystem::path& file);

struct VerifyResult {
    bool ok = false;
    std::string text;  ///< what was checked and found, one line each
};
/// Loads a .pt, runs it once on a grey picture and checks shapes and values.
/// Throws Error{not_found}; everything else is in the result.
[[nodiscard]] VBG_API VerifyResult verify_model(std::string_view name_or_path);

}  // namespace vbg::inline v0
