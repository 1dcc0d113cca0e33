#pragma once
/// @file tfjs_maker.hpp  Small TensorFlow.js graph models made by tests.

#include <cstring>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/temp_dir.hpp"

namespace vbg::test {

/// Nodes and float weights, written as model.json + weights.bin into a folder of its own.
struct TfjsMaker {
    nlohmann::json nodes = nlohmann::json::array();
    nlohmann::json weights = nlohmann::json::array();
    std::string bytes;
    std::unique_ptr<vbg_test::TempDir> home = std::make_unique<vbg_test::TempDir>();

    void node(const std::string& name, const std::string& op, const std::vector<std::string>& inputs,
              nlohmann::json attributes = nlohmann::json::object()) {
        nodes.push_back({{"name", name}, {"op", op}, {"input", inputs}, {"attr", std::move(attributes)}});
    }
    void picture(const std::string& name, int height = -1, int width = -1) {
        nlohmann::json dims = nlohmann::json::array();
        for (const int side : {1, height, width, 3}) dims.push_back({{"size", std::to_string(side)}});
        node(name, "Placeholder", {}, {{"shape", {{"shape", {{"dim", dims}}}}}});
    }
    void constant(const std::string& name, const std::vector<int>& shape, const std::vector<float>& values) {
        node(name, "Const", {});
        weights.push_back({{"name", name}, {"shape", shape}, {"dtype", "float32"}});
        bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
    }
    void integers(const std::string& name, const std::vector<int>& shape,
                  const std::vector<std::int32_t>& values) {
        node(name, "Const", {});
        weights.push_back({{"name", name}, {"shape", shape}, {"dtype", "int32"}});
        bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(std::int32_t));
    }
    static nlohmann::json list(const std::vector<int>& values) {
        nlohmann::json strings = nlohmann::json::array();
        for (const int value : values) strings.push_back(std::to_string(value));
        return {{"list", {{"i", strings}}}};
    }
    /// Attributes of a moving window. padding: "SAME" or "VALID".
    static nlohmann::json window(int stride, const std::string& padding,
                                 const std::vector<int>& dilations = {}, int kernel = 0) {
        nlohmann::json a = {{"strides", list({1, stride, stride, 1})},
                            {"padding", {{"s", padding == "SAME" ? "U0FNRQ==" : "VkFMSUQ="}}},
                            {"data_format", {{"s", "TkhXQw=="}}}};
        if (!dilations.empty()) a["dilations"] = list(dilations);
        if (kernel > 0) a["ksize"] = list({1, kernel, kernel, 1});
        return a;
    }
    [[nodiscard]] nlohmann::json json() const {
        return {{"format", "graph-model"},
                {"modelTopology", {{"node", nodes}}},
                {"weightsManifest", {{{"paths", {"weights.bin"}}, {"weights", weights}}}}};
    }
    [[nodiscard]] const vbg_test::TempDir& folder() const { return *home; }
    std::filesystem::path write() const { return write(json(), bytes); }
    std::filesystem::path write(const nlohmann::json& json, const std::string& weight_bytes) const {
        return write_text(json.dump(), weight_bytes);
    }
    std::filesystem::path write_text(const std::string& json, const std::string& weight_bytes) const {
        vbg_test::write_text(folder() / "model.json", json);
        vbg_test::write_text(folder() / "weights.bin", weight_bytes);
        return folder() / "model.json";
    }
};

}  // namespace vbg::test
