#include <vbg/preset.hpp>

#include <array>
#include <vbg/error.hpp>
#include <vector>

#include "core/suggest.hpp"

namespace vbg::inline v0 {

namespace {

constexpr std::array kPresets = {
    Preset{"none", "Only the stages named; the matte as the segmenter gives it", "auto", "", "", ""},
    Preset{"default", "A natural picture: soft, edge-aware, steady matte", "auto",
           "guided_filter:radius=16,eps=1e-4,confidence=0.5 | temporal | levels:black=0.15,white=0.85", "",
           "blur"},
    Preset{"fakecam", "The 2020 script: BodyPix, dilated and box-blurred matte, hologram",
           "bodypix:model=bodypix-mobilenet-075-16-quant2,resolution=medium,threshold=0.7",
           "dilate:size=10 | box_blur:size=30", "hologram", ""},
};

}  // namespace

std::span<const Preset> list_presets() noexcept { return kPresets; }

const Preset& find_preset(std::string_view name) {
    std::vector<std::string_view> names;
    for (const Preset& preset : kPresets) {
        if (preset.name == name) return preset;
        names.push_back(preset.name);
    }
    throw Error(Errc::not_found,
                "no preset '" + std::string(name) + "'" + suggest::known(name, names, "none is built"));
}

}  // namespace vbg::inline v0
