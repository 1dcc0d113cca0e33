#include "segment/plane_segmenter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vbg/error.hpp>

namespace vbg::segment {

namespace {

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
Rect PlaneSegmenter::part() const noexcept { return {0, 0, spec().width, spec().height}; }
bool PlaneSegmenter::runs_on(DeviceType type) const noexcept { return cuda::runs_on(type); }
int PlaneSegmenter::coarsest() const noexcept { return std::max(static_cast<int>(levels_.size()), 1) - 1; }
bool PlaneSegmenter::is_looking() const noexcept { return false; }
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
    runner_.load({chosen_.name}, spec.device);
    const model::InputDescription& input = description.input;
    const InputSize size = input_size(input, spec.width, spec.height, options_.resolution);
    if (static_cast<double>(size.width) * size.height > kMostInputPixels) {
        throw Error(
            Errc::invalid_argument,
            fmt::format(
                "{}: a {}x{} frame at resolution={:.3g} makes an input of {}x{}, which needs too much "
                "memory; use a smaller resolution",
                runner_.who(), spec.width, spec.height, options_.resolution, size.width, size.height));
    }
    levels_.clear();
    plane_.clear();
    for (const double of_wanted : kCoarser) {
        const InputSize now = input_size(input, spec.width, spec.height, of_wanted * options_.resolution);
        const bool is_coarser = !levels_.empty();
        if (is_coarser && (!coarser_allowed() || now == size || !is_fine_enough(now.width, now.height)))
            break;
        levels_.push_back(std::make_unique<Level>());
        prepare(*levels_.back(), now, spec, context);
    }
    start(spec);
}

void PlaneSegmenter::prepare(Level& level, const InputSize& size, const FrameSpec& spec, Context& context) {
    level.input.configure(spec, runner_.description().input, size.width, size.height, context);
    const net::Output& output = runner_.warm_up(level.input, context).front();
    if (output.channels != chosen_.channels) {
        runner_.refuse(fmt::format("output '{}' has {} channels; its description says {}", chosen_.name,
                                   output.channels, chosen_.channels));
    }
    level.plane_width = output.width;
    level.plane_height = output.height;
    const auto values = static_cast<std::size_t>(output.width) * static_cast<std::size_t>(output.height);
    plane_.resize(std::max(plane_.size(), values));
    level.output.configure(spec, output.width, output.height, context);
    finish_.apply(level.output);
    level.part = {0, 0, spec.width, spec.height};
}

/// `part` of the frame -> the network's input.
const float* PlaneSegmenter::sample(const Rect& part, const ConstFrameView& frame, Context& context) {
    Level& now = level();
    if (!(part == now.part)) {
        now.input.sample_area(part);
        now.output.cover(part);
        now.part = part;
    }
    return now.input.fill(frame, context);
}

/// The person's probabilities -> plane_.
void PlaneSegmenter::ask(const float* input, Context& context) {
    const Level& now = level();
    const auto& outputs = runner_.run(input, now.input.width(), now.input.height(), context);
    extract_person(outputs.front().data.data(), now.plane_width * now.plane_height, chosen_,
                   options_.hard_class, plane_.data());
}

void PlaneSegmenter::look_at(const Rect& part, const ConstFrameView& frame, Context& context) {
    ask(sample(part, frame, context), context);
}

/// Writes the matte without waiting for the network, where its answer is the plane as it is and the CPU need
/// not see it.
bool PlaneSegmenter::left_on_gpu(const float* input, const MaskView& alpha, Context& context) {
    if (is_looking() || chosen_.channels != 1 || chosen_.meaning != model::Meaning::person_probability)
        return false;
    Level& now = level();
    const auto* there = runner_.queue(input, now.input.width(), now.input.height(), context);
    if (there != nullptr) now.output.write_there(there->front().data, alpha, context);
    return there != nullptr;
}

bool PlaneSegmenter::do_segment(const ConstFrameView& frame, const MaskView& alpha, Context& context,
                                const std::optional<FrameView>& /*foreground*/) {
    if (survey_due()) {
        look_at({0, 0, frame.width, frame.height}, frame, context);
        survey(plane_.data(), level().plane_width, level().plane_height);
    }
    const float* input = sample(part(), frame, context);
    if (left_on_gpu(input, alpha, context)) return false;
    ask(input, context);
    look(plane_.data(), level().plane_width, level().plane_height);
    if (look_again()) {
        look_at(part(), frame, context);
        look(plane_.data(), level().plane_width, level().plane_height);
    }
    level().output.write(plane_.data(), alpha, context);
    return false;
}

}  // namespace vbg::segment
