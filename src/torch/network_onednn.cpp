#include "torch/network_onednn.hpp"

#ifdef VBG_HAVE_ONEDNN
#    include <ATen/Functions.h>

#    include <map>
#    include <mutex>
#    include <oneapi/dnnl/dnnl.hpp>
#    include <stdexcept>
#    include <string>
#    include <utility>
#    include <vector>
#endif

namespace vbg::net {

Convolution::Convolution() = default;
Convolution::~Convolution() = default;

#ifndef VBG_HAVE_ONEDNN

std::unique_ptr<Convolution> Convolution::make(const ConvolutionParts&) { return nullptr; }

#else

namespace {

using dnnl::memory;

const dnnl::engine& cpu() {
    static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    return engine;
}

memory::data_type type_of(at::ScalarType type) {
    return type == at::kBFloat16 ? memory::data_type::bf16 : memory::data_type::f32;
}

memory::dims dims_of(at::IntArrayRef sizes) { return {sizes.begin(), sizes.end()}; }

/// oneDNN's memory around a dense tensor's; it must outlive what is returned.
memory around(const at::Tensor& tensor, const memory::desc& layout) {
    return {layout, cpu(), tensor.data_ptr()};
}

/// One input size made ready.
struct Ready {
    dnnl::convolution_forward primitive;
    memory weight;
    memory::desc source, result, scratch;
    std::vector<std::int64_t> result_sizes;
};

class OneDnnConvolution final : public Convolution {
public:
    explicit OneDnnConvolution(const ConvolutionParts& parts)
        : parts_(parts),
          type_(parts.weight.scalar_type()),
          result_type_(parts.float_result ? at::kFloat : parts.weight.scalar_type()),
          sizes_(parts.weight.sizes().vec()) {
        parts_.weight = parts.weight.contiguous();
        // oneDNN adds the bias in float, whatever the rest is.
        if (parts.bias.defined()) parts_.bias = parts.bias.to(at::kFloat).contiguous();
    }

    [[nodiscard]] at::Tensor run(const at::Tensor& x) override {
        if (x.dim() != 4 || x.size(1) != sizes_[1] * parts_.groups)
            throw std::invalid_argument("a convolution of " + std::to_string(sizes_[1] * parts_.groups) +
                                        " channels got another input");
        const at::Tensor source = x.to(type_).contiguous(at::MemoryFormat::ChannelsLast);
        const Ready ready = ready_for(source.sizes());
        const at::Tensor result = at::empty(ready.result_sizes, source.options().dtype(result_type_),
                                            at::MemoryFormat::ChannelsLast);
        std::unordered_map<int, memory> arguments = {{DNNL_ARG_SRC, around(source, ready.source)},
                                                     {DNNL_ARG_WEIGHTS, ready.weight},
                                                     {DNNL_ARG_DST, around(result, ready.result)}};
        if (parts_.bias.defined()) arguments.emplace(DNNL_ARG_BIAS, around(parts_.bias, bias_layout()));
        at::Tensor scratch;
        if (ready.scratch.get_size() > 0) {
            scratch = at::empty({static_cast<std::int64_t>(ready.scratch.get_size())}, at::kByte);
            arguments.emplace(DNNL_ARG_SCRATCHPAD, around(scratch, ready.scratch));
        }
        static thread_local dnnl::stream stream(cpu());
        ready.primitive.execute(stream, arguments);
        stream.wait();
        return result;
    }

private:
    [[nodiscard]] memory::desc bias_layout() const {
        return parts_.bias.defined()
                   ? memory::desc({sizes_[0]}, memory::data_type::f32, memory::format_tag::x)
                   : memory::desc();
    }

    [[nodiscard]] bool grouped() const noexcept { return parts_.groups > 1; }

    [[nodiscard]] memory::dims weight_dims() const {
        if (!grouped()) return dims_of(sizes_);
        return {parts_.groups, sizes_[0] / parts_.groups, sizes_[1], sizes_[2], sizes_[3]};
    }

    /// The weights in the layout `wanted`; made from the first one there is, so that they are kept once for
    /// each layout in use and not also as they came.
    memory weight_in(const memory::desc& wanted) {
        for (const memory& weight : weights_)
            if (weight.get_desc() == wanted) return weight;
        memory from;
        if (weights_.empty()) {
            const auto plain = grouped() ? memory::format_tag::goihw : memory::format_tag::oihw;
            from = around(parts_.weight, memory::desc(weight_dims(), type_of(type_), plain));
        } else {
            from = weights_.front();
        }
        memory to(wanted, cpu());
        dnnl::stream stream(cpu());
        dnnl::reorder(from, to).execute(stream, from, to);
        stream.wait();
        parts_.weight = at::Tensor();
        weights_.push_back(to);
        return to;
    }

    [[nodiscard]] dnnl::primitive_attr attributes() const {
        dnnl::primitive_attr attributes;
        attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
        if (parts_.clamp) {
            dnnl::post_ops after;
            const auto lower = static_cast<float>(parts_.clamp->lower);
            if (parts_.clamp->upper)
                after.append_eltwise(1.F, dnnl::algorithm::eltwise_clip, lower,
                                     static_cast<float>(*parts_.clamp->upper));
            else
                after.append_eltwise(1.F, dnnl::algorithm::eltwise_relu, 0.F, 0.F);
            attributes.set_post_ops(after);
        }
        return attributes;
    }

    Ready prepare(at::IntArrayRef source) {
        std::vector<std::int64_t> result = {source[0], sizes_[0], 0, 0};
        for (std::size_t i = 0; i < 2; ++i) {
            const std::int64_t reach = parts_.dilation[i] * (sizes_[i + 2] - 1) + 1;
            result[i + 2] = (source[i + 2] + 2 * parts_.padding[i] - reach) / parts_.stride[i] + 1;
        }
        const auto nhwc = memory::format_tag::nhwc;
        const memory::desc from(dims_of(source), type_of(type_), nhwc);
        const memory::desc weight(weight_dims(), type_of(type_), memory::format_tag::any);
        const memory::desc to(dims_of(result), type_of(result_type_), nhwc);
        const memory::dims stride(parts_.stride.begin(), parts_.stride.end());
        const memory::dims padding(parts_.padding.begin(), parts_.padding.end());
        const memory::dims dilation = {parts_.dilation[0] - 1, parts_.dilation[1] - 1};  // 0 is none there
        const auto kind = dnnl::prop_kind::forward_inference;
        const auto method = dnnl::algorithm::convolution_direct;
        const dnnl::convolution_forward::desc what =
            parts_.bias.defined() ? dnnl::convolution_forward::desc(kind, method, from, weight, bias_layout(),
                                                                    to, stride, dilation, padding, padding)
                                  : dnnl::convolution_forward::desc(kind, method, from, weight, to, stride,
                                                                    dilation, padding, padding);
        const dnnl::convolution_forward::primitive_desc how(what, attributes(), cpu());
        return {dnnl::convolution_forward(how),
                weight_in(how.weights_desc()),
                from,
                to,
                how.scratchpad_desc(),
                std::move(result)};
    }

    /// A copy: handles only, so that another thread may make room meanwhile.
    Ready ready_for(at::IntArrayRef source) {
        const std::lock_guard<std::mutex> lock(mutex_);
        const std::vector<std::int64_t> key = source.vec();
        const auto found = ready_.find(key);
        if (found != ready_.end()) return found->second;
        if (ready_.size() >= sizes_kept) ready_.clear();
        return ready_.emplace(key, prepare(source)).first->second;
    }

    static constexpr std::size_t sizes_kept = 8;

    ConvolutionParts parts_;
    at::ScalarType type_, result_type_;
    std::vector<std::int64_t> sizes_;  ///< of the weight
    std::vector<memory> weights_;
    std::mutex mutex_;
    std::map<std::vector<std::int64_t>, Ready> ready_;
};

}  // namespace

std::unique_ptr<Convolution> Convolution::make(const ConvolutionParts& parts) {
    const at::ScalarType type = parts.weight.scalar_type();
    if (parts.weight.dim() != 4 || !parts.weight.is_cpu() || (type != at::kFloat && type != at::kBFloat16))
        return nullptr;
    return std::make_unique<OneDnnConvolution>(parts);
}

#endif

}  // namespace vbg::net
