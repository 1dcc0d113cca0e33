// Part files, whole writes, and what they say when something is in the way.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <thread>
#include <vector>

#include "io/file.hpp"
#include "support/temp_dir.hpp"
#include "support/throws.hpp"

using namespace vbg;
using namespace vbg_test;

namespace {
std::span<const std::byte> bytes_of(const std::vector<std::uint8_t>& v) {
    return std::as_bytes(std::span(v));
}
}  // namespace

TEST_CASE("a part file gets its final name only by commit()") {
    TempDir dir;
    write_text(dir / "film.mp4", "old");
    {
        PartFile file(dir / "film.mp4", "film");
        CHECK(file.part_path() == dir / ".film.part.mp4");
        write_text(file.part_path(), "half");
        CHECK(file.bytes() == 4);
    }
    CHECK(dir.names() == std::vector<std::string>{"film.mp4"});
    CHECK(file_bytes(dir / "film.mp4").size() == 3);

    PartFile file(dir / "film.mp4", "film");
    write_text(file.part_path(), "whole");
    file.commit();
    CHECK(dir.names() == std::vector<std::string>{"film.mp4"});
    CHECK(file_bytes(dir / "film.mp4").size() == 5);
}

TEST_CASE("a symbolic link stays one: its target is replaced") {
    TempDir dir;
    write_text(dir / "real.bin", "old");
    std::filesystem::create_symlink(dir / "real.bin", dir / "link.bin");
    ByteWriter out(dir / "link.bin", "raw");
    out.write(bytes_of({1, 2, 3, 4, 5}));
    out.close();
    CHECK(std::filesystem::is_symlink(dir / "link.bin"));
    CHECK(file_bytes(dir / "real.bin").size() == 5);
}

TEST_CASE("part files name what is in the way") {
    TempDir dir;
    check_throws(Errc::not_found, {"film", "no folder", "make it"},
                 [&] { PartFile(dir / "none/film.mp4", "film"); });
    check_throws(Errc::io, {"is a folder"}, [&] { PartFile(dir.path(), "film"); });
    write_text(dir / "file", "x");
    check_throws(Errc::not_found, {"no folder"}, [&] { PartFile(dir / "file/film.mp4", "film"); });
    // Root may write nearly everywhere, but nobody makes files in /proc.
    check_throws(Errc::io, {"/proc/film.mp4", "not allowed"}, [&] { PartFile("/proc/film.mp4", "film"); });
    CHECK(dir.names() == std::vector<std::string>{"file"});
}

TEST_CASE("input files: missing, folder, empty, pipe") {
    TempDir dir;
    std::vector<std::uint8_t> bytes;
    check_throws(Errc::not_found, {"none.png", "no such file"},
                 [&] { read_file(dir / "none.png", "picture", bytes); });
    check_throws(Errc::io, {"is a folder"}, [&] { read_file(dir.path(), "picture", bytes); });
    write_text(dir / "empty.png", "");
    check_throws(Errc::io, {"empty.png", "0 bytes"}, [&] { check_input_file(dir / "empty.png", "picture"); });
    REQUIRE(::mkfifo((dir / "pipe").c_str(), 0600) == 0);
    check_throws(Errc::io, {"pipe or a device"}, [&] { check_input_file(dir / "pipe", "film"); });
    write_text(dir / "some", "abc");
    read_file(dir / "some", "picture", bytes);
    CHECK(bytes == std::vector<std::uint8_t>{'a', 'b', 'c'});
}

TEST_CASE("a full disk is an error with ENOSPC") {
    ByteWriter out("/dev/full", "raw");
    const int number = check_throws(Errc::io, {"raw", "/dev/full", "no more room"},
                                    [&] { out.write(bytes_of(std::vector<std::uint8_t>(100000))); });
    CHECK(number == ENOSPC);
}

TEST_CASE("short writes and full non-blocking pipes are gone on with; a gone reader is an error") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    REQUIRE(::fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0);  // every write of more than the pipe holds is short
    std::vector<std::uint8_t> sent(1 << 20), got;
    for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<std::uint8_t>(i * 31 + (i >> 9));
    std::thread reader([&] {
        std::vector<std::uint8_t> part(7001);
        while (got.size() < sent.size()) {
            const ssize_t n = ::read(ends[0], part.data(), part.size());
            if (n <= 0) break;
            got.insert(got.end(), part.begin(), part.begin() + n);
        }
    });
    write_all(ends[1], bytes_of(sent), "pipe");
    reader.join();
    CHECK(got == sent);
    ::close(ends[0]);
    // The default action of SIGPIPE would end this process: that it goes on is part of the test.
    struct sigaction action {};
    ::sigaction(SIGPIPE, nullptr, &action);
    const bool by_default = action.sa_handler == SIG_DFL;
    CHECK(by_default);
    const int number = check_throws(Errc::io, {"pipe", "reader is gone"},
                                    [&] { write_all(ends[1], bytes_of(sent), "pipe"); });
    CHECK(number == EPIPE);
    sigset_t pending;
    ::sigpending(&pending);
    CHECK(sigismember(&pending, SIGPIPE) == 0);
    ::close(ends[1]);
}
