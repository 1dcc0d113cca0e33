// The pixel work of the 2020 "fakecam" script for vbg/fakecam.py, where the script's own random numbers must
// be used: colour map and ghosts are libvbg's stages, scan lines and the last mix are here.
#include <array>
#include <cmath>

#include "arrays.hpp"
#include "bind.hpp"
#include "errors.hpp"
#include "stage_object.hpp"

namespace vbg::python {

namespace {

using Byte = std::uint8_t;

Byte* bytes(const FrameView& view, int y) { return reinterpret_cast<Byte*>(view.row(y)); }

/// v * factor, cut to whole grey levels, as numpy does when it writes floats into uint8.
void dim_row(Byte* row, std::size_t count, double factor) {
    std::array<Byte, 256> table;
    for (std::size_t v = 0; v < table.size(); ++v)
        table[v] = static_cast<Byte>(static_cast<double>(v) * factor);
    for (std::size_t i = 0; i < count; ++i) row[i] = table[row[i]];
}

/// picture * 0.5 + light * 0.6, rounded and limited, as cv2.addWeighted does.
void mix_row(const Byte* picture, const Byte* light, Byte* out, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const float sum = static_cast<float>(picture[i]) * 0.5F + static_cast<float>(light[i]) * 0.6F;
        out[i] = static_cast<Byte>(std::min(255.0F, std::nearbyintf(sum)));
    }
}

/// The stages the hologram is made of, and the picture between them. For one thread at a time.
class Projector {
public:
    void run(const FrameView& picture, const double* factors, std::size_t count, const FrameView& out) {
        const FrameSpec spec{picture.width, picture.height, picture.format, {}, {}, 0};
        if (light_.width() != spec.width || light_.height() != spec.height) {
            colormap_->configure(spec, context_);
            ghost_->configure(spec, context_);
            light_ = Frame(spec);
            nobody_ = Mask(spec.width, spec.height);
        }
        const FrameView light = light_.view();
        const ConstMaskView alpha = std::as_const(nobody_).view();
        colormap_->apply(picture, alpha, light, context_);
        const auto row = static_cast<std::size_t>(spec.width) * 3;
        std::size_t next = 0;
        for (int y = 0; y < spec.height && next < count; ++y) {
            if (y % 5 < 2) dim_row(bytes(light, y), row, factors[next++]);
        }
        ghost_->apply(light, alpha, light, context_);
        for (int y = 0; y < spec.height; ++y) mix_row(bytes(picture, y), bytes(light, y), bytes(out, y), row);
    }

private:
    Context context_;
    std::unique_ptr<Effect> colormap_ = make_effect("colormap:map=winter"),
                            ghost_ = make_effect("ghost:shift=5");
    Frame light_;
    Mask nobody_;
};

py::object hologram(const py::object& image, const py::array_t<double, py::array::c_style>& factors,
                    const py::object& out) {
    static auto* projector = new Projector;
    static auto* mutex = new std::mutex;
    const Memory memory(image, "img", false);
    const FrameView picture = frame_view(memory, PixelFormat::bgr8);
    const FrameOut result(out, {picture.width, picture.height, PixelFormat::bgr8, {}, {}, 0});
    const double* values = factors.data();
    const auto count = static_cast<std::size_t>(factors.size());
    {
        const WithoutGil free;
        const std::lock_guard lock(*mutex);
        projector->run(picture, values, count, result.view);
    }
    return result.object;
}

/// A uint8 array times a factor as float64.
py::array_t<double> scaled(const py::object& mask, double factor) {
    const Memory memory(mask, "mask", false);
    const MaskView in = mask_view(memory);
    if (in.format != MaskFormat::u8) throw Refused(Refused::As::type, "mask: wanted uint8");
    py::array_t<double> out(std::vector<py::ssize_t>{in.height, in.width});
    double* to = out.mutable_data();
    const WithoutGil free;
    std::array<double, 256> table;
    for (std::size_t v = 0; v < table.size(); ++v) table[v] = static_cast<double>(v) * factor;
    for (int y = 0; y < in.height; ++y) {
        const auto* row = reinterpret_cast<const Byte*>(in.row(y));
        for (int x = 0; x < in.width; ++x) *to++ = table[row[x]];
    }
    return out;
}

/// Every value of `mask` looked up: 0 stays, anything else becomes `value`.
py::array_t<Byte> marked(const py::object& mask, int value) {
    const Memory memory(mask, "mask", false);
    const MaskView in = mask_view(memory);
    if (in.format != MaskFormat::u8) throw Refused(Refused::As::type, "mask: wanted uint8");
    py::array_t<Byte> out(std::vector<py::ssize_t>{in.height, in.width});
    Byte* to = out.mutable_data();
    const WithoutGil free;
    for (int y = 0; y < in.height; ++y) {
        const auto* row = reinterpret_cast<const Byte*>(in.row(y));
        for (int x = 0; x < in.width; ++x) *to++ = row[x] != 0 ? static_cast<Byte>(value) : Byte{0};
    }
    return out;
}

}  // namespace

void bind_fakecam(py::module_& module) {
    module.def("_hologram", &hologram, "img"_a, "factors"_a, "out"_a = py::none(),
               "The 2020 script's hologram with given factors for the dimmed rows; see vbg.fakecam.");
    module.def("_scaled", &scaled, "mask"_a, "factor"_a, "A uint8 matte times a factor, as float64.");
    module.def("_marked", &marked, "mask"_a, "value"_a, "A matte that is `value` where `mask` is not 0.");
}

}  // namespace vbg::python
