#include "core/frame_layout.hpp"

namespace vbg {

FrameView FrameLayout::at(std::byte* memory) const {
    FrameView placed = view;
    for (int p = 0; p < plane_count(view.format); ++p) {
        const auto i = static_cast<std::size_t>(p);
        placed.planes[i].data = memory + offset[i];
    }
    return placed;
}

FrameLayout lay_out(const FrameSpec& spec, std::size_t align, std::string_view who) {
    FrameLayout layout;
    FrameView& view = layout.view;
    view.width = spec.width;
    view.height = spec.height;
    view.format = spec.format;
    view.color = spec.color;
    view.device = spec.device;
    std::byte dummy{};
    FrameView checked = view;
    for (auto& plane : checked.planes) plane = {&dummy, PTRDIFF_MAX};
    check_view(checked, who);

    for (int p = 0; p < plane_count(spec.format); ++p) {
        const auto i = static_cast<std::size_t>(p);
        const std::size_t stride = (row_bytes(spec.format, p, spec.width) + align - 1) / align * align;
        layout.offset[i] = layout.bytes;
        view.planes[i].stride = static_cast<std::ptrdiff_t>(stride);
        layout.bytes += stride * static_cast<std::size_t>(plane_rows(spec.format, p, spec.height));
    }
    return layout;
}

}  // namespace vbg
