#pragma once
/// @file slow_graph.hpp  Runs a model::Graph pixel by pixel, as TensorFlow defines its operators: what tests
/// hold the TorchScript against. NHWC, double sums, no thought of speed.

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "model/graph.hpp"
#include "support/torch_run.hpp"

namespace vbg::test {

class SlowGraph {
public:
    explicit SlowGraph(const model::Graph& graph) : graph_(graph) {}

    std::vector<Map> run(const Map& picture) {
        values_.clear();
        for (const model::Node& node : graph_.nodes) values_.push_back(one(node, picture));
        std::vector<Map> outputs;
        for (const auto& output : graph_.outputs) outputs.push_back(values_[std::size_t(output.node)]);
        return outputs;
    }

private:
    using Op = model::Op;

    static float& cell(Map& map, int y, int x, int c) {
        return map
            .data[(std::size_t(y) * std::size_t(map.width) + std::size_t(x)) * std::size_t(map.channels) +
                  std::size_t(c)];
    }
    static Map blank(int height, int width, int channels) {
        return {height, width, channels, std::vector<float>(std::size_t(height) * width * channels)};
    }
    Map& in(const model::Node& node, std::size_t i = 0) { return values_[std::size_t(node.inputs[i])]; }

    /// Size of the result and padding before it, along one side.
    static std::pair<int, int> side(const model::Window& w, int n, int kernel, int stride, int dilation,
                                    int before, int after) {
        const int reach = (kernel - 1) * dilation + 1;
        if (w.padding == model::Padding::same) {
            const int out = (n + stride - 1) / stride;
            return {out, std::max((out - 1) * stride + reach - n, 0) / 2};
        }
        if (w.padding == model::Padding::valid) return {(n - reach) / stride + 1, 0};
        return {(n + before + after - reach) / stride + 1, before};
    }

    /// Calls visit(in_y, in_x, kernel_y, kernel_x) for every place of the window that lies in the map.
    template <class Visit>
    static void window(const model::Window& w, const Map& from, int top, int left, int y, int x,
                       Visit visit) {
        for (int ky = 0; ky < w.kernel_h; ++ky)
            for (int kx = 0; kx < w.kernel_w; ++kx) {
                const int iy = y * w.stride_h - top + ky * w.dilation_h;
                const int ix = x * w.stride_w - left + kx * w.dilation_w;
                if (iy >= 0 && ix >= 0 && iy < from.height && ix < from.width) visit(iy, ix, ky, kx);
            }
    }

    Map moving(const model::Node& node) {
        Map& from = in(node);
        const model::Window& w = node.window;
        const auto [h, top] = side(w, from.height, w.kernel_h, w.stride_h, w.dilation_h, w.top, w.bottom);
        const auto [v, left] = side(w, from.width, w.kernel_w, w.stride_w, w.dilation_w, w.left, w.right);
        const bool conv = node.op == Op::conv2d;
        Map out = blank(h, v, conv ? node.channels : from.channels);
        for (int y = 0; y < h; ++y)
            for (int x = 0; x < v; ++x)
                for (int c = 0; c < out.channels; ++c) {
                    double sum = node.bias.empty() ? 0. : double(node.bias[std::size_t(c)]);
                    double best = -std::numeric_limits<double>::infinity();
                    int count = 0;
                    window(w, from, top, left, y, x, [&](int iy, int ix, int ky, int kx) {
                        const int place = ky * w.kernel_w + kx;
                        if (conv) {
                            for (int i = 0; i < from.channels; ++i)
                                sum += double(cell(from, iy, ix, i)) *
                                       node.weights[std::size_t(
                                           (c * w.kernel_h * w.kernel_w + place) * from.channels + i)];
                        } else if (node.op == Op::depthwise_conv2d) {
                            sum += double(cell(from, iy, ix, c)) *
                                   node.weights[std::size_t(place * from.channels + c)];
                        } else {
                            sum += double(cell(from, iy, ix, c));
                        }
                        if (node.op == Op::max_pool) best = std::max(best, double(cell(from, iy, ix, c)));
                        ++count;
                    });
                    if (node.op == Op::average_pool) sum /= count;
                    cell(out, y, x, c) = float(node.op == Op::max_pool ? best : sum);
                }
        return out;
    }

    /// Every input pixel adds its kernel to the output; what falls outside is cut off, half before, half
    /// after.
    Map transposed(const model::Node& node) {
        Map& from = in(node);
        const model::Window& w = node.window;
        Map out = blank(from.height * w.stride_h, from.width * w.stride_w, node.channels);
        for (std::size_t i = 0; i < out.data.size() && !node.bias.empty(); ++i)
            out.data[i] = node.bias[i % std::size_t(node.channels)];
        for (int y = 0; y < from.height; ++y)
            for (int x = 0; x < from.width; ++x)
                for (int ky = 0; ky < w.kernel_h; ++ky)
                    for (int kx = 0; kx < w.kernel_w; ++kx) {
                        const int oy = y * w.stride_h + ky - (w.kernel_h - w.stride_h) / 2;
                        const int ox = x * w.stride_w + kx - (w.kernel_w - w.stride_w) / 2;
                        if (oy < 0 || ox < 0 || oy >= out.height || ox >= out.width) continue;
                        for (int o = 0; o < node.channels; ++o)
                            for (int i = 0; i < from.channels; ++i)
                                cell(out, oy, ox, o) +=
                                    cell(from, y, x, i) *
                                    node.weights[std::size_t(
                                        ((o * w.kernel_h + ky) * w.kernel_w + kx) * from.channels + i)];
                    }
        return out;
    }

    Map pair(const model::Node& node) {
        Map &a = in(node), &b = in(node, 1);
        Map out =
            blank(std::max(a.height, b.height), std::max(a.width, b.width), std::max(a.channels, b.channels));
        const auto pick = [](Map& m, int y, int x, int c) {
            return cell(m, m.height == 1 ? 0 : y, m.width == 1 ? 0 : x, m.channels == 1 ? 0 : c);
        };
        for (int y = 0; y < out.height; ++y)
            for (int x = 0; x < out.width; ++x)
                for (int c = 0; c < out.channels; ++c) {
                    const float p = pick(a, y, x, c), q = pick(b, y, x, c);
                    cell(out, y, x, c) = node.op == Op::add ? p + q : node.op == Op::subtract ? p - q : p * q;
                }
        return out;
    }

    Map resized(const model::Node& node) {
        Map& from = in(node);
        Map out = blank(node.target_h, node.target_w, from.channels);
        const auto source = [&](int i, int n_in, int n_out) {
            if (node.align_corners) return n_out == 1 ? 0. : double(i) * (n_in - 1) / (n_out - 1);
            if (node.half_pixel) return std::max((i + .5) * n_in / n_out - .5, 0.);
            return double(i) * n_in / n_out;
        };
        for (int y = 0; y < out.height; ++y)
            for (int x = 0; x < out.width; ++x)
                for (int c = 0; c < out.channels; ++c) {
                    const double sy = source(y, from.height, out.height),
                                 sx = source(x, from.width, out.width);
                    const int y0 = std::min(int(sy), from.height - 1), x0 = std::min(int(sx), from.width - 1);
                    const int y1 = std::min(y0 + 1, from.height - 1), x1 = std::min(x0 + 1, from.width - 1);
                    const double fy = sy - y0, fx = sx - x0;
                    cell(out, y, x, c) =
                        float((cell(from, y0, x0, c) * (1 - fx) + cell(from, y0, x1, c) * fx) * (1 - fy) +
                              (cell(from, y1, x0, c) * (1 - fx) + cell(from, y1, x1, c) * fx) * fy);
                }
        return out;
    }

    Map one(const model::Node& node, const Map& picture) {
        const auto each = [&](auto f) {
            Map out = in(node);
            for (float& value : out.data) value = float(f(double(value)));
            return out;
        };
        switch (node.op) {
            case Op::input: return picture;
            case Op::constant: return {1, 1, node.channels, node.weights};
            case Op::conv2d:
            case Op::depthwise_conv2d:
            case Op::average_pool:
            case Op::max_pool: return moving(node);
            case Op::transpose_conv2d: return transposed(node);
            case Op::add:
            case Op::subtract:
            case Op::multiply: return pair(node);
            case Op::relu: return each([](double v) { return std::max(v, 0.); });
            case Op::clip:
                return each(
                    [&](double v) { return std::min(std::max(v, double(node.low)), double(node.high)); });
            case Op::hard_swish:
                return each([](double v) { return v * std::min(std::max(v + 3, 0.), 6.) / 6; });
            case Op::sigmoid: return each([](double v) { return 1 / (1 + std::exp(-v)); });
            case Op::resize_bilinear: return resized(node);
            case Op::mean: {
                Map& from = in(node);
                Map out = blank(1, 1, from.channels);
                for (int c = 0; c < from.channels; ++c) {
                    double sum = 0;
                    for (int y = 0; y < from.height; ++y)
                        for (int x = 0; x < from.width; ++x) sum += double(cell(from, y, x, c));
                    out.data[std::size_t(c)] = float(sum / (double(from.height) * from.width));
                }
                return out;
            }
            case Op::concat: {
                int channels = 0;
                for (std::size_t i = 0; i < node.inputs.size(); ++i) channels += in(node, i).channels;
                Map out = blank(in(node).height, in(node).width, channels);
                for (int y = 0; y < out.height; ++y)
                    for (int x = 0; x < out.width; ++x)
                        for (int i = 0, to = 0; i < int(node.inputs.size()); ++i)
                            for (int c = 0; c < in(node, std::size_t(i)).channels; ++c)
                                cell(out, y, x, to++) = cell(in(node, std::size_t(i)), y, x, c);
                return out;
            }
            case Op::pad: {
                Map& from = in(node);
                const model::Window& w = node.window;
                Map out = blank(from.height + w.top + w.bottom, from.width + w.left + w.right, from.channels);
                for (int y = 0; y < from.height; ++y)
                    for (int x = 0; x < from.width; ++x)
                        for (int c = 0; c < from.channels; ++c)
                            cell(out, y + w.top, x + w.left, c) = cell(from, y, x, c);
                return out;
            }
        }
        throw std::logic_error("operator");
    }

    const model::Graph& graph_;
    std::vector<Map> values_;
};

}  // namespace vbg::test
