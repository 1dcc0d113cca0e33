// Checksums against values of other programs: sha256sum, git hash-object, and json + struct + hashlib of
// Python.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vbg/error.hpp>
#include <vbg/model.hpp>

#include "model/checksum.hpp"
#include "support/data.hpp"
#include "support/temp_dir.hpp"
#include "support/throws.hpp"

using vbg::model::checksum_mismatch;
using vbg::model::checksum_of;
using vbg::model::ChecksumKind;
using vbg::model::parse_checksums;

TEST_CASE("sha256 and gitsha1 of known bytes") {
    const vbg_test::TempDir folder;
    vbg_test::write_text(folder / "abc", "abc");
    CHECK(checksum_of(folder / "abc", ChecksumKind::sha256).text() ==
          "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-4's example
    vbg_test::write_text(folder / "hello", "hello\n");
    CHECK(checksum_of(folder / "hello", ChecksumKind::gitsha1).text() ==
          "gitsha1:ce013625030ba8dba906f756967f9e9ca394464a");  // git hash-object
    vbg_test::write_text(folder / "empty", "");
    CHECK(checksum_of(folder / "empty", ChecksumKind::gitsha1).hex ==
          "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
    vbg_test::write_text(folder / "million", std::string(1000000, 'a'));  // longer than a block
    CHECK(checksum_of(folder / "million", ChecksumKind::sha256).hex ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    CHECK(vbg::model::sha256_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("json-sha256 depends on what is said, not on how it is written") {
    const vbg_test::TempDir folder;
    const auto of = [&](const std::string& text) {
        vbg_test::write_text(folder / "x.json", text);
        return checksum_of(folder / "x.json", ChecksumKind::json_sha256).hex;
    };
    const std::string one = of(R"({"b": [1, 2.0, -0.0, null, true], "a": "\u00e4", "n": 1e-3})");
    CHECK(one == "196a5fe73a8faffd8877d63db5b80cbd23ed2246e95bcbda0ad3343a712fd865");
    CHECK(one == of("{\"a\":\"\xc3\xa4\",\"n\":0.001,\"b\":[1.0,2,0,null,true]}\n"));
    CHECK(one != of(R"({"b": [1, 2.0, -0.0, null, true], "a": "\u00e4", "n": 1.0001e-3})"));
    CHECK(one !=
          of(R"({"b": [2.0, 1, -0.0, null, true], "a": "\u00e4", "n": 1e-3})"));  // order of a list matters
    CHECK(one != of(R"({"b": ["1", 2.0, -0.0, null, true], "a": "\u00e4", "n": 1e-3})"));
    CHECK(of("[[],[]]") != of("[[[]]]"));
    CHECK(of("{}") != of("[]"));
}

TEST_CASE("what is not JSON is a mismatch that says so, however bad") {
    const vbg_test::TempDir folder;
    const auto accepted = parse_checksums("json-sha256:" + std::string(64, '0'));
    for (const std::string& text :
         {std::string("{\"a\": [1, 2"), std::string(), std::string("\xff\xfe\x00", 3),
          std::string(1000000, '['), std::string("{\"a\": \"\xff\"}")}) {
        vbg_test::write_text(folder / "x.json", text);
        const std::string answer = checksum_mismatch(folder / "x.json", accepted);
        CHECK(answer.find("wanted json-sha256:000") == 0);
        CHECK(answer.find("x.json") != std::string::npos);
        CHECK(answer.size() < 500);
    }
}

TEST_CASE("one of the accepted checksums is enough; else wanted and got are named") {
    const vbg_test::TempDir folder;
    vbg_test::write_text(folder / "hello", "hello\n");
    const std::string wrong = "sha256:" + std::string(64, '1');
    const std::string right = "gitsha1:ce013625030ba8dba906f756967f9e9ca394464a";
    CHECK(checksum_mismatch(folder / "hello", parse_checksums(wrong + " " + right)).empty());
    const std::string text = checksum_mismatch(folder / "hello", parse_checksums(wrong));
    CHECK(text.find("wanted " + wrong) != std::string::npos);
    CHECK(text.find("got sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03") !=
          std::string::npos);
    vbg_test::check_throws(vbg::Errc::not_found, {"none"},
                           [&] { (void)checksum_mismatch(folder / "none", parse_checksums(right)); });
}

TEST_CASE("a checksum that is not one is refused") {
    CHECK(parse_checksums("").empty());
    CHECK(parse_checksums("gitsha1:" + std::string(40, 'a') + " sha256:" + std::string(64, '0')).size() == 2);
    for (const std::string& bad :
         {std::string("sha256"), "sha256:" + std::string(63, 'a'), "sha256:" + std::string(64, 'A'),
          "gitsha1:" + std::string(64, 'a'), "md5:" + std::string(32, 'a'), std::string(64, 'a')}) {
        vbg_test::check_throws(vbg::Errc::invalid_argument, {bad}, [&] { (void)parse_checksums(bad); });
    }
}

TEST_CASE("real files at hand have the catalogue's checksums") {
    if (!vbg::test::have_data("models")) return;
    const std::filesystem::path models = vbg::test::data_folder() / "models";
    int found = 0;
    for (const vbg::CatalogueEntry& entry : vbg::list_models()) {
        for (const vbg::ModelFile& file : entry.files) {
            const std::string path(file.path.substr(0, file.path.find('?')));
            std::filesystem::path here = models / "bodypix" / path;
            if (!std::filesystem::exists(here)) here = models / "tflite" / path;
            if (!std::filesystem::exists(here)) continue;
            ++found;
            CHECK_MESSAGE(checksum_mismatch(here, parse_checksums(file.checksum)) == "", path);
            if (here.extension() != ".json") CHECK(std::filesystem::file_size(here) == file.bytes);
        }
    }
    CHECK(found > 0);
}
