#include "model/tfjs_attributes.hpp"

#include <vbg/error.hpp>

namespace vbg::model {
namespace {

using nlohmann::json;

/// Byte strings are base64 text; some writers make them lists of bytes.
std::string bytes_of(const json& value, bool& good) {
    std::string bytes;
    good = true;
    if (value.is_array()) {
        for (const json& byte : value) {
            good = good && byte.is_number_integer() && byte.get<std::int64_t>() >= 0 &&
                   byte.get<std::int64_t>() < 256;
            if (good) bytes.push_back(static_cast<char>(byte.get<std::int64_t>()));
        }
        return bytes;
    }
    if (!value.is_string()) {
        good = false;
        return bytes;
    }
    static const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::uint32_t bits = 0;
    int filled = 0;
    for (const char c : value.get_ref<const std::string&>()) {
        if (c == '=') break;
        const std::size_t digit = digits.find(c);
        if (digit == std::string::npos) {
            good = false;
            return bytes;
        }
        bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
        filled += 6;
        if (filled >= 8) {
            filled -= 8;
            bytes.push_back(static_cast<char>((bits >> static_cast<unsigned>(filled)) & 0xFFU));
        }
    }
    return bytes;
}

/// Whole numbers are written as numbers or as text ("-1").
bool integer_of(const json& value, std::int64_t& number) {
    if (value.is_number_integer()) {
        number = value.get<std::int64_t>();
        return true;
    }
    if (!value.is_string()) return false;
    const auto& text = value.get_ref<const std::string&>();
    if (text.empty() || text.size() > 18) return false;
    std::size_t used = 0;
    try {
        number = std::stoll(text, &used);
    } catch (const std::exception&) {
        return false;
    }
    return used == text.size();
}

}  // namespace

TfjsNode::TfjsNode(const json& node, const std::string& origin) : origin_(origin) {
    const auto text_at = [&](const char* key) {
        const auto found = node.is_object() ? node.find(key) : node.end();
        return node.is_object() && found != node.end() && found->is_string() ? found->get<std::string>()
                                                                             : std::string{};
    };
    name_ = text_at("name");
    op_ = text_at("op");
    if (name_.empty() || op_.empty()) throw Error(Errc::model, origin + ": a node has no name or no 'op'");
    if (const auto attributes = node.find("attr"); attributes != node.end()) attributes_ = &*attributes;
    const auto inputs = node.find("input");
    if (inputs == node.end()) return;
    if (!inputs->is_array()) fail("has an 'input' that is no list");
    for (const json& input : *inputs) {
        if (!input.is_string()) fail("has an input that is no name");
        std::string from = input.get<std::string>();
        if (!from.empty() && from[0] == '^') continue;
        if (const auto colon = from.rfind(':'); colon != std::string::npos) {
            if (from.substr(colon) != ":0") fail("takes '" + from + "': only first outputs are converted");
            from.resize(colon);
        }
        inputs_.push_back(std::move(from));
    }
}

void TfjsNode::fail(const std::string& text) const {
    throw Error(Errc::model, origin_ + ": operator '" + name_ + "' (" + op_ + ") " + text);
}

const json* TfjsNode::value(const char* attribute, const char* kind) const {
    if (attributes_ == nullptr || !attributes_->is_object()) return nullptr;
    const auto found = attributes_->find(attribute);
    if (found == attributes_->end()) return nullptr;
    if (!found->is_object() || !found->contains(kind))
        fail(std::string("has an attribute '") + attribute + "' without '" + kind + "'");
    return &(*found)[kind];
}

bool TfjsNode::flag(const char* attribute) const {
    const json* found = value(attribute, "b");
    if (found == nullptr) return false;
    if (!found->is_boolean()) fail(std::string("has a '") + attribute + "' that is neither true nor false");
    return found->get<bool>();
}

float TfjsNode::real(const char* attribute, float otherwise) const {
    const json* found = value(attribute, "f");
    if (found == nullptr) return otherwise;
    if (!found->is_number()) fail(std::string("has a '") + attribute + "' that is no number");
    return found->get<float>();
}

std::string TfjsNode::text(const char* attribute) const {
    const json* found = value(attribute, "s");
    if (found == nullptr) return {};
    bool good = false;
    std::string bytes = bytes_of(*found, good);
    if (!good) fail(std::string("has a '") + attribute + "' that is no base64 text");
    return bytes;
}

std::vector<std::string> TfjsNode::texts(const char* attribute) const {
    std::vector<std::string> all;
    const json* list = value(attribute, "list");
    if (list == nullptr || !list->is_object() || !list->contains("s")) return all;
    for (const json& item : (*list)["s"]) {
        bool good = false;
        all.push_back(bytes_of(item, good));
        if (!good) fail(std::string("has a '") + attribute + "' that is no base64 text");
    }
    return all;
}

std::vector<std::int64_t> TfjsNode::integers(const char* attribute) const {
    std::vector<std::int64_t> all;
    const json* list = value(attribute, "list");
    if (list == nullptr || !list->is_object() || !list->contains("i")) return all;
    for (const json& item : (*list)["i"]) {
        std::int64_t number = 0;
        if (!integer_of(item, number)) fail(std::string("has a '") + attribute + "' that is no whole number");
        all.push_back(number);
    }
    return all;
}

std::vector<std::int64_t> TfjsNode::shape() const {
    std::vector<std::int64_t> sides;
    const json* shape = value("shape", "shape");
    if (shape == nullptr || !shape->is_object() || !shape->contains("dim")) return sides;
    for (const json& dim : (*shape)["dim"]) {
        std::int64_t side = 0;
        if (!dim.is_object() || !dim.contains("size") || !integer_of(dim["size"], side))
            fail("has a 'shape' with a side that is no whole number");
        sides.push_back(side);
    }
    return sides;
}

}  // namespace vbg::model
