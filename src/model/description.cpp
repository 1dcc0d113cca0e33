#include "model/description.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vbg/error.hpp>

namespace vbg::model {
namespace {

using nlohmann::json;

constexpr int largest_side = 16384;

template <class T>
using Words = std::vector<std::pair<const char*, T>>;

const Words<SizeRule>& rules() {
    static const Words<SizeRule> words = {
        {"fixed", SizeRule::fixed}, {"stride_plus", SizeRule::stride_plus}, {"multiple", SizeRule::multiple}};
    return words;
}

const Words<Meaning>& meanings() {
    static const Words<Meaning> words = {{"person_probability", Meaning::person_probability},
                                         {"person_logit", Meaning::person_logit},
                                         {"background_probability", Meaning::background_probability},
                                         {"class_logits", Meaning::class_logits},
                                         {"other", Meaning::other}};
    return words;
}

template <class T>
std::string word(const Words<T>& words, T value) {
    for (const auto& [text, meaning] : words)
        if (meaning == value) return text;
    return "?";
}

/// A value for texts; lists and objects that hold more than plain values are only named, however deep they
/// are.
std::string show(const json& value) {
    const auto plain = [](const json& item) { return !item.is_structured(); };
    if (value.is_structured() && (value.size() > 8 || !std::all_of(value.begin(), value.end(), plain)))
        return value.is_array() ? "a list" : "an object";
    std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
    if (text.size() > 60) text = text.substr(0, 57) + "...";
    return text;
}

/// Reads the fields of one object and remembers which it has seen, so that what is left over can be named.
class Reader {
public:
    Reader(const json& object, std::string origin, std::string path)
        : object_(object), origin_(std::move(origin)), path_(std::move(path)) {
        if (!object_.is_object())
            fail(path_.empty() ? "the whole" : path_, "is " + show(object_) + ", wanted an object");
    }

    [[noreturn]] void fail(const std::string& field, const std::string& text) const {
        throw Error(Errc::model, origin_ + ": description: field '" + field + "' " + text);
    }

    [[nodiscard]] std::string full(const std::string& key) const {
        return path_.empty() ? key : path_ + "." + key;
    }

    const json* take(const char* key, bool required) {
        seen_.insert(key);
        const auto found = object_.find(key);
        if (found != object_.end()) return &*found;
        if (required) fail(full(key), "is missing");
        return nullptr;
    }

    void text(const char* key, std::string& value, bool required) {
        const json* found = take(key, required);
        if (found == nullptr) return;
        if (!found->is_string()) fail(full(key), "is " + show(*found) + ", wanted text");
        value = found->get<std::string>();
        if (required && value.empty()) fail(full(key), "is empty");
    }

    void integer(const char* key, int& value, int low, int high, bool required) {
        const json* found = take(key, required);
        if (found == nullptr) return;
        const std::string wanted =
            ", wanted a whole number from " + std::to_string(low) + " to " + std::to_string(high);
        if (!found->is_number_integer()) fail(full(key), "is " + show(*found) + wanted);
        const bool fits = !found->is_number_unsigned() || found->get<std::uint64_t>() <= 0x7FFFFFFFU;
        const std::int64_t number = fits ? found->get<std::int64_t>() : 0;
        if (!fits || number < low || number > high) fail(full(key), "is " + show(*found) + wanted);
        value = static_cast<int>(number);
    }

    void triple(const char* key, std::array<float, 3>& value) {
        const json* found = take(key, false);
        if (found == nullptr) return;
        const bool right = found->is_array() && found->size() == 3;
        for (std::size_t i = 0; right && i < 3; ++i) {
            const json& item = (*found)[i];
            value[i] = item.is_number() ? item.get<float>() : NAN;
        }
        if (!right || !std::all_of(value.begin(), value.end(), [](float v) { return std::isfinite(v); }))
            fail(full(key), "is " + show(*found) + ", wanted a list of three numbers (one a colour)");
    }

    template <class T>
    void choice(const char* key, T& value, const Words<T>& words) {
        const json* found = take(key, true);
        std::string list;
        for (const auto& [text, meaning] : words) {
            if (found->is_string() && found->get_ref<const std::string&>() == text) {
                value = meaning;
                return;
            }
            list += (list.empty() ? "" : ", ") + std::string(text);
        }
        fail(full(key), "is " + show(*found) + ", wanted one of " + list);
    }

    void finish() const {
        for (const auto& [key, value] : object_.items()) {
            if (seen_.count(key) != 0) continue;
            std::string list;
            for (const std::string& name : seen_) list += (list.empty() ? "" : ", ") + name;
            fail(full(key), "is not known; known here are " + list);
        }
    }

private:
    const json& object_;
    std::string origin_, path_;
    std::set<std::string> seen_;
};

InputDescription read_input(const json& object, const std::string& origin) {
    InputDescription input;
    Reader in(object, origin, "input");
    in.choice("rule", input.rule, rules());
    const bool fixed = input.rule == SizeRule::fixed;
    in.integer("width", input.width, fixed ? 1 : 0, largest_side, fixed);
    in.integer("height", input.height, fixed ? 1 : 0, largest_side, fixed);
    in.integer("stride", input.stride, 1, 1024, !fixed);
    in.text("color", input.color, false);
    if (input.color != "rgb" && input.color != "bgr")
        in.fail("input.color", "is \"" + input.color + "\", wanted \"rgb\" or \"bgr\"");
    in.triple("scale", input.scale);
    in.triple("offset", input.offset);
    if (std::any_of(input.scale.begin(), input.scale.end(), [](float v) { return v == 0.F; }))
        in.fail("input.scale", "has a zero: the network would not see that colour");
    in.finish();
    return input;
}

OutputDescription read_output(const json& object, const std::string& origin, std::size_t position) {
    OutputDescription output;
    output.index = static_cast<int>(position);
    Reader in(object, origin, "outputs[" + std::to_string(position) + "]");
    in.text("name", output.name, true);
    in.integer("index", output.index, 0, 255, false);
    in.integer("channels", output.channels, 1, 65536, false);
    in.choice("meaning", output.meaning, meanings());
    const bool classes = output.meaning == Meaning::class_logits;
    in.integer("person_class", output.person_class, 0, output.channels - 1, classes);
    in.finish();
    return output;
}

}  // namespace

const OutputDescription* Description::find_output(const std::string& output_name) const noexcept {
    for (const OutputDescription& output : outputs)
        if (output.name == output_name) return &output;
    return nullptr;
}

Description parse_description(const std::string& text, const std::string& origin) {
    const json parsed = json::parse(text, nullptr, false);
    if (parsed.is_discarded())
        throw Error(Errc::model, origin + ": description: is not JSON, or is cut short");
    Description description;
    Reader in(parsed, origin, "");
    int version = 1;
    in.integer("version", version, 1, 1, false);
    in.text("name", description.name, true);
    in.text("architecture", description.architecture, false);
    if (description.architecture.empty()) description.architecture = "other";
    in.integer("output_stride", description.output_stride, 0, 1024, false);
    description.input = read_input(*in.take("input", true), origin);
    const json& outputs = *in.take("outputs", true);
    if (!outputs.is_array() || outputs.empty())
        in.fail("outputs", "is " + show(outputs) + ", wanted a list of outputs");
    if (outputs.size() > 256) in.fail("outputs", "has more than 256 entries");
    std::set<std::string> names;
    std::set<int> indexes;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const std::string at = "outputs[" + std::to_string(i) + "]";
        description.outputs.push_back(read_output(outputs[i], origin, i));
        const OutputDescription& output = description.outputs.back();
        if (!names.insert(output.name).second)
            in.fail(at + ".name", "is \"" + output.name + "\" a second time");
        if (!indexes.insert(output.index).second)
            in.fail(at + ".index", "is " + std::to_string(output.index) + " a second time");
    }
    in.text("source", description.source, false);
    in.text("source_sha256", description.source_sha256, false);
    const std::string& sum = description.source_sha256;
    if (!sum.empty() && (sum.size() != 64 || sum.find_first_not_of("0123456789abcdef") != std::string::npos))
        in.fail("source_sha256", "is \"" + sum + "\", wanted 64 lower-case hexadecimal digits");
    in.text("licence", description.licence, false);
    in.text("note", description.note, false);
    in.finish();
    return description;
}

std::string to_json(const Description& description) {
    using ordered = nlohmann::ordered_json;
    const InputDescription& in = description.input;
    ordered input = {{"rule", word(rules(), in.rule)}};
    if (in.rule == SizeRule::fixed) {
        input["width"] = in.width;
        input["height"] = in.height;
    } else {
        input["stride"] = in.stride;
    }
    input["color"] = in.color;
    input["scale"] = in.scale;
    input["offset"] = in.offset;
    ordered outputs = ordered::array();
    for (const OutputDescription& out : description.outputs) {
        ordered entry = {{"name", out.name},
                         {"index", out.index},
                         {"channels", out.channels},
                         {"meaning", word(meanings(), out.meaning)}};
        if (out.meaning == Meaning::class_logits) entry["person_class"] = out.person_class;
        outputs.push_back(std::move(entry));
    }
    const ordered whole = {{"version", 1},
                           {"name", description.name},
                           {"architecture", description.architecture},
                           {"output_stride", description.output_stride},
                           {"input", std::move(input)},
                           {"outputs", std::move(outputs)},
                           {"source", description.source},
                           {"source_sha256", description.source_sha256},
                           {"licence", description.licence},
                           {"note", description.note}};
    return whole.dump(2, ' ', false, ordered::error_handler_t::replace) + "\n";
}

}  // namespace vbg::model
