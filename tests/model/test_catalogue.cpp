// The catalogue agrees with itself and with what is known of the publishers' folders.
#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <vbg/error.hpp>
#include <vbg/model.hpp>

#include "model/catalogue.hpp"
#include "model/checksum.hpp"
#include "support/throws.hpp"

namespace {

std::string folder_of(std::string_view path) { return std::string(path.substr(0, path.rfind('/'))); }

}  // namespace

TEST_CASE("every variant of BodyPix and both selfie models are there, under unique names") {
    std::set<std::string> names;
    for (const vbg::CatalogueEntry& entry : vbg::list_models()) {
        CHECK_MESSAGE(names.insert(std::string(entry.name)).second, "twice: ", std::string(entry.name));
        if (!entry.alias.empty()) CHECK(names.insert(std::string(entry.alias)).second);
    }
    for (const std::string weights : {"-quant2", "-float", "-quant1", ""}) {
        for (const std::string network :
             {"mobilenet-100-16", "mobilenet-100-8", "mobilenet-075-16", "mobilenet-075-8",
              "mobilenet-050-16", "mobilenet-050-8", "resnet50-16", "resnet50-32"})
            CHECK_MESSAGE(names.count("bodypix-" + network + weights) == 1, network, weights);
    }
    CHECK(names.count("selfie-general") == 1);
    CHECK(names.count("selfie-landscape") == 1);
    CHECK(vbg::list_models().size() == 8 * 3 + 2);
}

TEST_CASE("an entry says everything about itself") {
    for (const vbg::CatalogueEntry& entry : vbg::list_models()) {
        CAPTURE(entry.name);
        CHECK(entry.base.starts_with("https://storage.googleapis.com/"));
        CHECK(entry.base.ends_with("/"));
        CHECK(entry.licence == "Apache-2.0");
        CHECK(!entry.summary.empty());
        CHECK(!entry.provenance.empty());
        REQUIRE(!entry.files.empty());
        for (const vbg::ModelFile& file : entry.files) {
            CAPTURE(file.path);
            CHECK(!file.path.empty());
            CHECK(!file.path.starts_with("/"));
            CHECK(file.path.find("..") == std::string_view::npos);
            CHECK_NOTHROW((void)vbg::model::parse_checksums(file.checksum));
            if (!file.checksum.empty()) CHECK(file.bytes > 0);
            if (file.checksum.empty()) {  // only these, and the note says so
                CHECK(entry.name.starts_with("bodypix-resnet50-32"));
                CHECK(file.path.ends_with("model-stride32.json"));
                CHECK(entry.note.find("--allow-unpinned") != std::string_view::npos);
            }
            CHECK(file.checksum.starts_with("json-sha256:") ==
                  (file.path.ends_with(".json") && !file.checksum.empty()));
        }
    }
}

TEST_CASE("the weights of a BodyPix folder are as many and as large as published") {
    // Parameters of each network; times 4, 2 or 1 bytes. Shards of 4 MiB, the last one shorter.
    const std::map<std::string, std::uint64_t> parameters{
        {"050", 604960}, {"075", 1299392}, {"100", 3423584}, {"resnet50", 23936368}};
    const std::map<std::string, std::uint64_t> bytes_each{{"float", 4}, {"quant2", 2}, {"quant1", 1}};
    for (const vbg::CatalogueEntry& entry : vbg::list_models()) {
        if (!entry.name.starts_with("bodypix-")) continue;
        CAPTURE(entry.name);
        std::uint64_t wanted = 0;
        const std::string folder = folder_of(entry.files.front().path);
        for (const auto& [network, count] : parameters)
            for (const auto& [weights, each] : bytes_each)
                if (folder == "mobilenet/" + weights + "/" + network || folder == network + "/" + weights)
                    wanted = count * each;
        const std::size_t shards = entry.files.size() - 1;
        CHECK(shards == (wanted + (4U << 20U) - 1) / (4U << 20U));
        std::uint64_t total = 0;
        for (std::size_t i = 1; i <= shards; ++i) {
            const vbg::ModelFile& file = entry.files[i];
            CHECK(file.path ==
                  folder + "/group1-shard" + std::to_string(i) + "of" + std::to_string(shards) + ".bin");
            if (i < shards) CHECK(file.bytes == 4U << 20U);
            total += file.bytes;
        }
        CHECK(total == wanted);
    }
}

TEST_CASE("no checksum stands for two different files") {
    std::map<std::string, std::string> seen;
    for (const vbg::CatalogueEntry& entry : vbg::list_models()) {
        for (const vbg::ModelFile& file : entry.files) {
            for (const vbg::model::Checksum& checksum : vbg::model::parse_checksums(file.checksum)) {
                const auto [at, fresh] = seen.emplace(checksum.text(), file.path);
                CHECK_MESSAGE(at->second == file.path, checksum.text());
            }
        }
    }
}

TEST_CASE("names, aliases and JavaScript's dilation are found; others name the nearest") {
    CHECK(vbg::find_model("bodypix-mobilenet-075-16").name == "bodypix-mobilenet-075-16-quant2");
    CHECK(vbg::find_model("bodypix-mobilenet-075-16-float").name == "bodypix-mobilenet-075-16-float");
    CHECK(vbg::find_model("bodypix-resnet50-16").files.size() == 13);
    CHECK(vbg::find_model("selfie-general").files.size() == 1);
    CHECK(vbg::model::wanted_or_throw("bodypix-mobilenet-075-8-javascript").stem() ==
          "bodypix-mobilenet-075-8-quant2-javascript");
    vbg_test::check_throws(vbg::Errc::not_found, {"selfie-genral", "did you mean 'selfie-general'"},
                           [] { (void)vbg::find_model("selfie-genral"); });
    vbg_test::check_throws(vbg::Errc::not_found, {"''"}, [] { (void)vbg::find_model(""); });
    vbg_test::check_throws(vbg::Errc::not_found, {"-javascript"},
                           [] { (void)vbg::find_model("-javascript"); });
}
