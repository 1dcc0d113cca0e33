#include "torch/network_values.hpp"

#include <ATen/Functions.h>

#include <algorithm>
#include <string>
#include <vbg/error.hpp>

#include "core/bad_answer.hpp"

namespace vbg::net {
namespace {

std::string shape_text(const at::Tensor& tensor) {
    std::string text = "[";
    for (const auto side : tensor.sizes()) text += (text.size() > 1 ? ", " : "") + std::to_string(side);
    return text + "]";
}

bool has_shape(const at::Tensor& results, std::int64_t count, int channels) {
    return results.dim() == 4 && results.size(0) == count && results.size(1) == channels &&
           results.numel() > 0;
}

/// float32, channels last.
at::Tensor as_handed_on(const at::Tensor& result) {
    return result.to(at::kFloat).permute({0, 2, 3, 1}).contiguous();
}

}  // namespace

std::vector<model::OutputDescription> wanted_outputs(const model::Description& description,
                                                     const std::vector<std::string>& names) {
    if (names.empty()) return description.outputs;
    std::vector<model::OutputDescription> wanted;
    for (const std::string& name : names) {
        if (const auto* found = description.find_output(name)) {
            wanted.push_back(*found);
            continue;
        }
        std::string all;
        for (const auto& output : description.outputs) all += (all.empty() ? "" : ", ") + output.name;
        throw Error(Errc::invalid_argument,
                    "model '" + description.name + "' has no output '" + name + "'; it has: " + all);
    }
    return wanted;
}

void check_input(const model::Description& description, const float* input, int height, int width) {
    const model::InputDescription& wanted = description.input;
    const int stride = std::max(wanted.stride, 1);
    std::string rule;
    if (input == nullptr || height < 1 || width < 1) {
        rule = "at least 1x1 and data";
    } else if (wanted.rule == model::SizeRule::fixed && (height != wanted.height || width != wanted.width)) {
        rule = std::to_string(wanted.width) + "x" + std::to_string(wanted.height);
    } else if (wanted.rule == model::SizeRule::stride_plus &&
               ((height - 1) % stride != 0 || (width - 1) % stride != 0)) {
        rule = "sides that are a multiple of " + std::to_string(stride) + ", plus 1";
    } else if (wanted.rule == model::SizeRule::multiple && (height % stride != 0 || width % stride != 0)) {
        rule = "sides that are a multiple of " + std::to_string(stride);
    }
    if (!rule.empty())
        throw Error(Errc::invalid_argument, "model '" + description.name + "' got an input of " +
                                                std::to_string(width) + "x" + std::to_string(height) +
                                                ", wanted " + rule);
}

at::Tensor pixels(c10::Device device, const float* input, int height, int width) {
    // from_blob wants a pointer to non-const; nothing writes through it.
    return at::from_blob(const_cast<float*>(input), {1, height, width, 3},
                         at::TensorOptions(at::kFloat).device(device))
        .permute({0, 3, 1, 2});
}

std::vector<at::Tensor> fetch(std::vector<at::Tensor> results) {
    for (at::Tensor& result : results) result = result.to(at::kCPU, at::kFloat);
    return results;
}

void take_output(const model::Description& description, const model::OutputDescription& wanted,
                 const at::Tensor& results, const PlaceInBatch& place, Output& output) {
    const std::string where = "model '" + description.name + "', output '" + wanted.name + "'";
    const auto count = static_cast<std::int64_t>(place.count);
    if (!has_shape(results, count, wanted.channels))
        throw Error(Errc::model, where + " has the shape " + shape_text(results) + ", wanted [" +
                                     std::to_string(count) + ", " + std::to_string(wanted.channels) +
                                     ", height, width]");
    const at::Tensor result = results.narrow(0, static_cast<std::int64_t>(place.index), 1);
    if (!result.is_floating_point())
        throw Error(Errc::model,
                    where + " holds " + c10::toString(result.scalar_type()) + " values, wanted float");
    const at::Tensor values = as_handed_on(result);
    output.height = static_cast<int>(values.size(1));
    output.width = static_cast<int>(values.size(2));
    output.channels = static_cast<int>(values.size(3));
    const float* data = values.data_ptr<float>();
    output.data.assign(data, data + values.numel());
    float sum = 0;  // v - v is 0 for every finite v and NaN for the others
    for (const float v : output.data) sum += v - v;
    if (!(sum == 0.F)) throw Error(Errc::model, where + kBadAnswer);
}

std::vector<at::Tensor> laid_out(const std::vector<model::OutputDescription>& wanted,
                                 const std::vector<at::Tensor>& results) {
    std::vector<at::Tensor> handed_on;
    at::Tensor sum;  // v - v is 0 for every finite v and NaN for the others
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (!has_shape(results[i], 1, wanted[i].channels) || !results[i].is_floating_point()) return {};
        const at::Tensor& values = handed_on.emplace_back(as_handed_on(results[i]));
        const at::Tensor its_sum = values.sub(values).sum();
        sum = i == 0 ? its_sum : sum.add(its_sum);
    }
    if (!handed_on.empty()) handed_on.push_back(sum.ne(0).to(at::kInt));
    return handed_on;
}

}  // namespace vbg::net
