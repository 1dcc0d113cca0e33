// verify_model(): does the file load, run, and give what its description promises?
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vbg/error.hpp>
#include <vbg/model.hpp>
#include <vector>

#include "model/network.hpp"

namespace vbg {
namespace model {
namespace {

/// A modest size that the description allows: height, width.
std::pair<int, int> size_for(const InputDescription& input) {
    switch (input.rule) {
        case SizeRule::fixed: return {input.height, input.width};
        case SizeRule::stride_plus: return {input.stride * 12 + 1, input.stride * 16 + 1};
        case SizeRule::multiple: break;
    }
    const int steps = std::max(1, 192 / input.stride);
    return {input.stride * steps, input.stride * (steps + 1)};
}

/// Grey, as the network wants it.
std::vector<float> grey(const InputDescription& input, int height, int width) {
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * 3);
    for (int i = 0; i < height * width; ++i)
        for (std::size_t c = 0; c < 3; ++c) values.push_back(127.5F * input.scale.at(c) + input.offset.at(c));
    return values;
}

/// Lines about what was found; the first that fails ends with what was wanted.
class Report {
public:
    void line(std::string_view what, const std::string& found) {
        result_.text += fmt::format("{:<26} {}\n", what, found);
    }
    void check(std::string_view what, bool good, const std::string& found, const std::string& wanted) {
        line(what, good ? found : fmt::format("{}: WRONG, wanted {}", found, wanted));
        good_ = good_ && good;
    }
    void fail(const std::string& why) {
        line("FAILED", why);
        good_ = false;
    }
    [[nodiscard]] VerifyResult result() {
        result_.ok = good_;
        result_.text += good_ ? "ok\n" : "NOT OK\n";
        return result_;
    }

private:
    VerifyResult result_;
    bool good_ = true;
};

void check_output(const OutputDescription& wanted, const net::Output& output, Report& report) {
    const std::string what = fmt::format("output {}", wanted.name);
    const std::size_t values = static_cast<std::size_t>(std::max(0, output.height)) *
                               static_cast<std::size_t>(std::max(0, output.width)) *
                               static_cast<std::size_t>(std::max(0, output.channels));
    report.check(what, output.channels == wanted.channels && values > 0 && values == output.data.size(),
                 fmt::format("{} x {} x {} values", output.height, output.width, output.channels),
                 fmt::format("{} channels", wanted.channels));
    if (output.data.empty()) return;
    const auto [low, high] = std::minmax_element(output.data.begin(), output.data.end());
    const bool finite =
        std::all_of(output.data.begin(), output.data.end(), [](float v) { return std::isfinite(v); });
    const bool probability =
        wanted.meaning == Meaning::person_probability || wanted.meaning == Meaning::background_probability;
    constexpr float rounding = 1e-3F;
    report.check(what, finite && (!probability || (*low >= -rounding && *high <= 1 + rounding)),
                 fmt::format("from {:.4g} to {:.4g}", *low, *high),
                 probability ? "probabilities, 0 to 1" : "finite numbers");
}

void run(const std::filesystem::path& file, Report& report) {
    net::NetworkOptions options;
    options.device = "cpu";
    options.precision = net::Precision::fp32;
    const std::shared_ptr<net::Network> network = net::Network::load(file.string(), options);
    const Description& about = network->description();
    report.line("describes", fmt::format("{} ({}), licence {}", about.name, about.architecture,
                                         about.licence.empty() ? "not stated" : about.licence));
    report.line("loads", network->summary());
    const auto [height, width] = size_for(about.input);
    const std::vector<float> input = grey(about.input, height, width);
    std::vector<net::Output> outputs;
    network->run(input.data(), height, width, outputs);
    report.check(
        "runs", outputs.size() == about.outputs.size(),
        fmt::format("on a grey picture of {} x {} pixels: {} outputs", width, height, outputs.size()),
        fmt::format("{}", about.outputs.size()));
    for (std::size_t i = 0; i < std::min(outputs.size(), about.outputs.size()); ++i)
        check_output(about.outputs[i], outputs[i], report);
}

}  // namespace
}  // namespace model

inline namespace v0 {

VerifyResult verify_model(std::string_view name_or_path) {
    const std::filesystem::path file = find_model_file(name_or_path);
    model::Report report;
    std::error_code none;
    report.line("file", fmt::format("{}, {} bytes", file.string(), std::filesystem::file_size(file, none)));
    try {
        model::run(file, report);
    } catch (const std::exception& e) {
        report.fail(e.what());
    }
    return report.result();
}

}  // namespace v0
}  // namespace vbg
