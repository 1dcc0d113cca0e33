// TensorFlow.js weight groups. Tensors follow one another without gaps, little-endian, in the order listed.
// A quantised tensor holds q with value = q * scale + min (computed in double, rounded once to float;
// bit-equal to what TensorFlow.js itself gets). float16 is stored as such.
#include "model/tfjs_weights.hpp"

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <vbg/error.hpp>

#include "model/half.hpp"

namespace vbg::model {
namespace {

using nlohmann::json;

struct Coding {
    std::string stored;  ///< element type in the bytes
    std::size_t size = 4;
    double scale = 1., min = 0.;
    bool quantised = false;
    bool integer = false;  ///< the tensor's own type is int32: values are rounded
};

[[noreturn]] void fail(const std::string& origin, const std::string& tensor, const std::string& text) {
    throw Error(Errc::model, origin + ": weights '" + tensor + "' " + text);
}

double number(const json& object, const char* key, const std::string& origin, const std::string& tensor) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number() || !std::isfinite(found->get<double>()))
        fail(origin, tensor, std::string("have no number '") + key + "' in their quantization");
    return found->get<double>();
}

std::string text_of(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

Coding coding_of(const json& entry, const std::string& origin, const std::string& tensor) {
    Coding coding;
    const std::string type = text_of(entry, "dtype");
    if (type != "float32" && type != "int32" && type != "float16" && type != "bool")
        fail(origin, tensor, "have the type '" + type + "', wanted float32, float16, int32 or bool");
    coding.integer = type == "int32";
    coding.stored = type;
    if (const auto q = entry.find("quantization"); q != entry.end()) {
        if (!q->is_object()) fail(origin, tensor, "have a 'quantization' that is no object");
        coding.stored = text_of(*q, "dtype");
        if (coding.stored == "uint8" || coding.stored == "uint16") {
            coding.quantised = true;
            coding.scale = number(*q, "scale", origin, tensor);
            coding.min = number(*q, "min", origin, tensor);
        } else if (coding.stored != "float16") {
            fail(origin, tensor, "are quantised as '" + coding.stored + "', wanted uint8, uint16 or float16");
        }
    }
    coding.size = coding.stored == "uint8" || coding.stored == "bool"       ? 1
                  : coding.stored == "uint16" || coding.stored == "float16" ? 2
                                                                            : 4;
    return coding;
}

template <class T>
T load(const char* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

float decode(const Coding& coding, const char* at) {
    if (coding.quantised) {
        const double q = coding.size == 1 ? load<std::uint8_t>(at) : load<std::uint16_t>(at);
        const double value = q * coding.scale + coding.min;
        return static_cast<float>(coding.integer ? std::round(value) : value);
    }
    if (coding.size == 2) return half_to_float(load<std::uint16_t>(at));
    if (coding.size == 1) return static_cast<float>(load<std::uint8_t>(at));
    return coding.integer ? static_cast<float>(load<std::int32_t>(at)) : load<float>(at);
}

/// The shape, and in `count` its number of elements (at most 2^31).
std::vector<std::int64_t> shape_of(const json& entry, const std::string& origin, const std::string& tensor,
                                   std::size_t& count) {
    const auto found = entry.find("shape");
    if (found == entry.end() || !found->is_array()) fail(origin, tensor, "have no 'shape'");
    std::vector<std::int64_t> shape;
    std::int64_t product = 1;
    for (const json& side : *found) {
        if (!side.is_number_integer())
            fail(origin, tensor, "have a side that is no whole number in their 'shape'");
        const auto n = side.get<std::int64_t>();
        if (n < 0 || n > (std::int64_t{1} << 31)) fail(origin, tensor, "have a side of " + std::to_string(n));
        product *= n;
        if (product > (std::int64_t{1} << 31)) fail(origin, tensor, "have more than 2^31 elements");
        shape.push_back(n);
    }
    count = static_cast<std::size_t>(product);
    return shape;
}

}  // namespace

std::size_t decode_group(const json& group, const std::string& bytes, std::size_t from,
                         const std::string& origin, TfjsTensors& tensors) {
    const auto list = group.find("weights");
    if (list == group.end() || !list->is_array())
        throw Error(Errc::model, origin + ": a group of 'weightsManifest' has no list 'weights'");
    std::size_t at = from;
    for (const json& entry : *list) {
        if (!entry.is_object() || text_of(entry, "name").empty())
            throw Error(Errc::model, origin + ": an entry of 'weights' has no name");
        const std::string name = text_of(entry, "name");
        const Coding coding = coding_of(entry, origin, name);
        std::size_t count = 0;
        TfjsTensor tensor;
        tensor.shape = shape_of(entry, origin, name, count);
        if (count * coding.size > bytes.size() - at)
            fail(origin, name,
                 "need bytes " + std::to_string(at) + " to " + std::to_string(at + count * coding.size) +
                     " of the weight files, which have only " + std::to_string(bytes.size()) +
                     "; one of them is cut short or missing: fetch the model again");
        tensor.data.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            tensor.data[i] = decode(coding, bytes.data() + at + i * coding.size);
            if (!std::isfinite(tensor.data[i])) fail(origin, name, "hold a value that is not finite");
        }
        at += count * coding.size;
        if (!tensors.emplace(name, std::move(tensor)).second) fail(origin, name, "are listed twice");
    }
    return at;
}

}  // namespace vbg::model
