// Networks made here: what they compute, against formulas and sums by hand, and what is refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vbg/error.hpp>
#include <vector>

#include "segment/network_options.hpp"
#include "support/temp_dir.hpp"
#include "support/torch_make.hpp"

using namespace vbg;
using namespace vbg::test;
using net::Network;
using net::NetworkOptions;
using net::Precision;

namespace {

Errc code_of(const std::function<void()>& act, std::string& text) {
    try {
        act();
    } catch (const Error& error) {
        text = error.what();
        return error.code();
    }
    text = "nothing was thrown";
    return Errc::ok;
}

std::string description(const std::string& outputs) {
    return R"({"name": "made", "input": {"rule": "fixed", "width": 8, "height": 6, "scale": [0.01, 0.01, 0.01], )"
           R"("offset": [0, 0, 0]}, "outputs": [)" +
           outputs + "]}";
}

const std::string matte = R"({"name": "matte", "meaning": "person_probability"})";
const std::string convolve = "def forward(self, x):\n    return torch.conv2d(x, self.weight)\n";

}  // namespace

TEST_CASE("precision auto follows the CPU's flags and says why") {
    vbg_test::TempDir folder;
    test::make_module(folder / "m.pt", convolve, description(matte), 0.3F);
    const auto network = Network::load(folder / "m.pt", options(Precision::automatic));
    const bool fast = fast_bf16();
    CAPTURE(network->summary());
    CHECK((network->summary().find("bf16 (the CPU has") != std::string::npos) == fast);
    CHECK((network->summary().find("fp32 (the CPU has neither") != std::string::npos) == !fast);
    CHECK(network->summary().find("made on cpu") == 0);
}

TEST_CASE("an input that lies where the network runs gives what one in host memory gives") {
    vbg_test::TempDir folder;
    test::make_module(folder / "m.pt", convolve, description(matte), 0.3F);
    const auto network = Network::load(folder / "m.pt", options(Precision::fp32));
    REQUIRE(network->gpu() == -1);  // so that is host memory
    std::vector<float> input(6 * 8 * 3);
    for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<float>(i % 17) * 0.1F;
    std::vector<net::Output> wanted, got;
    network->run(input.data(), 6, 8, wanted);
    network->run_from_gpu(input.data(), 6, 8, nullptr, got);
    REQUIRE(got.size() == wanted.size());
    CHECK(got.front().data == wanted.front().data);
    std::string text;
    CHECK(code_of([&] { network->run_from_gpu(input.data(), 5, 8, nullptr, got); }, text) ==
          Errc::invalid_argument);
}

TEST_CASE("a network that fails while it runs says why, and works again") {
    vbg_test::TempDir folder;
    const std::string path = folder / "m.pt";
    test::make_module(
        path, "def forward(self, x):\n    return torch.conv2d(x.view([1, 3, 128, 128]), self.weight)\n",
        R"({"name": "made", "input": {"rule": "multiple", "stride": 16, "scale": [0.01, 0.01, 0.01], )"
        R"("offset": [0, 0, 0]}, "outputs": [)" +
            matte + "]}",
        0.3F);
    for (const Precision precision : {Precision::fp32, Precision::bf16}) {
        const auto network = Network::load(path, options(precision));
        const std::vector<float> input(128 * 128 * 3, 1.F);
        std::vector<net::Output> outputs;
        std::string text;
        CHECK(code_of([&] { network->run(input.data(), 64, 128, outputs); }, text) == Errc::model);
        CHECK(text.find("made at 128x64 on cpu: the network failed") != std::string::npos);
        CHECK(text.find("[1, 3, 128, 128]") != std::string::npos);
        network->run(input.data(), 128, 128, outputs);
        CHECK(outputs.at(0).data.at(5) == doctest::Approx(0.9).epsilon(0.01));
    }
}

TEST_CASE("a small network computes what its formula says, whatever its activation") {
    vbg_test::TempDir folder;
    struct Case {
        const char* activation;
        float low, high;
    };
    // x is made of 0 .. 2.55 in the self-check and of -40 .. 40 here, so that both limits are met.
    for (const Case& c : {Case{"torch.clamp(y, 0., 6.)", 0, 6}, Case{"torch.relu(y)", 0, INFINITY},
                          Case{"torch.clamp(y, -1.5, 2.)", -1.5F, 2}, Case{"torch.clamp(y, 0., 1.)", 0, 1},
                          Case{"torch.hardtanh(y, 0., 6.)", 0, 6}}) {
        CAPTURE(c.activation);
        const std::string path = folder / "m.pt";
        test::make_module(
            path,
            std::string("def forward(self, x):\n    y = torch.conv2d(x, self.weight)\n    return ") +
                c.activation + "\n",
            description(matte), 0.5F);
        std::vector<float> input(6 * 8 * 3);
        for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<float>(i % 9) * 10.F - 40.F;
        for (const Precision precision : {Precision::fp32, Precision::bf16}) {
            const auto network = Network::load(path, options(precision));
            CAPTURE(network->summary());
            std::vector<net::Output> outputs;
            network->run(input.data(), 6, 8, outputs);
            for (std::size_t i = 0; i < 48; ++i) {
                const float sum = 0.5F * (input[3 * i] + input[3 * i + 1] + input[3 * i + 2]);
                CHECK(outputs[0].data[i] == std::min(std::max(sum, c.low), c.high));
            }
        }
    }
}

TEST_CASE("convolutions of every shape, in fp32 and bf16, against sums by hand") {
#ifdef VBG_HAVE_ONEDNN
    const bool fuses = true;
#else
    const bool fuses = false;
#endif
    const vbg_test::TempDir folder;
    const std::string path = folder / "m.pt";
    struct Case {
        int kernel, stride, padding, dilation, groups, channels;
    };
    for (const Case& c :
         {Case{1, 1, 0, 1, 1, 5}, Case{3, 1, 1, 1, 3, 3}, Case{3, 2, 1, 1, 3, 6}, Case{3, 2, 1, 1, 1, 24},
          Case{3, 1, 2, 2, 1, 4}, Case{5, 2, 2, 1, 3, 3}, Case{3, 1, 0, 1, 1, 1}}) {
        const int inner = 3 / c.groups;
        const auto text = [](int v) { return std::to_string(v); };
        // Every kernel element is 0.25, the bias too: sums that bfloat16 holds exactly. Both are cut out of
        // the module's parameter, so that freezing makes constants of them, in the type the network is loaded
        // in.
        const std::string sides =
            text(c.channels) + ", " + text(inner) + ", " + text(c.kernel) + ", " + text(c.kernel);
        test::make_module(
            path,
            "def forward(self, x):\n    w = self.weight[:, :1].expand(" + sides +
                ").contiguous()\n    b = self.weight[0, 0, 0].expand(" + text(c.channels) +
                ").contiguous()\n    y = torch.conv2d(x, w, b, [" + text(c.stride) + ", " + text(c.stride) +
                "], [" + text(c.padding) + ", " + text(c.padding) + "], [" + text(c.dilation) + ", " +
                text(c.dilation) + "], " + text(c.groups) + ")\n    return torch.clamp(y, 0., 6.)\n",
            description(R"({"name": "matte", "meaning": "other", "channels": )" + text(c.channels) + "}"),
            0.25F);
        std::vector<float> input(6 * 8 * 3);
        for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<float>(i % 7) - 3.F;
        for (const Precision precision : {Precision::fp32, Precision::bf16}) {
            const auto network = Network::load(path, options(precision));
            CAPTURE(network->summary());
            std::vector<net::Output> outputs;
            network->run(input.data(), 6, 8, outputs);
            if (fuses && (precision == Precision::fp32 || fast_bf16()))
                CHECK(network->summary().find("1 convolutions as single oneDNN steps") != std::string::npos);
            const net::Output& got = outputs[0];
            REQUIRE(got.channels == c.channels);
            for (int y = 0; y < got.height; ++y)
                for (int x = 0; x < got.width; ++x)
                    for (int channel = 0; channel < c.channels; ++channel) {
                        float sum = 0.25F;
                        const int first = channel / (c.channels / c.groups) * inner;
                        for (int row = 0; row < c.kernel; ++row)
                            for (int column = 0; column < c.kernel; ++column) {
                                const int v = y * c.stride - c.padding + row * c.dilation;
                                const int u = x * c.stride - c.padding + column * c.dilation;
                                if (v < 0 || v >= 6 || u < 0 || u >= 8) continue;
                                for (int from = first; from < first + inner; ++from)
                                    sum += 0.25F * input[static_cast<std::size_t>((v * 8 + u) * 3 + from)];
                            }
                        const auto at = static_cast<std::size_t>((y * got.width + x) * c.channels + channel);
                        REQUIRE(got.data[at] == std::clamp(sum, 0.F, 6.F));
                    }
        }
    }
}

TEST_CASE("a tensor with two readers is not clamped under the other one's feet") {
    vbg_test::TempDir folder;
    const std::string path = folder / "m.pt";
    test::make_module(path,
                      "def forward(self, x):\n    y = torch.conv2d(x, self.weight)\n    z = torch.clamp(y, "
                      "0., 1.)\n    return (y, z)\n",
                      description(matte + R"(, {"name": "clamped", "index": 1, "meaning": "other"})"), 1.F);
    const auto network = Network::load(path, options(Precision::fp32, {"clamped", "matte"}));
    const std::vector<float> input(6 * 8 * 3, 2.F);
    std::vector<net::Output> outputs;
    network->run(input.data(), 6, 8, outputs);
    CHECK(outputs[0].data[7] == 1.F);
    CHECK(outputs[1].data[7] == 6.F);
}

TEST_CASE("a network that works in place on its input does not touch the caller's") {
    const vbg_test::TempDir folder;
    const std::string path = folder / "m.pt";
    test::make_module(path,
                      "def forward(self, x):\n    x.mul_(2.)\n    return torch.conv2d(x, self.weight)\n",
                      description(matte), 1.F);
    const auto network = Network::load(path, options(Precision::fp32));
    const std::vector<float> input(6 * 8 * 3, 1.F);
    std::vector<net::Output> outputs;
    network->run(input.data(), 6, 8, outputs);
    CHECK(input == std::vector<float>(6 * 8 * 3, 1.F));
    CHECK(outputs[0].data == std::vector<float>(6 * 8, 6.F));
}

TEST_CASE("the same file and options are loaded once; others apart; nothing is kept alive") {
    vbg_test::TempDir folder;
    const std::string path = folder / "m.pt";
    test::make_module(path, convolve, description(matte));
    auto first = Network::load(path, options(Precision::fp32));
    CHECK(first == Network::load(folder / "." + "/m.pt", options(Precision::fp32)));
    CHECK(first != Network::load(path, options(Precision::bf16)));
    CHECK(first != Network::load(path, options(Precision::fp32, {}, 1)));
    const std::weak_ptr<Network> watch = first;
    first.reset();
    CHECK(watch.expired());
}

TEST_CASE("several threads may run one network") {
    vbg_test::TempDir folder;
    const std::string path = folder / "m.pt";
    test::make_module(path, convolve, description(matte), 1.F);
    const auto network = Network::load(path, options(Precision::fp32));
    std::vector<int> wrong(3, 0);
    std::vector<std::thread> threads;
    threads.reserve(3);
    for (int t = 0; t < 3; ++t)
        threads.emplace_back([&, t] {
            const std::vector<float> input(6 * 8 * 3, static_cast<float>(t));
            std::vector<net::Output> outputs;
            for (int i = 0; i < 50; ++i) {
                network->run(input.data(), 6, 8, outputs);
                for (const float v : outputs[0].data)
                    wrong[static_cast<std::size_t>(t)] += v != 3.F * static_cast<float>(t);
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(wrong == std::vector<int>(3, 0));
}

TEST_CASE("what is wrong with a model is said when it is loaded") {
    vbg_test::TempDir folder;
    const std::string path = folder / "m.pt";
    std::string text;
    const auto load = [&](const NetworkOptions& chosen) {
        return code_of([&] { (void)Network::load(path, chosen); }, text);
    };
    CHECK(load(options(Precision::fp32)) == Errc::not_found);
    CHECK(text.find(path) != std::string::npos);

    test::make_module(path, convolve, description(matte), NAN);
    CHECK(load(options(Precision::fp32)) == Errc::model);
    CHECK(text.find("NaN") != std::string::npos);

    test::make_module(path, convolve, description(R"({"name": "matte", "channels": 2, "meaning": "other"})"));
    CHECK(load(options(Precision::fp32)) == Errc::model);
    CHECK(text.find("[1, 1, 6, 8], wanted [1, 2") != std::string::npos);

    test::make_module(path, convolve,
                      description(R"({"name": "matte", "index": 3, "meaning": "person_probability"})"));
    CHECK(load(options(Precision::fp32)) == Errc::model);
    CHECK(text.find("number 3") != std::string::npos);

    test::make_module(path, "def forward(self, x):\n    return [torch.conv2d(x, self.weight)]\n",
                      description(matte));
    CHECK(load(options(Precision::fp32)) == Errc::model);
    CHECK(text.find("tuple of tensors") != std::string::npos);

    test::make_module(path, "def forward(self, x):\n    return torch.conv2d(x, self.weight).mean(1)\n",
                      description(matte));
    CHECK(load(options(Precision::fp32)) == Errc::model);

    test::make_module(path, "def forward(self, x):\n    return torch.conv2d(x[:, :2], self.weight)\n",
                      description(matte));
    CHECK(load(options(Precision::fp32)) == Errc::model);
    CHECK(text.find("made at 8x6") != std::string::npos);

    test::make_module(path, convolve, "");
    CHECK(load(options(Precision::fp32)) == Errc::model);
    CHECK(text.find("no description") != std::string::npos);
}

TEST_CASE("options that make no sense are refused with the ones that do") {
    vbg_test::TempDir folder;
    const std::string path = folder / "m.pt";
    test::make_module(path, convolve, description(matte));
    std::string text;
    const auto load = [&](const NetworkOptions& chosen) {
        return code_of([&] { (void)Network::load(path, chosen); }, text);
    };
    CHECK(load(options(Precision::fp16)) == Errc::invalid_argument);
    CHECK(text.find("GPU") != std::string::npos);
    CHECK(load(options(Precision::fp32, {"mask"})) == Errc::invalid_argument);
    CHECK(text.find("it has: matte") != std::string::npos);
    CHECK(load(options(Precision::fp32, {}, -1)) == Errc::invalid_argument);
    NetworkOptions odd = options(Precision::fp32);
    odd.device = "tpu";
    CHECK(load(odd) == Errc::invalid_argument);
    odd.device = "cuda:x";
    CHECK(load(odd) == Errc::invalid_argument);
    odd.device = "cuda:99";  // no machine has that many
    CHECK(load(odd) == Errc::device);
}

TEST_CASE("a run is refused where the input's size breaks the description, and where it gives NaN") {
    vbg_test::TempDir folder;
    const std::string path = folder / "m.pt";
    test::make_module(path, "def forward(self, x):\n    return torch.sqrt(torch.conv2d(x, self.weight))\n",
                      description(matte));
    const auto network = Network::load(path, options(Precision::fp32));
    std::vector<float> input(7 * 9 * 3, 1.F);
    std::vector<net::Output> outputs;
    std::string text;
    CHECK(code_of([&] { network->run(input.data(), 7, 9, outputs); }, text) == Errc::invalid_argument);
    CHECK(text.find("9x7, wanted 8x6") != std::string::npos);
    CHECK(code_of([&] { network->run(nullptr, 6, 8, outputs); }, text) == Errc::invalid_argument);
    CHECK(code_of([&] { network->run(input.data(), 6, 8, outputs); }, text) == Errc::ok);
    input[20] = -100.F;
    CHECK(code_of([&] { network->run(input.data(), 6, 8, outputs); }, text) == Errc::model);
    CHECK(text.find("NaN") != std::string::npos);
    network->warm_up(6, 8);
}
