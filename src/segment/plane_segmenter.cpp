#include "segment/plane_segmenter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vbg/error.hpp>

namespace vbg::segment {

namespace {

/// Largest input of a network of any size, pixels: a 4K frame fits.
constexpr double kMostInputPixels = 3857. * 2177.;

std::string names_of(const model::Description& description) {
    std::string names;
    for (const auto& output : description.outputs) {
        names += fmt::format("{}{}{}", names.empty() ? "" : ", ", output.name,
                             output.meaning == model::Meaning::other ? " (no matte)" : "");
    }
    return names.empty() ? "none" : names;
}

}  // namespace

InputSize input_size(const model::InputDescription& input, int width, int height, double resolution) {
    if (input.rule == model::SizeRule::fixed) return {input.width, input.height};
    const auto side = [&](int frame) {
        const double wanted = frame * resolution;
        const int stride = std::max(input.stride, 1);
        const int steps = static_cast<int>(
            std::lround((wanted - (input.rule == model::SizeRule::multiple ? 0 : 1)) / stride));
        return input.rule == model::SizeRule::multiple ? std::max(steps, 1) * stride
                                                       : std::max(steps, 0) * stride + 1;
    };
    return {side(width), side(height)};
}

PlaneSegmenter::PlaneSegmenter(const Parameters& parameters, Options options)
    : runner_(parameters), options_(std::move(options)), finish_(parameters) {}

void PlaneSegmenter::check(const model::Description& /*description*/) const {}
void PlaneSegmenter::start(const FrameSpec& /*spec*/) {}
Rect PlaneSegmenter::part() const noexcept { return {0, 0, output_.frame_width(), output_.frame_height()}; }
void PlaneSegmenter::look(const float* /*plane*/, int /*width*/, int /*height*/) noexcept {}
bool PlaneSegmenter::look_again() const noexcept { return false; }
bool PlaneSegmenter::survey_due() const noexcept { return false; }
void PlaneSegmenter::survey(const float* /*plane*/, int /*width*/, int /*height*/) noexcept {}

/// Which output is the matte; the others are never computed.
void PlaneSegmenter::choose_output(const model::Description& description) {
    const model::OutputDescription* found = nullptr;
    if (!options_.output.empty()) {
        found = description.find_output(options_.output);
        if (found == nullptr || found->meaning == model::Meaning::other) {
            throw Error(
                Errc::invalid_argument,
                fmt::format("{}: output '{}' {}; it has: {}", runner_.who(), options_.output,
                            found == nullptr ? "does not exist" : "is no matte", names_of(description)));
        }
    } else {
        const auto at = std::find_if(description.outputs.begin(), description.outputs.end(),
                                     [](const auto& o) { return o.meaning != model::Meaning::other; });
        if (at == description.outputs.end()) {
            runner_.refuse(
                fmt::format("no output of it is a matte ({}); say in its description what they mean",
                            names_of(description)));
        }
        found = &*at;
    }
    chosen_ = *found;
}

void PlaneSegmenter::do_configure(const FrameSpec& spec, Context& context) {
    const model::Description description = runner_.read_description();
    choose_output(description);
    check(description);
    runner_.load({chosen_.name});
    const model::InputDescription& input = runner_.description().input;
    const InputSize size = input_size(input, spec.width, spec.height, options_.resolution);
    if (static_cast<double>(size.width) * size.height > kMostInputPixels) {
        throw Error(
            Errc::invalid_argument,
            fmt::format(
                "{}: a {}x{} frame at resolution={:.3g} makes an input of {}x{}, which needs too much "
                "memory; use a smaller resolution",
                runner_.who(), spec.width, spec.height, options_.resolution, size.width, size.height));
    }
    input_.configure(spec, input, size.width, size.height, context);
    const net::Output& output = runner_.warm_up(input_.data(), size.width, size.height).front();
    if (output.channels != chosen_.channels) {
        runner_.refuse(fmt::format("output '{}' has {} channels; its description says {}", chosen_.name,
                                   output.channels, chosen_.channels));
    }
    plane_width_ = output.width;
    plane_height_ = output.height;
    plane_.assign(static_cast<std::size_t>(plane_width_) * static_cast<std::size_t>(plane_height_), 0.F);
    output_.configure(spec, plane_width_, plane_height_, context);
    finish_.apply(output_);
    part_ = {0, 0, spec.width, spec.height};
    start(spec);
}

/// The person's probabilities in `part` of the frame -> plane_.
void PlaneSegmenter::look_at(const Rect& part, const ConstFrameView& frame, Context& context) {
    if (!(part == part_)) {
        input_.sample_area(part);
        output_.cover(part);
        part_ = part;
    }
    const float* input = input_.fill(frame, context);
    const auto& outputs = runner_.run(input, input_.width(), input_.height());
    extract_person(outputs.front().data.data(), plane_width_ * plane_height_, chosen_, options_.hard_class,
                   plane_.data());
}

bool PlaneSegmenter::do_segment(const ConstFrameView& frame, const MaskView& alpha, Context& context,
                                const std::optional<FrameView>& /*foreground*/) {
    if (survey_due()) {
        look_at({0, 0, frame.width, frame.height}, frame, context);
        survey(plane_.data(), plane_width_, plane_height_);
    }
    look_at(part(), frame, context);
    look(plane_.data(), plane_width_, plane_height_);
    if (look_again()) {
        look_at(part(), frame, context);
        look(plane_.data(), plane_width_, plane_height_);
    }
    output_.write(plane_.data(), alpha, context);
    return false;
}

}  // namespace vbg::segment
