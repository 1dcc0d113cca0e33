// The description in or beside a TorchScript file, and files that are none.
#include <doctest/doctest.h>

#include <vbg/error.hpp>

#include "model/convert.hpp"
#include "model/describe.hpp"
#include "model/emit_torchscript.hpp"
#include "model/module_file.hpp"
#include "support/temp_dir.hpp"
#include "support/throws.hpp"
#include "support/torch_run.hpp"

using namespace vbg;
using vbg_test::check_throws;

namespace {

const char* const beside = R"({"name": "mine", "input": {"rule": "multiple", "stride": 1},
                              "outputs": [{"name": "matte", "meaning": "person_probability"}]})";

/// A described .pt: one sigmoid.
void write_described(const std::string& path) {
    model::Graph graph;
    graph.origin = "test";
    model::Node in;
    in.name = "in";
    in.channels = 3;
    graph.append(in);
    model::Node sigmoid;
    sigmoid.op = model::Op::sigmoid;
    sigmoid.name = "out";
    sigmoid.inputs = {0};
    graph.append(sigmoid);
    graph.outputs = {{"out", 1}};
    model::infer(graph);
    model::Description description = model::parse_description(beside, "test");
    description.name = "inside";
    description.outputs[0].channels = 3;
    net::write_torchscript(graph, description, path);
}

}  // namespace

TEST_CASE("a file without a description is refused, with the way to add one") {
    const vbg_test::TempDir folder;
    const std::string path = folder / "own.pt";
    test::save_plain_module(path);
    check_throws(Errc::model, {"own.pt'", "no description", "own.pt.json", "\"outputs\""},
                 [&] { (void)net::read_description(path); });
    vbg_test::write_text(path + ".json", beside);
    CHECK(net::read_description(path).name == "mine");
    CHECK(model::inspect(path).find("mine") != std::string::npos);
    vbg_test::write_text(path + ".json", "{}");
    check_throws(Errc::model, {"own.pt.json", "'name'"}, [&] { (void)net::read_description(path); });
    vbg_test::write_text(path + ".json", "");
    check_throws(Errc::model, {"own.pt.json", "empty"}, [&] { (void)net::read_description(path); });
}

TEST_CASE("the one inside counts where there are two") {
    const vbg_test::TempDir folder;
    const std::string path = folder / "m.pt";
    write_described(path);
    vbg_test::write_text(path + ".json", beside);
    CHECK(net::read_description(path).name == "inside");
}

TEST_CASE("files that are no TorchScript") {
    const vbg_test::TempDir folder;
    const std::string path = folder / "x.pt";
    check_throws(Errc::not_found, {"x.pt"}, [&] { (void)net::read_description(path); });
    for (const std::string& bytes : {std::string(), std::string("text"), std::string(5000, '\0'),
                                     std::string("PK\x03\x04") + std::string(500, 'x')}) {
        vbg_test::write_text(path, bytes);
        check_throws(Errc::model, {"x.pt"}, [&] { (void)net::read_description(path); });
    }
    check_throws(Errc::model, {"regular"}, [&] { (void)net::read_description(folder.path()); });
    // An empty zip archive: nothing but its end mark.
    vbg_test::write_text(path, std::string("PK\x05\x06", 4) + std::string(18, '\0'));
    check_throws(Errc::model, {"x.pt"}, [&] { (void)net::read_description(path); });
}

TEST_CASE("a .pt cut short or with changed bytes is read or refused, never worse") {
    const vbg_test::TempDir folder;
    const std::string path = folder / "m.pt";
    write_described(path);
    const std::vector<std::uint8_t> whole = vbg_test::file_bytes(path);
    for (std::size_t size = 0; size < whole.size(); size += whole.size() / 40 + 1) {
        vbg_test::write_bytes(path, {whole.begin(), whole.begin() + std::ptrdiff_t(size)});
        check_throws(Errc::model, {"m.pt"}, [&] { (void)net::read_description(path); });
    }
    std::uint32_t state = 5;
    const auto random = [&] { return state = state * 1664525U + 1013904223U, state >> 8U; };
    int refused = 0;
    for (int round = 0; round < 600; ++round) {
        std::vector<std::uint8_t> changed = whole;
        changed[random() % changed.size()] = std::uint8_t(random());
        vbg_test::write_bytes(path, changed);
        try {
            (void)net::read_description(path);
        } catch (const Error& error) {
            CHECK(error.code() == Errc::model);
            ++refused;
        }
    }
    CHECK(refused > 50);
}
