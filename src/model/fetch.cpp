// fetch_model(): get the files, check them, convert, and only then give the result its name.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vbg/error.hpp>
#include <vbg/model.hpp>
#include <vector>

#include "io/file.hpp"
#include "model/catalogue.hpp"
#include "model/checksum.hpp"
#include "model/convert.hpp"
#include "model/download.hpp"
#include "model/folder_lock.hpp"
#include "model/origin.hpp"

namespace vbg {
namespace model {
namespace {

namespace fs = std::filesystem;

/// No file of any model is larger.
constexpr std::uint64_t largest_file = std::uint64_t{1} << 30;

void make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (!error && fs::is_directory(folder, error)) return;
    const std::string why = error ? error.message() : "it is a file";
    throw Error(Errc::io,
                fmt::format("model folder '{}' cannot be made: {}; choose another one with --into or the "
                            "environment variable VBG_MODEL_DIR",
                            folder.string(), why),
                error.value());
}

void check_pinned(const CatalogueEntry& entry, bool allow_unpinned) {
    for (const ModelFile& file : entry.files) {
        if (!file.checksum.empty() || allow_unpinned) continue;
        throw Error(
            Errc::model,
            fmt::format("model '{0}': nobody has published a checksum of {1}, so what comes cannot be told "
                        "from a damaged or changed file; get it all the same with: vbg-model fetch {0} "
                        "--allow-unpinned (FetchOptions::allow_unpinned); its checksum then stands in the "
                        "model's description",
                        entry.name, plain_path(file)));
    }
}

/// After a failure: empty files and folders are not worth keeping.
void tidy(const fs::path& folder) {
    std::error_code none;
    std::vector<fs::path> found{folder};
    for (const auto& entry : fs::recursive_directory_iterator(folder, none)) found.push_back(entry.path());
    for (auto path = found.rbegin(); path != found.rend();
         ++path) {  // what is inside comes before its folder
        if (fs::is_directory(*path, none) || fs::file_size(*path, none) == 0) fs::remove(*path, none);
    }
}

/// Gets all files of one entry into a folder.
class Collector {
public:
    Collector(const Wanted& wanted, const FetchOptions& options, fs::path staging)
        : wanted_(wanted),
          options_(options),
          origin_(*wanted.entry, options.from),
          staging_(std::move(staging)) {
        for (const ModelFile& file : wanted.entry->files) total_ += file.bytes;
    }

    /// Returns the graph; everything else lies beside it as the publisher has it.
    fs::path collect() {
        for (const ModelFile& file : wanted_.entry->files) {
            const fs::path target = staging_ / plain_path(file);
            make_folder(target.parent_path());
            get(file, target);
            done_ += fs::file_size(target);
            if (file.checksum.empty()) note_unpinned(file, target);
        }
        return staging_ / plain_path(wanted_.entry->files.front());
    }
    [[nodiscard]] const fs::path& staging() const noexcept { return staging_; }
    /// What to write into the description about files nobody could check; may be empty.
    [[nodiscard]] const std::string& unpinned() const noexcept { return unpinned_; }

private:
    void get(const ModelFile& file, const fs::path& target) {
        const std::vector<Checksum> accepted = parse_checksums(file.checksum);
        const fs::path part = target.string() + ".part";
        if (is_whole(target, accepted)) return;  // from an earlier run that was stopped
        bool resumed = false;
        if (!is_whole(part, accepted)) {
            std::error_code none;
            if (accepted.empty() || !origin_.is_address()) fs::remove(part, none);
            resumed = fs::exists(part, none);
            bring(file, part);
        }
        std::string wrong = accepted.empty() ? std::string() : checksum_mismatch(part, accepted);
        if (!wrong.empty() && resumed) {  // its first half may have come from elsewhere
            fs::remove(part);
            bring(file, part);
            wrong = checksum_mismatch(part, accepted);
        }
        if (!wrong.empty()) throw_wrong(file, part, wrong);
        fs::rename(part, target);
    }

    static bool is_whole(const fs::path& file, const std::vector<Checksum>& accepted) {
        std::error_code none;
        return !accepted.empty() && fs::is_regular_file(file, none) &&
               checksum_mismatch(file, accepted).empty();
    }

    [[noreturn]] void throw_wrong(const ModelFile& file, const fs::path& part,
                                  const std::string& wrong) const {
        const std::uint64_t size = fs::file_size(part);
        const std::string sizes = file.bytes == 0 ? "" : fmt::format(" (the publisher's has {})", file.bytes);
        fs::remove(part);
        throw Error(
            Errc::model,
            fmt::format("model file '{}': wrong checksum: {}; it has {} bytes{}; what came has been removed: "
                        "try again, or get the files elsewhere (--from)",
                        where(file), wrong, size, sizes));
    }

    [[nodiscard]] std::string where(const ModelFile& file) const {
        return origin_.is_address() ? origin_.address_of(file) : origin_.find(file).string();
    }

    bool report(const ModelFile& file, std::uint64_t in_this) const {
        if (!options_.progress) return true;
        const std::string what = fmt::format("getting {}", fs::path(plain_path(file)).filename().string());
        return options_.progress(what, done_ + in_this, std::max(total_, done_ + in_this));
    }

    void bring(const ModelFile& file, const fs::path& part) {
        if (!report(file, 0))
            throw Error(Errc::io, fmt::format("fetching '{}' was cancelled", wanted_.entry->name));
        if (!origin_.is_address()) return copy(file, part);
        Download request;
        request.address = origin_.address_of(file);
        request.part = part;
        // Editions of one file differ by a little; a web page in its place is refused before it fills the
        // disk.
        request.limit = file.bytes == 0 ? largest_file : file.bytes + file.bytes / 8 + 65536;
        request.stall_seconds = options_.stall_seconds;
        request.progress = [&](std::uint64_t bytes) { return report(file, bytes); };
        request.hint = fmt::format(
            "where it cannot be reached, get the model's files on another computer and use: "
            "{} --from FOLDER",
            wanted_.fetch_command());
        download(request);
    }

    void copy(const ModelFile& file, const fs::path& part) const {
        const fs::path source = origin_.find(file);
        std::vector<std::uint8_t> bytes;
        check_input_file(source.string(), "model file");
        if (fs::file_size(source) > largest_file) {
            throw Error(Errc::model, fmt::format("model file '{}': has {} bytes; no model file is so large",
                                                 source.string(), fs::file_size(source)));
        }
        vbg::read_file(source.string(), "model file", bytes);
        const std::string who = fmt::format("model file '{}'", part.string());
        const int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (fd < 0) throw_write_error(who, errno);
        try {
            write_all(fd, std::as_bytes(std::span(bytes)), who);
        } catch (...) {
            ::close(fd);
            ::unlink(part.c_str());  // the source is at hand: nothing to resume
            throw;
        }
        if (::close(fd) != 0) throw_write_error(who, errno);
        if (!report(file, bytes.size()))
            throw Error(Errc::io, fmt::format("fetching '{}' was cancelled", wanted_.entry->name));
    }

    void note_unpinned(const ModelFile& file, const fs::path& target) {
        unpinned_ += fmt::format(" Taken without a published checksum: {} ({}).", where(file),
                                 checksum_of(target, ChecksumKind::sha256).text());
    }

    const Wanted& wanted_;
    const FetchOptions& options_;
    Origin origin_;
    fs::path staging_;
    std::uint64_t done_ = 0, total_ = 0;
    std::string unpinned_;
};

/// Collects and converts.
void make(const Wanted& wanted, const FetchOptions& options, Collector& collector, const fs::path& result) {
    const fs::path graph = collector.collect();
    model::ConvertOptions how;
    how.name = wanted.stem();
    how.javascript_dilation = wanted.javascript;
    how.licence = wanted.entry->licence;
    how.note = fmt::format("{}.{}", wanted.entry->provenance, collector.unpinned());
    // Pinned files are the publisher's wherever they came from; others say where they came from in the note.
    how.source = fmt::format("{}{}", wanted.entry->base, wanted.entry->files.front().path);
    how.progress = options.progress;
    std::error_code none;
    try {
        (void)convert(graph, result, how);
    } catch (const Error& e) {
        // A full disk or a cancelled run goes on later with what is here; a bad model does not.
        if (e.code() != Errc::io) fs::remove_all(collector.staging(), none);
        throw;
    }
    fs::remove_all(collector.staging(), none);
}

}  // namespace

fs::path fetch(Wanted wanted, const FetchOptions& options) {
    if (options.stall_seconds < 1 || options.stall_seconds > 3600) {
        throw Error(Errc::invalid_argument,
                    fmt::format("stall_seconds is {}; wanted 1 to 3600", options.stall_seconds));
    }
    wanted.javascript = wanted.javascript || options.javascript_dilation;
    const fs::path into = options.into.empty() ? model_folder() : options.into;
    fs::path result = into / (wanted.stem() + ".pt");
    std::error_code none;
    if (!options.force && fs::is_regular_file(result, none)) return result;
    check_pinned(*wanted.entry, options.allow_unpinned);

    const fs::path work = into / ".fetch";
    Collector collector(wanted, options,
                        work / wanted.entry->name);  // complains about `from` before any folder is
    make_folder(work);                               // made
    std::exception_ptr failure;
    {
        const FolderLock lock(work / fmt::format("{}.lock", wanted.entry->name), [&] {
            return !options.progress ||
                   options.progress("waiting for another process that gets this model", 0, 0);
        });
        try {
            // While we waited, that one may have made it.
            if (options.force || !fs::is_regular_file(result, none)) make(wanted, options, collector, result);
        } catch (...) {
            failure = std::current_exception();
            tidy(collector.staging());
        }
    }
    fs::remove(work, none);  // stays while something else is in it
    if (failure) std::rethrow_exception(failure);
    return result;
}

}  // namespace model

inline namespace v0 {

std::filesystem::path fetch_model(std::string_view name, const FetchOptions& options) {
    try {
        return model::fetch(model::wanted_or_throw(name), options);
    } catch (const std::filesystem::filesystem_error& e) {
        throw Error(Errc::io, fmt::format("fetching '{}': {}", name, e.what()), e.code().value());
    }
}

}  // namespace v0
}  // namespace vbg
