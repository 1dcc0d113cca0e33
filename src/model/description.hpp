#pragma once
/// @file description.hpp  What a model file says about itself. Nothing is ever guessed from a file name.
/// C++17-clean: src/torch includes it.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace vbg::model {

/// How the network's input size follows from the size of the picture.
enum class SizeRule : std::int32_t {
    fixed,        ///< always width x height
    stride_plus,  ///< any n with (n - 1) % stride == 0 (BodyPix)
    multiple,     ///< any n with n % stride == 0
};

/// What one value of an output says.
enum class Meaning : std::int32_t {
    person_probability,      ///< 0..1, 1 = person
    person_logit,            ///< sigmoid() of it is the person's probability
    background_probability,  ///< 0..1, 1 = background (flipped by the segmenter)
    class_logits,            ///< one channel a class; `person_class` says which is the person
    other,                   ///< heat maps, offsets, ...: not a matte
};

struct InputDescription {
    SizeRule rule = SizeRule::fixed;
    int width = 0, height = 0;  ///< for SizeRule::fixed, pixels
    int stride = 1;             ///< for the other rules
    std::string color = "rgb";  ///< channel order the network expects: "rgb" or "bgr"
    /// Network input = (value 0..255) * scale[c] + offset[c].
    std::array<float, 3> scale{1.F, 1.F, 1.F};
    std::array<float, 3> offset{0.F, 0.F, 0.F};
};

struct OutputDescription {
    std::string name;  ///< e.g. "segments"
    int index = 0;     ///< position in the tuple forward() returns; 0 for a lone tensor
    int channels = 1;
    Meaning meaning = Meaning::other;
    int person_class = 0;  ///< for Meaning::class_logits
};

/// Stored as the extra file "vbg.json" inside a .pt, or beside a user's own file as "<file>.json".
struct Description {
    std::string name;          ///< catalogue name, e.g. "bodypix-mobilenet-075-16"
    std::string architecture;  ///< e.g. "bodypix-mobilenet_v1", "selfie", "deeplab_v3", "other"
    int output_stride = 0;     ///< BodyPix: 8, 16 or 32; else 0
    InputDescription input;
    std::vector<OutputDescription> outputs;
    std::string source;         ///< where the weights came from (address or file name)
    std::string source_sha256;  ///< of the weights file(s) it was made from
    std::string licence;        ///< SPDX name
    std::string note;           ///< provenance in a sentence

    /// The output of that name, or nullptr.
    [[nodiscard]] const OutputDescription* find_output(const std::string& output_name) const noexcept;
};

/// Throws Error{model} naming the field, what was wanted and what was found. `origin` names the file in
/// texts.
[[nodiscard]] Description parse_description(const std::string& json, const std::string& origin);
[[nodiscard]] std::string to_json(const Description& description);

}  // namespace vbg::model
