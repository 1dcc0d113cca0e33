// fetch_model() with real model files: from folders, files and a misbehaving server.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vbg/error.hpp>
#include <vbg/model.hpp>

#include "model/module_file.hpp"
#include "support/bad_server.hpp"
#include "support/data.hpp"
#include "support/temp_dir.hpp"
#include "support/throws.hpp"

namespace fs = std::filesystem;
using vbg::Errc;
using vbg_test::check_throws;
using vbg_test::TempDir;

namespace {

fs::path models() { return fs::absolute(vbg::test::data_folder() / "models"); }

vbg::FetchOptions options(const TempDir& into, const std::string& from) {
    vbg::FetchOptions made;
    made.into = into.path();
    made.from = from;
    made.stall_seconds = 5;
    return made;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("every weight set at hand is fetched from a folder and describes itself") {
    if (!vbg::test::have_data("models")) return;
    int made = 0;
    for (const vbg::CatalogueEntry& entry : vbg::list_models()) {
        const std::string first(entry.files.front().path.substr(0, entry.files.front().path.find('?')));
        if (!fs::exists(models() / "bodypix" / first) && !fs::exists(models() / "tflite" / first)) continue;
        const TempDir into;
        CAPTURE(entry.name);
        const fs::path file = vbg::fetch_model(entry.name, options(into, models().string()));
        CHECK(file == fs::path(into / (std::string(entry.name) + ".pt")));
        CHECK(into.names() == Names{std::string(entry.name) + ".pt"});  // and nothing else
        const vbg::model::Description about = vbg::net::read_description(file.string());
        CHECK(about.name == entry.name);
        CHECK(about.licence == "Apache-2.0");
        CHECK(about.source.find("https://storage.googleapis.com/") == 0);
        CHECK(about.source_sha256.size() == 64);
        ++made;
    }
    CHECK(made == 10);  // 4 BodyPix folders of two strides, two selfie models
}

TEST_CASE(
    "other layouts: the publisher's folder, one with all files side by side, one file, a file: address") {
    if (!vbg::test::have_data("models")) return;
    const fs::path bodypix = models() / "bodypix";
    const fs::path flat = bodypix / "mobilenet/quant2/075";
    for (const std::string& from : {bodypix.string(), flat.string(), (flat / "model-stride16.json").string(),
                                    "file://" + bodypix.string()}) {
        const TempDir into;
        CAPTURE(from);
        CHECK(fs::exists(vbg::fetch_model("bodypix-mobilenet-075-16", options(into, from))));
    }
    const TempDir into, renamed;
    fs::copy_file(models() / "tflite/selfie_segmentation.tflite", renamed / "a b.bin");
    CHECK(fs::exists(
        vbg::fetch_model("selfie-general", options(into, "file://" + renamed.path() + "/a%20b.bin"))));
}

TEST_CASE("nothing is done where the model is there already, unless forced") {
    if (!vbg::test::have_data("models")) return;
    const TempDir into;
    vbg_test::write_text(into / "selfie-general.pt", "mine");
    CHECK(vbg::fetch_model("selfie-general", options(into, models().string())) == into / "selfie-general.pt");
    CHECK(fs::file_size(into / "selfie-general.pt") == 4);
    vbg::FetchOptions forced = options(into, models().string());
    forced.force = true;
    (void)vbg::fetch_model("selfie-general", forced);
    CHECK(fs::file_size(into / "selfie-general.pt") > 100000);
}

TEST_CASE("JavaScript's dilation makes a model of its own name") {
    if (!vbg::test::have_data("models")) return;
    const TempDir into;
    vbg::FetchOptions javascript = options(into, models().string());
    javascript.javascript_dilation = true;
    const std::string name = "bodypix-mobilenet-050-8-quant2-javascript";
    CHECK(vbg::fetch_model("bodypix-mobilenet-050-8", javascript).stem() == name);
    CHECK(vbg::net::read_description(into / (name + ".pt")).name == name);
    javascript.javascript_dilation = false;
    CHECK(vbg::fetch_model("bodypix-mobilenet-050-8-javascript", javascript).stem() == name);
    CHECK(vbg::fetch_model("bodypix-mobilenet-050-8", javascript).stem() == "bodypix-mobilenet-050-8-quant2");
    CHECK(into.names().size() == 2);
}

TEST_CASE("wrong, cut off and missing files are refused by name, and leave nothing") {
    if (!vbg::test::have_data("models")) return;
    const TempDir into, from;
    const fs::path good = models() / "bodypix/mobilenet/quant2/050";
    const auto fetch = [&] {
        (void)vbg::fetch_model("bodypix-mobilenet-050-16", options(into, from.path()));
    };
    check_throws(Errc::not_found, {"model-stride16.json", from.path()}, fetch);
    fs::copy_file(good / "model-stride16.json", from / "model-stride16.json");
    check_throws(Errc::not_found, {"group1-shard1of1.bin", from.path()}, fetch);
    auto weights = vbg_test::file_bytes(good / "group1-shard1of1.bin");
    weights[1000] ^= 1U;
    vbg_test::write_bytes(from / "group1-shard1of1.bin", weights);
    check_throws(
        Errc::model,
        {"group1-shard1of1.bin", "wrong checksum", "wanted sha256:76c2be65", "got sha256:", "removed"},
        fetch);
    weights[1000] ^= 1U;
    weights.resize(5000);
    vbg_test::write_bytes(from / "group1-shard1of1.bin", weights);
    check_throws(Errc::model, {"wrong checksum", "it has 5000 bytes (the publisher's has 1209920)"}, fetch);
    vbg_test::write_text(from / "group1-shard1of1.bin", "");
    check_throws(Errc::io, {"group1-shard1of1.bin", "empty"}, fetch);
    fs::remove_all(into / ".fetch");  // the good graph from above waits there
    vbg_test::write_text(from / "model-stride16.json", "{\"format\": ");
    check_throws(Errc::model, {"model-stride16.json", "wrong checksum", "not JSON"}, fetch);
    CHECK(!fs::exists(into / "bodypix-mobilenet-050-16-quant2.pt"));
    for (const auto& entry : fs::recursive_directory_iterator(into.path()))
        CHECK(entry.path().extension() != ".part");
    // and once the files are right, all is well
    fs::copy_file(good / "model-stride16.json", from / "model-stride16.json",
                  fs::copy_options::overwrite_existing);
    fs::copy_file(good / "group1-shard1of1.bin", from / "group1-shard1of1.bin",
                  fs::copy_options::overwrite_existing);
    fetch();
    CHECK(into.names() == Names{"bodypix-mobilenet-050-16-quant2.pt"});
}

TEST_CASE("bad names and places") {
    const TempDir into;
    check_throws(Errc::not_found, {"no-such", "There are"},
                 [&] { (void)vbg::fetch_model("no-such", options(into, "/")); });
    check_throws(Errc::not_found, {"/no/such/folder"},
                 [&] { (void)vbg::fetch_model("selfie-general", options(into, "/no/such/folder")); });
    check_throws(Errc::invalid_argument, {"ftp://x/", "https://"},
                 [&] { (void)vbg::fetch_model("selfie-general", options(into, "ftp://x/")); });
    CHECK(into.names().empty());
    vbg_test::write_text(into / "file", "x");
    vbg::FetchOptions odd = options(into, into.path());
    odd.into = into / "file/models";
    check_throws(Errc::io, {"file/models", "--into"}, [&] { (void)vbg::fetch_model("selfie-general", odd); });
    odd.stall_seconds = 0;
    check_throws(Errc::invalid_argument, {"stall_seconds"},
                 [&] { (void)vbg::fetch_model("selfie-general", odd); });
}

TEST_CASE("a model without a published checksum is taken only when allowed") {
    const TempDir into, from;
    vbg_test::write_text(from / "model-stride32.json", "{}");
    check_throws(Errc::model, {"model-stride32.json", "--allow-unpinned", "bodypix-resnet50-32-quant2"},
                 [&] { (void)vbg::fetch_model("bodypix-resnet50-32", options(into, from.path())); });
    CHECK(into.names().empty());
    vbg::FetchOptions allowed = options(into, from.path());
    allowed.allow_unpinned = true;  // now it goes on to the weights, which are pinned and not there
    check_throws(Errc::not_found, {"group1-shard1of12.bin"},
                 [&] { (void)vbg::fetch_model("bodypix-resnet50-32", allowed); });
}

#ifdef VBG_HAVE_FETCH

TEST_CASE("from a server: straight, resumed, without ranges, redirected, broken") {
    if (!vbg::test::have_data("models")) return;
    const vbg_test::BadServer server((models() / "bodypix").string());
    if (!server.runs()) {
        MESSAGE("SKIP: no python3 to run the test's server with");
        return;
    }
    const std::string name = "bodypix-mobilenet-050-16-quant2";
    const std::string weights = ".fetch/" + name + "/mobilenet/quant2/050/group1-shard1of1.bin.part";
    const auto real =
        vbg_test::file_bytes((models() / "bodypix/mobilenet/quant2/050/group1-shard1of1.bin").string());
    for (const char* how : {"good", "norange", "redirect", "cut"}) {
        for (const bool partial : {false, true}) {
            const TempDir into;
            CAPTURE(how);
            if (partial) {
                fs::create_directories(fs::path(into / weights).parent_path());
                vbg_test::write_bytes(into / weights, {real.begin(), real.begin() + 100000});
            }
            std::uint64_t last = 0, of = 0;
            vbg::FetchOptions watched = options(into, server.base(how));
            watched.progress = [&](std::string_view what, std::uint64_t done, std::uint64_t total) {
                if (what.starts_with("getting")) last = done, of = total;
                return true;
            };
            CHECK(fs::exists(vbg::fetch_model(name, watched)));
            CHECK(into.names() == Names{name + ".pt"});
            CHECK(last > real.size());
            CHECK(of >= last);
        }
    }
    // A beginning that is not the file's own costs one more try, not the model.
    const TempDir into;
    fs::create_directories(fs::path(into / weights).parent_path());
    vbg_test::write_text(into / weights, std::string(100000, 'z'));
    CHECK(fs::exists(vbg::fetch_model(name, options(into, server.base("good")))));
}

TEST_CASE("from a server: changed, cut off and missing files leave no model; cancelled ones resume") {
    if (!vbg::test::have_data("models")) return;
    const vbg_test::BadServer server((models() / "tflite").string());
    if (!server.runs()) {
        MESSAGE("SKIP: no python3 to run the test's server with");
        return;
    }
    const TempDir into;
    const auto fetch = [&](const char* how) {
        return [&into, from = server.base(how)] {
            (void)vbg::fetch_model("selfie-general", options(into, from));
        };
    };
    check_throws(Errc::model, {"selfie_segmentation.tflite", "wanted sha256:8d13b7fa", "got sha256:"},
                 fetch("flip"));
    check_throws(Errc::model, {"it has 124512 bytes (the publisher's has 249024)"}, fetch("short"));
    check_throws(Errc::io, {"404", "--from FOLDER"}, fetch("404"));
    check_throws(Errc::model, {"more than"}, fetch("endless"));
    CHECK(into.names().empty());  // nothing came that is worth keeping

    vbg::FetchOptions cancelled = options(into, server.base("slow"));
    cancelled.progress = [](std::string_view, std::uint64_t done, std::uint64_t) { return done < 10000; };
    check_throws(Errc::io, {"cancelled"}, [&] { (void)vbg::fetch_model("selfie-general", cancelled); });
    CHECK(into.names() == Names{".fetch"});
    const fs::path part = fs::path(into / ".fetch/selfie-general/selfie_segmentation.tflite.part");
    CHECK(fs::file_size(part) >= 10000);
    fetch("good")();
    CHECK(into.names() == Names{"selfie-general.pt"});
}

TEST_CASE("two at once: one gets it, the other waits and finds it") {
    if (!vbg::test::have_data("models")) return;
    const vbg_test::BadServer server((models() / "tflite").string());
    if (!server.runs()) {
        MESSAGE("SKIP: no python3 to run the test's server with");
        return;
    }
    const TempDir into;
    int waited = 0;
    std::thread other([&] { (void)vbg::fetch_model("selfie-general", options(into, server.base("slow"))); });
    while (!fs::exists(into / ".fetch/selfie-general.lock")) std::this_thread::yield();
    vbg::FetchOptions second = options(into, server.base("404"));  // would fail if it asked the server
    second.progress = [&](std::string_view what, std::uint64_t, std::uint64_t) {
        waited += what.starts_with("waiting") ? 1 : 0;
        return true;
    };
    CHECK(fs::exists(vbg::fetch_model("selfie-general", second)));
    other.join();
    CHECK(waited > 0);
    CHECK(into.names() == Names{"selfie-general.pt"});
}

#endif

TEST_CASE("a full disk leaves no model, and freeing it mends it") {
    if (!vbg::test::have_data("models")) return;
    const TempDir into;
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    for (const rlim_t room :
         {100000U, 260000U}) {  // full while copying the 249 kB; full while writing the .pt
        rlimit small = before;
        small.rlim_cur = room;
        ::setrlimit(RLIMIT_FSIZE, &small);
        check_throws(Errc::io, {},
                     [&] { (void)vbg::fetch_model("selfie-general", options(into, models().string())); });
        ::setrlimit(RLIMIT_FSIZE, &before);
        CHECK(!fs::exists(into / "selfie-general.pt"));
    }
    CHECK(fs::exists(vbg::fetch_model("selfie-general", options(into, models().string()))));
    CHECK(into.names() == Names{"selfie-general.pt"});
}
