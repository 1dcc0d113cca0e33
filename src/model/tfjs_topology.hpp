#pragma once
/// @file tfjs_topology.hpp  The nodes of a GraphDef by name, and the constants among them. Inner part of
/// tfjs_reader.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/tfjs_attributes.hpp"
#include "model/tfjs_weights.hpp"

namespace vbg::model {

/// The JSON and the tensors must outlive it. Every throw is an Error{model} that names the node. An Identity
/// of a constant is that constant.
class TfjsTopology {
public:
    TfjsTopology(const nlohmann::json& topology, const TfjsTensors& tensors, const std::string& origin);

    [[nodiscard]] const std::vector<TfjsNode>& nodes() const noexcept { return nodes_; }
    /// `user` is who takes it, for the text; may be null.
    [[nodiscard]] const TfjsNode& find(const std::string& name, const TfjsNode* user) const;
    [[nodiscard]] bool is_constant(const std::string& name) const;
    /// Name of the constant that a node takes as its input of that number.
    [[nodiscard]] const std::string& constant_name(const TfjsNode& node, std::size_t input) const;
    /// Values of that constant.
    [[nodiscard]] const TfjsTensor& tensor(const TfjsNode& node, std::size_t input) const;
    /// Values of a constant by its own name.
    [[nodiscard]] const TfjsTensor& tensor(const std::string& name) const;

private:
    /// The node behind Identities.
    [[nodiscard]] const TfjsNode& behind(const TfjsNode& node) const;

    std::string origin_;
    const TfjsTensors& tensors_;
    std::vector<TfjsNode> nodes_;
    std::unordered_map<std::string, std::size_t> by_name_;  ///< index in nodes_
};

}  // namespace vbg::model
