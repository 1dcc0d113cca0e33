#pragma once
/// @file file.hpp  Reading whole files, writing bytes that must all arrive, and files that get their final
/// name only when they are whole.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/interrupt.hpp"

namespace vbg {

/// Throws unless `path` is a file with something in it that may be read: Error{not_found} when there is none,
/// Error{io} when it is a folder, empty or not readable. `what` names its kind in texts: "picture", "film".
void check_input_file(const std::string& path, std::string_view what);

/// Reads a whole file into `into`, whose memory is used again. Checks as check_input_file().
void read_file(const std::string& path, std::string_view what, std::vector<std::uint8_t>& into);

/// Writes all of `bytes` to a descriptor: goes on after short writes, signals and full non-blocking pipes.
/// A reader that went away is an Error{io} (EPIPE), never a SIGPIPE: the signal is held back on this thread
/// only, for the time of the call, and the process' handling of signals is left as it is.
/// `who` names the target in texts ("y4m 'out.y4m'").
void write_all(int fd, std::span<const std::byte> bytes, std::string_view who);

/// The same to a pipe, a device or a socket whose reader may be slow: throws Error{io} with ECANCELED where
/// `interrupt` ends waiting for it. A descriptor that blocks (standard output, which other programs share, is
/// left as it is) gets no more at once than a pipe that has any room has room for.
void write_all(int fd, std::span<const std::byte> bytes, std::string_view who, const Interrupt& interrupt);

/// Throws Error{io} for a failed system call, with what the number means for someone who writes a file.
[[noreturn]] void throw_write_error(std::string_view who, int sys_errno);

/// A file in the making. It is written under a temporary name in the same folder; commit() renames it, and
/// whatever stood under the final name until then is replaced in one step. Anything else removes it.
/// The temporary name of `folder/film.mp4` is `folder/.film.part.mp4`: hidden, and with the extension at the
/// end, from which some encoders choose the container.
class PartFile {
public:
    PartFile() = default;
    /// Creates the temporary file, empty. Throws Error{not_found} (no such folder), Error{io} (not writable,
    /// or `path` is a folder). A symbolic link is followed: what it points at is replaced.
    PartFile(std::string path, std::string_view what);
    ~PartFile();
    PartFile(PartFile&& other) noexcept;
    PartFile& operator=(PartFile&& other) noexcept;
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;

    [[nodiscard]] const std::string& path() const noexcept { return path_; }  ///< final name
    [[nodiscard]] const std::string& part_path() const noexcept {
        return part_;
    }  ///< temporary; empty when done
    /// Bytes in it now; 0 when it is gone.
    [[nodiscard]] std::uint64_t bytes() const noexcept;
    /// Gives it the final name. Throws Error{io}; it is removed then.
    void commit();
    /// Removes it. Harmless when done.
    void discard() noexcept;

private:
    std::string what_, path_, part_;
};

/// A byte stream to a file (through a PartFile), to standard output ("-"), or to a named pipe or device that
/// is there already (written directly, since it has no half-written state).
class ByteWriter {
public:
    ByteWriter() = default;
    /// Opening a named pipe waits for its reader; a signal ends the wait with Error{io} (EINTR). `interrupt`,
    /// where there is one, ends that and waiting for a pipe's reader in write() with ECANCELED, and must
    /// outlive this.
    ByteWriter(const std::string& path, std::string_view what, const Interrupt* interrupt = nullptr);
    ~ByteWriter();
    ByteWriter(ByteWriter&& other) noexcept;
    ByteWriter& operator=(ByteWriter&& other) noexcept;
    ByteWriter(const ByteWriter&) = delete;
    ByteWriter& operator=(const ByteWriter&) = delete;

    void write(std::span<const std::byte> bytes);
    /// Ends the stream; a file gets its final name. Throws Error{io}.
    void close();
    void discard() noexcept;
    [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }

private:
    std::string who_;
    PartFile file_;
    int fd_ = -1;
    const Interrupt* interrupt_ = nullptr;  ///< null for files: they wait for nobody
};

}  // namespace vbg
