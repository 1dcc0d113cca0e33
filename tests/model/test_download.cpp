// Downloads from a server that misbehaves in every way that was thought of.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <vbg/error.hpp>

#include "model/download.hpp"
#include "model/folder_lock.hpp"
#include "support/bad_server.hpp"
#include "support/temp_dir.hpp"
#include "support/throws.hpp"

#ifdef VBG_HAVE_FETCH

namespace fs = std::filesystem;
using vbg::Errc;
using vbg_test::check_throws;

namespace {

std::string noise(std::size_t size) {
    std::string text(size, '\0');
    std::uint32_t state = 1;
    for (char& c : text) c = static_cast<char>((state = state * 1664525U + 1013904223U) >> 24U);
    return text;
}

/// A file of noise behind the server, and a request for it.
struct Case {
    vbg_test::TempDir served, own;
    std::string data = noise(300000);
    vbg_test::BadServer server{served.path()};
    vbg::model::Download wanted;

    explicit Case(const std::string& how) {
        vbg_test::write_text(served / "x.bin", data);
        wanted = {server.base(how) + "x.bin", own / "x.part", 400000, 2, {}, "look elsewhere"};
        if (!server.runs()) MESSAGE("SKIP: no python3 to run the test's server with");
    }
    [[nodiscard]] std::string part() const {
        const auto bytes = vbg_test::file_bytes(own / "x.part");
        return {bytes.begin(), bytes.end()};
    }
    [[nodiscard]] std::string log() const {
        vbg::model::download({server.base("log"), own / "log", 100000, 5, {}, ""});
        const auto bytes = vbg_test::file_bytes(own / "log");
        return {bytes.begin(), bytes.end()};
    }
};

}  // namespace

TEST_CASE("a file comes whole, straight, by redirection, and through broken connections") {
    for (const char* how : {"good", "redirect", "cut"}) {
        Case c(how);
        if (!c.server.runs()) return;
        CAPTURE(how);
        std::uint64_t last = 0;
        c.wanted.progress = [&](std::uint64_t done) {
            CHECK(done >= last);
            last = done;
            return true;
        };
        vbg::model::download(c.wanted);
        CHECK(c.part() == c.data);
        CHECK(last == c.data.size());
    }
}

TEST_CASE("a partial file is gone on with, and only the rest is asked for") {
    Case c("good");
    if (!c.server.runs()) return;
    vbg_test::write_text(c.own / "x.part", c.data.substr(0, 123456));
    vbg::model::download(c.wanted);
    CHECK(c.part() == c.data);
    CHECK(c.log().find("\"bytes=123456-\"") != std::string::npos);
}

TEST_CASE("servers that ignore, refuse or misread a range send all again") {
    for (const char* how : {"norange", "liar"}) {
        Case c(how);
        if (!c.server.runs()) return;
        CAPTURE(how);
        vbg_test::write_text(c.own / "x.part", std::string(5000, 'z'));
        vbg::model::download(c.wanted);
        CHECK(c.part() == c.data);
        // What is sent whole is taken at once; only a wrong range is asked for anew.
        const std::string log = c.log();
        const auto requests = std::count(log.begin(), log.end(), '[') - 1;
        CHECK(requests == (std::string(how) == "norange" ? 1 : 2));
    }
    Case c("good");  // more than there is: 416
    vbg_test::write_text(c.own / "x.part", c.data + "more");
    vbg::model::download(c.wanted);
    CHECK(c.part() == c.data);
}

TEST_CASE("refusals name the address, the answer and the way out, and write nothing of the answer's page") {
    Case c("404");
    if (!c.server.runs()) return;
    check_throws(Errc::io, {c.wanted.address, "404", "no such file there", "look elsewhere"},
                 [&] { vbg::model::download(c.wanted); });
    CHECK(c.part().empty());
    c.wanted.address = c.server.base("500") + "x.bin";
    check_throws(Errc::io, {"500"}, [&] { vbg::model::download(c.wanted); });
    c.wanted.address = c.server.base("loop") + "x.bin";
    check_throws(Errc::io, {"redirect"}, [&] { vbg::model::download(c.wanted); });
    c.wanted.address = "http://127.0.0.1:1/x.bin";
    check_throws(Errc::io, {"127.0.0.1:1/", "look elsewhere"}, [&] { vbg::model::download(c.wanted); });
    c.wanted.address = "http://no-such-computer.invalid/x.bin";
    check_throws(Errc::io, {"no-such-computer.invalid", "look elsewhere"},
                 [&] { vbg::model::download(c.wanted); });
}

TEST_CASE("a connection that keeps breaking is given up, and what came is kept") {
    Case c("drip");
    if (!c.server.runs()) return;
    check_throws(Errc::io, {"are kept", c.wanted.address}, [&] { vbg::model::download(c.wanted); });
    CHECK(c.part() == c.data.substr(0, 5000));  // five tries of 1000 bytes
}

TEST_CASE("a server that stalls is given up after the time set") {
    Case c("stall");
    if (!c.server.runs()) return;
    check_throws(Errc::io, {"nothing came for 2 s", "1000 bytes are kept"},
                 [&] { vbg::model::download(c.wanted); });
    CHECK(c.part() == c.data.substr(0, 1000));
}

TEST_CASE("more bytes than the limit are refused and not kept") {
    Case c("endless");
    if (!c.server.runs()) return;
    check_throws(Errc::model, {"more than 400000 bytes"}, [&] { vbg::model::download(c.wanted); });
    CHECK(c.part().empty());
}

TEST_CASE("a cancelled download keeps what came; the next one needs only the rest") {
    Case c("slow");
    if (!c.server.runs()) return;
    c.wanted.progress = [](std::uint64_t done) { return done < 20000; };
    check_throws(Errc::io, {"cancelled"}, [&] { vbg::model::download(c.wanted); });
    const std::size_t kept = c.part().size();
    CHECK(kept >= 20000);
    CHECK(kept < c.data.size());
    CHECK(c.part() == c.data.substr(0, kept));
    c.wanted.progress = nullptr;
    c.wanted.address = c.server.base("good") + "x.bin";
    vbg::model::download(c.wanted);
    CHECK(c.part() == c.data);
    CHECK(c.log().find("bytes=" + std::to_string(kept) + "-") != std::string::npos);

    c.wanted.progress = [](std::uint64_t) -> bool { throw std::runtime_error("mine"); };
    CHECK_THROWS_WITH(vbg::model::download(c.wanted), "mine");
}

TEST_CASE("a full disk says so") {
    Case c("good");
    if (!c.server.runs()) return;
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    rlimit small = before;
    small.rlim_cur = 100000;  // files may not grow beyond: EFBIG, where a full disk says ENOSPC
    ::setrlimit(RLIMIT_FSIZE, &small);
    const int number =
        check_throws(Errc::io, {"no more room", "x.part"}, [&] { vbg::model::download(c.wanted); });
    ::setrlimit(RLIMIT_FSIZE, &before);
    CHECK(number == EFBIG);

    if (fs::exists("/dev/full")) {
        c.wanted.part = "/dev/full";
        check_throws(Errc::io, {"/dev/full"}, [&] { vbg::model::download(c.wanted); });
    }
    c.wanted.part = c.own / "none/x.part";
    check_throws(Errc::io, {"none/x.part"}, [&] { vbg::model::download(c.wanted); });
}

TEST_CASE("a lock keeps others out, can be given up, and leaves nothing behind") {
    const vbg_test::TempDir folder;
    const std::string file = folder / "work/x.lock";
    {
        const vbg::model::FolderLock first(file, [] { return true; });
        int asked = 0;
        check_throws(Errc::io, {"cancelled", "x.lock"},
                     [&] { const vbg::model::FolderLock second(file, [&] { return ++asked < 2; }); });
        CHECK(asked == 2);
    }
    CHECK(!fs::exists(file));
    const vbg::model::FolderLock again(file, [] { return false; });
}

#else
TEST_CASE("without libcurl a download says which option builds it") {
    vbg_test::check_throws(vbg::Errc::not_built, {"-DVBG_FETCH=ON"}, [] {
        vbg::model::download({"http://127.0.0.1/x", "x", 1, 1, {}, "look"});
    });
}
#endif
