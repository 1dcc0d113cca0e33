#include "segment/network_input.hpp"

#include <algorithm>
#include <utility>

#include "core/device.hpp"

namespace vbg::segment {

void NetworkInput::configure(const FrameSpec& spec, const model::InputDescription& input, int width,
                             int height, const Context& context) {
    spec_ = spec;
    width_ = width;
    height_ = height;
    std::copy(input.scale.begin(), input.scale.end(), normalise_.scale);
    std::copy(input.offset.begin(), input.offset.end(), normalise_.offset);
    normalise_.swap = (spec.format == PixelFormat::bgr8) != (input.color == "bgr");
    data_.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3, 0.F);
    sample_area({0, 0, spec.width, spec.height});
    device_x_ = {};
    device_y_ = {};
    device_data_ = {};
    if (!on_host(spec.device)) {
        // Whatever is asked for later: parts of the frame, or the padding's two inputs.
        device_x_ = cuda::DeviceTaps(width, std::max(2, most_area_taps(spec.width, width)), spec.device);
        device_y_ = cuda::DeviceTaps(height, std::max(2, most_area_taps(spec.height, height)), spec.device);
        const std::size_t bytes = data_.size() * sizeof(float);
        device_data_ = cuda::DeviceBuffer(bytes, spec.device);
        cuda::copy_bytes(data_.data(), device_data_.data(), bytes, spec.device, context.stream());
    }
    const auto most_rows = static_cast<std::size_t>(std::max(2, most_area_taps(spec.height, height)));
    const std::size_t values = static_cast<std::size_t>(spec.width) * 3 + 1;
    scratch_.reserve(context.threads(), [&](Scratch& scratch) {
        scratch.rows.assign(most_rows, nullptr);
        scratch.row.assign(values, 0.F);
    });
}

void NetworkInput::put(const std::vector<float>& values, const Context& context) {
    cuda::copy_bytes(values.data(), device_data_.data(), values.size() * sizeof(float), spec_.device,
                     context.stream());
    cuda::synchronize(spec_.device, context.stream());
}

void NetworkInput::sample_area(const Rect& part) {
    set_area(x_, spec_.width, part.x, part.x + part.width, width_);
    set_area(y_, spec_.height, part.y, part.y + part.height, height_);
    taps_changed_ = true;
}

void NetworkInput::sample_padded(const Padding& padding) {
    set_padded_bilinear(x_, spec_.width, padding.left, padding.right, width_);
    set_padded_bilinear(y_, spec_.height, padding.top, padding.bottom, height_);
    taps_changed_ = true;
}

const float* NetworkInput::fill_on_gpu(const ConstFrameView& frame, Context& context) {
    if (std::exchange(taps_changed_, false)) {
        device_x_.set(x_, context.stream());
        device_y_.set(y_, context.stream());
    }
    auto* const data = reinterpret_cast<float*>(device_data_.data());
    cuda::network_input(frame, data, width_, height_, device_x_, device_y_, normalise_, context.stream());
    return data;
}

const float* NetworkInput::fill(const ConstFrameView& frame, Context& context) {
    if (!on_host(frame.device)) return fill_on_gpu(frame, context);
    if (context.threads() > scratch_.size()) {  // another context than configure() was told: once
        const std::size_t rows = scratch_.take()->rows.size(), values = scratch_.take()->row.size();
        scratch_.reserve(context.threads(), [&](Scratch& scratch) {
            scratch.rows.resize(rows);
            scratch.row.resize(values);
        });
    }
    context.parallel_rows(height_, 16, [&](int first, int last) { fill_rows(frame, first, last); });
    return data_.data();
}

void NetworkInput::fill_rows(const ConstFrameView& frame, int first, int last) {
    const auto scratch = scratch_.take();
    // Only the columns that are looked at.
    const int begin = x_.first.front() * 3, end = (x_.first.back() + x_.count) * 3;
    for (int y = first; y < last; ++y) {
        const int from = y_.first[static_cast<std::size_t>(y)];
        for (int k = 0; k < y_.count; ++k) {
            scratch->rows[static_cast<std::size_t>(k)] =
                reinterpret_cast<const std::uint8_t*>(frame.row(from + k)) + begin;
        }
        kernels::weigh_rows(scratch->rows.data(), y_.of(y), y_.count, end - begin,
                            scratch->row.data() + begin);
        kernels::weigh_pixels(scratch->row.data(), x_, normalise_,
                              data_.data() + static_cast<std::ptrdiff_t>(y) * width_ * 3);
    }
}

}  // namespace vbg::segment
