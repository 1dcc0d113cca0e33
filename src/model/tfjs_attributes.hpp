#pragma once
/// @file tfjs_attributes.hpp  One node of a GraphDef written as JSON. Inner part of tfjs_reader.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "model/graph.hpp"

namespace vbg::model {

/// A node and typed access to its attributes; the JSON it was made from must outlive it. Every throw is an
/// Error{model} that names the node.
class TfjsNode {
public:
    TfjsNode(const nlohmann::json& node, const std::string& origin);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] const std::string& op() const noexcept { return op_; }
    /// Names of the nodes it takes, without the ":0" of a first output and without control inputs ("^x").
    [[nodiscard]] const std::vector<std::string>& inputs() const noexcept { return inputs_; }

    [[nodiscard]] bool flag(const char* attribute) const;
    [[nodiscard]] float real(const char* attribute, float otherwise) const;
    [[nodiscard]] std::string text(const char* attribute) const;
    [[nodiscard]] std::vector<std::string> texts(const char* attribute) const;
    /// A list of whole numbers, or an empty one where the attribute is absent.
    [[nodiscard]] std::vector<std::int64_t> integers(const char* attribute) const;
    /// Sides of a placeholder's shape; -1 for any.
    [[nodiscard]] std::vector<std::int64_t> shape() const;

    [[noreturn]] void fail(const std::string& text) const;

private:
    [[nodiscard]] const nlohmann::json* value(const char* attribute, const char* kind) const;

    std::string origin_, name_, op_;
    std::vector<std::string> inputs_;
    const nlohmann::json* attributes_ = nullptr;  ///< "attr" of the node, or null
};

}  // namespace vbg::model
