#include "segment/matte_output.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vbg/error.hpp>

#include "segment/mask_rows.hpp"

namespace vbg::segment {

void MatteOutput::configure(const FrameSpec& spec, int width, int height, const Context& context) {
    spec_ = spec;
    width_ = width;
    height_ = height;
    cover({0, 0, spec.width, spec.height});
    if (spec.device.type == DeviceType::cuda) {
        device_scratch_ = cuda::DeviceBuffer(plan().scratch_bytes(), spec.device);
        device_plane_ = cuda::DeviceBuffer(plane_bytes(), spec.device);
    }
    prepare(context.threads());
}

void MatteOutput::cover(const Rect& part) {
    two_steps_ = false;
    middle_width_ = width_;
    middle_height_ = height_;
    part_ = part;
    to_x_ = half_pixel(width_, part.width);
    to_y_ = half_pixel(height_, part.height);
    set(x_, to_x_);
    set(y_, to_y_);
}

void MatteOutput::cover_padded(const Padding& padding, int input_width, int input_height) {
    two_steps_ = true;
    middle_width_ = input_width;
    middle_height_ = input_height;
    part_ = {0, 0, spec_.width, spec_.height};
    to_middle_x_ = align_corners(width_, input_width);
    to_middle_y_ = align_corners(height_, input_height);
    set(middle_x_, to_middle_x_);
    set(middle_y_, to_middle_y_);
    // Box in parts of the padded picture; float, as the original's tensors hold it.
    const auto box = [](int at, int whole) {
        return whole > 1 ? static_cast<float>(static_cast<double>(at) / (whole - 1)) : 0.F;
    };
    const int whole_width = padding.left + spec_.width + padding.right;
    const int whole_height = padding.top + spec_.height + padding.bottom;
    to_x_ = crop_and_resize(input_width, box(padding.left, whole_width),
                            box(padding.left + spec_.width - 1, whole_width), spec_.width);
    to_y_ = crop_and_resize(input_height, box(padding.top, whole_height),
                            box(padding.top + spec_.height - 1, whole_height), spec_.height);
    set(x_, to_x_);
    set(y_, to_y_);
    if (spec_.device.type == DeviceType::cuda) {
        device_scratch_ = cuda::DeviceBuffer(plan().scratch_bytes(), spec_.device);
    }
    prepare(scratch_.size());
}

void MatteOutput::set_soft(double black, double white) {
    finish_.hard = false;
    finish_.scale = static_cast<float>(1 / (white - black));
    finish_.offset = static_cast<float>(-black / (white - black));
}

void MatteOutput::set_hard(double threshold) {
    finish_.hard = true;
    finish_.threshold = static_cast<float>(threshold);
}

void MatteOutput::prepare(int threads) {
    scratch_.reserve(threads, [&](Scratch& scratch) {
        scratch.low.assign(static_cast<std::size_t>(width_) + 1, 0.F);
        scratch.middle.assign(static_cast<std::size_t>(middle_width_) + 1, 0.F);
        for (auto& row : scratch.wide) row.assign(static_cast<std::size_t>(spec_.width), 0.F);
    });
}

void MatteOutput::write(const float* plane, const MaskView& alpha, Context& context) {
    if (alpha.device.type == DeviceType::cuda) {
        cuda::copy_bytes(plane, device_plane_.data(), plane_bytes(), alpha.device, context.stream());
        return write_there(reinterpret_cast<const float*>(device_plane_.data()), alpha, context);
    }
    if (context.threads() > scratch_.size()) prepare(context.threads());
    context.parallel_rows(alpha.height, 32,
                          [&](int first, int last) { write_rows(plane, alpha, first, last); });
}

void MatteOutput::write_there(const float* plane, const MaskView& alpha, Context& context) {
    cuda::write_matte(plan(), device_scratch_.data(), plane, alpha, context.stream());
}

cuda::MattePlan MatteOutput::plan() const {
    cuda::MattePlan plan;
    plan.width = width_;
    plan.height = height_;
    plan.two_steps = two_steps_;
    plan.left = part_.x;
    plan.top = part_.y;
    if (two_steps_) {
        plan.first_x = to_middle_x_;
        plan.first_y = to_middle_y_;
    }
    plan.x = to_x_;
    plan.y = to_y_;
    plan.finish = {finish_.hard, finish_.threshold, finish_.scale, finish_.offset};
    plan.matte_width = spec_.width;
    plan.matte_height = spec_.height;
    return plan;
}

/// Row `y` of the middle picture, enlarged to the matte's width; kept until two others were asked for.
const float* MatteOutput::wide_row(const float* plane, Scratch& scratch, int y) const {
    const auto slot = static_cast<std::size_t>(y & 1);
    float* wide = scratch.wide[slot].data();
    if (scratch.held[slot] == y) return wide;
    scratch.held[slot] = y;
    const auto row = [&](int i) { return plane + static_cast<std::ptrdiff_t>(i) * width_; };
    const float* from = nullptr;
    if (two_steps_) {
        const auto i = static_cast<std::size_t>(y);
        const int low = middle_y_.low[i], high = std::min(low + 1, height_ - 1);
        kernels::lerp_rows(row(low), row(high), middle_y_.fraction[i], width_, scratch.low.data());
        scratch.low.back() = scratch.low[static_cast<std::size_t>(width_ - 1)];
        kernels::lerp_columns(scratch.low.data(), middle_x_, scratch.middle.data());
        kernels::sigmoid(scratch.middle.data(), middle_width_);
        scratch.middle.back() = scratch.middle[static_cast<std::size_t>(middle_width_ - 1)];
        from = scratch.middle.data();
    } else if (width_ == 1) {  // lerp_columns() looks one value further
        std::fill(scratch.low.begin(), scratch.low.end(), *row(y));
        from = scratch.low.data();
    } else {
        from = row(y);
    }
    kernels::lerp_columns(from, x_, wide);
    return wide;
}

void MatteOutput::write_rows(const float* plane, const MaskView& alpha, int first, int last) {
    const auto scratch = scratch_.take();
    scratch->held[0] = scratch->held[1] = -1;
    const std::size_t size = alpha.format == MaskFormat::f32 ? sizeof(float) : 1;
    const auto bytes = [&](int n) { return static_cast<std::size_t>(n) * size; };
    for (int y = first; y < last; ++y) {
        std::byte* out = alpha.row(y);
        if (y < part_.y || y >= part_.y + part_.height) {
            std::memset(out, 0, bytes(alpha.width));
            continue;
        }
        const auto i = static_cast<std::size_t>(y - part_.y);
        const int low = y_.low[i];
        const float* a = wide_row(plane, *scratch, low);
        const float* b = wide_row(plane, *scratch, std::min(low + 1, middle_height_ - 1));
        const int right = part_.x + part_.width;
        std::memset(out, 0, bytes(part_.x));
        std::memset(out + bytes(right), 0, bytes(alpha.width - right));
        with_row(alpha, y, [&](auto* row) {
            kernels::finish_row(a, b, y_.fraction[i], part_.width, finish_, row + part_.x);
        });
    }
}

namespace {

/// Softmax of one class, without overflow (the largest logit is taken off).
float person_of_classes(const float* logits, int channels, int person, bool hard) {
    const float* best = std::max_element(logits, logits + channels);
    if (hard) return best == logits + person ? 1.F : 0.F;
    float sum = 0;
    for (int c = 0; c < channels; ++c) sum += std::exp(logits[c] - *best);
    return std::exp(logits[person] - *best) / sum;
}

}  // namespace

void extract_person(const float* values, int count, const model::OutputDescription& output, bool hard_class,
                    float* plane) {
    const int channels = output.channels;
    for (int i = 0; i < count; ++i) {
        const float* v = values + static_cast<std::ptrdiff_t>(i) * channels;
        switch (output.meaning) {
            case model::Meaning::person_probability:
            case model::Meaning::person_logit: plane[i] = v[0]; break;  // a sigmoid follows, of all at once
            case model::Meaning::background_probability: plane[i] = 1.F - v[0]; break;
            case model::Meaning::class_logits:
                plane[i] = person_of_classes(v, channels, output.person_class, hard_class);
                break;
            case model::Meaning::other:
                throw Error(Errc::internal, "output '" + output.name + "' is not a matte");
        }
    }
    if (output.meaning == model::Meaning::person_logit) kernels::sigmoid(plane, count);
}

}  // namespace vbg::segment
