#include "model/tfjs_topology.hpp"

#include <nlohmann/json.hpp>
#include <vbg/error.hpp>

namespace vbg::model {

TfjsTopology::TfjsTopology(const nlohmann::json& topology, const TfjsTensors& tensors,
                           const std::string& origin)
    : origin_(origin), tensors_(tensors) {
    const auto nodes = topology.find("node");
    if (nodes == topology.end() || !nodes->is_array() || nodes->empty())
        throw Error(Errc::model, origin + ": 'modelTopology' has no list 'node'");
    for (const nlohmann::json& node : *nodes) {
        nodes_.emplace_back(node, origin);
        if (!by_name_.emplace(nodes_.back().name(), nodes_.size() - 1).second)
            nodes_.back().fail("is there twice");
    }
}

const TfjsNode& TfjsTopology::find(const std::string& name, const TfjsNode* user) const {
    const auto found = by_name_.find(name);
    if (found == by_name_.end())
        throw Error(Errc::model, origin_ + ": operator '" + (user != nullptr ? user->name() : std::string{}) +
                                     "' takes '" + name + "', which is not there");
    return nodes_[found->second];
}

const TfjsNode& TfjsTopology::behind(const TfjsNode& node) const {
    const TfjsNode* at = &node;
    for (std::size_t step = 0; at->op() == "Identity" && step < nodes_.size(); ++step) {  // a ring ends, too
        if (at->inputs().size() != 1) at->fail("has no single input");
        at = &find(at->inputs()[0], at);
    }
    return *at;
}

bool TfjsTopology::is_constant(const std::string& name) const {
    return behind(find(name, nullptr)).op() == "Const";
}

const std::string& TfjsTopology::constant_name(const TfjsNode& node, std::size_t input) const {
    if (input >= node.inputs().size())
        node.fail("has only " + std::to_string(node.inputs().size()) + " inputs");
    const TfjsNode& from = behind(find(node.inputs()[input], &node));
    if (from.op() != "Const")
        node.fail("takes '" + from.name() + "' (" + from.op() + ") where only a constant can be converted");
    return from.name();
}

const TfjsTensor& TfjsTopology::tensor(const TfjsNode& node, std::size_t input) const {
    const std::string& name = constant_name(node, input);
    const auto found = tensors_.find(name);
    if (found == tensors_.end())
        node.fail("takes the constant '" + name + "', which 'weightsManifest' does not list");
    return found->second;
}

const TfjsTensor& TfjsTopology::tensor(const std::string& name) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) find(name, nullptr).fail("is not listed in 'weightsManifest'");
    return found->second;
}

}  // namespace vbg::model
