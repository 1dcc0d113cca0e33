#pragma once
/// @file download.hpp  One file from an address (libcurl), with resuming.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace vbg::model {

struct Download {
    std::string address;         ///< http: or https:
    std::filesystem::path part;  ///< where the bytes go; what is there already is kept and the rest asked for
    std::uint64_t limit = 0;     ///< more bytes than this are refused
    int stall_seconds = 30;      ///< give up when nothing has come for so long
    /// Bytes in `part` so far; false cancels. Called at least once a second.
    std::function<bool(std::uint64_t done)> progress;
    std::string hint;  ///< end of every text about a network failure: what else to try
};

/// Returns when the server says that all has come. A server that cannot send from the middle sends all again;
/// a connection that breaks after some bytes is taken up again a few times. `part` stays for the next try,
/// except when it grew past the limit. Throws Error{io} (cancelled, not reachable, refused, stalled, disk
/// full), Error{model} (more bytes than the limit), Error{not_built} without libcurl.
void download(const Download& wanted);

}  // namespace vbg::model
