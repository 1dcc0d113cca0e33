// Operator by operator: how near the time of moving its bytes.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "bench_cuda/bench_cuda.hpp"
#include "core/device.hpp"
#include "cuda/commands.hpp"
#include "cuda/runtime.hpp"
#include "effect/gpu_effect.hpp"

namespace bench_cuda {

namespace {

using vbg::Frame;
using vbg::Mask;
using vbg::PixelFormat;

/// The same operator in two places, and the bytes a pixel that it cannot do without reading or writing.
struct Operator {
    std::string name;
    double bytes_a_pixel;
    int bound;  ///< levels by which the GPU's result may differ
    std::function<void()> on_cpu, on_gpu;
    std::function<int()> difference;
};

/// Pictures of one size on the CPU and on the GPU.
struct Place {
    Place(int width, int height, const vbg::Device& device, vbg::StreamRef stream)
        : spec{width, height, PixelFormat::bgr8, {}, device, 30},
          layer(picture(width, height, PixelFormat::bgr8)),
          out(width, height, PixelFormat::bgr8),
          alpha(width, height),
          out_alpha(width, height),
          device_layer(spec),
          device_out(spec),
          device_alpha(width, height, vbg::MaskFormat::u8, device),
          device_out_alpha(width, height, vbg::MaskFormat::u8, device),
          here(2),
          there(1, device, stream) {
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                const double r =
                    std::hypot((x - 0.5 * width) / (0.25 * width), (y - 0.6 * height) / (0.5 * height));
                alpha.view().row(y)[x] =
                    static_cast<std::byte>(std::lround(255 * std::clamp((1 - r) * 12 + 0.5, 0., 1.)));
            }
        }
        vbg::copy_pixels(std::as_const(layer).view(), device_layer.view(), stream);
        vbg::copy_pixels(std::as_const(alpha).view(), device_alpha.view(), stream);
        vbg::cuda::synchronize(device, stream);
    }
    vbg::FrameSpec spec;
    Frame layer, out;
    Mask alpha, out_alpha;
    Frame device_layer, device_out;
    Mask device_alpha, device_out_alpha;
    vbg::Context here, there;

    [[nodiscard]] vbg::FrameSpec host_spec() const {
        vbg::FrameSpec host = spec;
        host.device = {};
        return host;
    }
    /// How far what lies on the GPU is from the CPU's.
    int off(const Frame& wanted, const Frame& got) {
        Frame down(got.width(), got.height(), got.format());
        vbg::copy_pixels(got.view(), down.view(), there.stream());
        vbg::cuda::synchronize(spec.device, there.stream());
        int most = 0;
        for (int p = 0; p < vbg::plane_count(down.format()); ++p)
            for (int y = 0; y < vbg::plane_rows(down.format(), p, down.height()); ++y)
                most = std::max(most, row_off(wanted.view().row(y, static_cast<std::size_t>(p)),
                                              std::as_const(down).view().row(y, static_cast<std::size_t>(p)),
                                              vbg::row_bytes(down.format(), p, down.width())));
        return most;
    }
    int off(const Mask& wanted, const Mask& got) {
        Mask down(got.width(), got.height());
        vbg::copy_pixels(got.view(), down.view(), there.stream());
        vbg::cuda::synchronize(spec.device, there.stream());
        int most = 0;
        for (int y = 0; y < down.height(); ++y)
            most = std::max(most, row_off(wanted.view().row(y), std::as_const(down).view().row(y),
                                          static_cast<std::size_t>(down.width())));
        return most;
    }

private:
    static int row_off(const std::byte* a, const std::byte* b, std::size_t count) {
        int most = 0;
        for (std::size_t i = 0; i < count; ++i)
            most = std::max(most, std::abs(std::to_integer<int>(a[i]) - std::to_integer<int>(b[i])));
        return most;
    }
};

void add_conversions(std::vector<Operator>& to, Place& place) {
    for (const PixelFormat format : {PixelFormat::yuyv, PixelFormat::nv12}) {
        const double yuv = format == PixelFormat::yuyv ? 2 : 1.5;
        const auto raw = std::make_shared<Frame>(picture(place.spec.width, place.spec.height, format));
        const auto made = std::make_shared<Frame>(place.spec.width, place.spec.height, format);
        vbg::FrameSpec spec = place.spec;
        spec.format = format;
        const auto device_raw = std::make_shared<Frame>(spec), device_made = std::make_shared<Frame>(spec);
        vbg::copy_pixels(std::as_const(*raw).view(), device_raw->view(), place.there.stream());
        const std::string name(vbg::to_string(format));
        to.push_back({name + " to bgr8", yuv + 3, 2,
                      [=, &place] { vbg::convert(std::as_const(*raw).view(), place.out.view()); },
                      [=, &place] {
                          vbg::convert(std::as_const(*device_raw).view(), place.device_out.view(),
                                       place.there.stream());
                      },
                      [&place] { return place.off(place.out, place.device_out); }});
        to.push_back({"bgr8 to " + name, 3 + yuv, 2,
                      [=, &place] { vbg::convert(std::as_const(place.layer).view(), made->view()); },
                      [=, &place] {
                          vbg::convert(std::as_const(place.device_layer).view(), device_made->view(),
                                       place.there.stream());
                      },
                      [=, &place] { return place.off(*made, *device_made); }});
    }
}

void add_filter(std::vector<Operator>& to, Place& place, const std::string& spec, double bytes, int bound) {
    const std::shared_ptr<vbg::MaskFilter> here = vbg::make_mask_filter(spec),
                                           there = vbg::make_mask_filter(spec);
    here->configure(place.host_spec(), place.here);
    there->configure(place.spec, place.there);
    to.push_back({spec, bytes, bound,
                  [=, &place] {
                      here->apply(std::as_const(place.layer).view(), std::as_const(place.alpha).view(),
                                  place.out_alpha.view(), place.here);
                  },
                  [=, &place] {
                      there->apply(std::as_const(place.device_layer).view(),
                                   std::as_const(place.device_alpha).view(), place.device_out_alpha.view(),
                                   place.there);
                  },
                  [&place] { return place.off(place.out_alpha, place.device_out_alpha); }});
}

void add_effect(std::vector<Operator>& to, Place& place, const std::string& spec, double bytes, int bound) {
    const std::shared_ptr<vbg::Effect> here = vbg::make_effect(spec), there = vbg::make_effect(spec);
    here->configure(place.host_spec(), place.here);
    there->configure(place.spec, place.there);
    to.push_back({spec, bytes, bound,
                  [=, &place] {
                      here->apply(std::as_const(place.layer).view(), std::as_const(place.alpha).view(),
                                  place.out.view(), place.here);
                  },
                  [=, &place] {
                      there->apply(std::as_const(place.device_layer).view(),
                                   std::as_const(place.device_alpha).view(), place.device_out.view(),
                                   place.there);
                  },
                  [&place] { return place.off(place.out, place.device_out); }});
}

void add_over(std::vector<Operator>& to, Place& place) {
    const std::shared_ptr<vbg::Compositor> here = vbg::make_compositor("over"),
                                           there = vbg::make_compositor("over");
    here->configure(place.host_spec(), place.here);
    there->configure(place.spec, place.there);
    const auto back = std::make_shared<Frame>(place.host_spec()),
               device_back = std::make_shared<Frame>(place.spec);
    to.push_back({"over", 10, 0,
                  [=, &place] {
                      here->compose(std::as_const(place.layer).view(), std::as_const(place.alpha).view(),
                                    std::as_const(*back).view(), place.out.view(), place.here);
                  },
                  [=, &place] {
                      there->compose(
                          std::as_const(place.device_layer).view(), std::as_const(place.device_alpha).view(),
                          std::as_const(*device_back).view(), place.device_out.view(), place.there);
                  },
                  [&place] { return place.off(place.out, place.device_out); }});
}

/// An effect that composes in its last pass, as a pipeline on a GPU has it do; on the CPU in two passes.
void add_one_pass(std::vector<Operator>& to, Place& place, const std::string& spec,
                  vbg::cuda::Target::Result result, int bound) {
    const std::shared_ptr<vbg::Effect> here = vbg::make_effect(spec), there = vbg::make_effect(spec);
    const std::shared_ptr<vbg::Compositor> over = vbg::make_compositor("over");
    here->configure(place.host_spec(), place.here);
    over->configure(place.host_spec(), place.here);
    there->configure(place.spec, place.there);
    const auto between = std::make_shared<Frame>(place.host_spec());
    const auto other =
        std::make_shared<Frame>(picture(place.spec.width, place.spec.height, PixelFormat::bgr8));
    const auto device_other = std::make_shared<Frame>(place.spec);
    vbg::copy_pixels(std::as_const(*other).view(), device_other->view(), place.there.stream());
    vbg::cuda::synchronize(place.spec.device, place.there.stream());
    const bool person = result == vbg::cuda::Target::Result::person;
    to.push_back({std::string(here->name()) + " and over", 10, bound,
                  [=, &place] {
                      const vbg::ConstMaskView alpha = std::as_const(place.alpha).view();
                      here->apply(std::as_const(place.layer).view(), alpha, between->view(), place.here);
                      over->compose(std::as_const(person ? *between : *other).view(), alpha,
                                    std::as_const(person ? *other : *between).view(), place.out.view(),
                                    place.here);
                  },
                  [=, &place] {
                      dynamic_cast<vbg::GpuEffect&>(*there).apply_and_compose(
                          std::as_const(place.device_layer).view(),
                          {place.device_out.view(), std::as_const(*device_other).view(),
                           std::as_const(place.device_alpha).view(), result},
                          place.there);
                  },
                  [&place] { return place.off(place.out, place.device_out); }});
}

std::vector<Operator> operators(Place& place) {
    std::vector<Operator> all;
    add_conversions(all, place);
    // Bytes: what goes in, what comes out, and what is kept from frame to frame.
    add_filter(all, place, "threshold", 2, 0);
    add_filter(all, place, "levels:black=0.1", 2, 0);
    add_filter(all, place, "dilate:size=10", 2, 0);
    add_filter(all, place, "box_blur:size=30", 2, 0);
    add_filter(all, place, "feather:sigma=4", 2, 1);
    add_filter(all, place, "guided_filter", 5, 1);
    add_filter(all, place, "temporal", 4, 1);
    add_effect(all, place, "hologram:seed=1", 6, 0);
    add_effect(all, place, "grayscale", 6, 0);
    add_effect(all, place, "flip", 6, 0);
    add_effect(all, place, "blur:sigma=12", 7, 1);
    add_over(all, place);
    add_one_pass(all, place, "blur:sigma=12", vbg::cuda::Target::Result::background, 1);
    add_one_pass(all, place, "hologram:seed=1", vbg::cuda::Target::Result::person, 0);
    return all;
}

/// Seconds that one takes when many are queued behind each other in a CUDA graph, as a frame's are: the best
/// of a few rounds.
double seconds_each(const std::function<void()>& queue, const vbg::Device& device, vbg::StreamRef stream,
                    const Options& options) {
    const int count = 20, launches = options.quick ? 1 : 10, rounds = options.quick ? 1 : 7;
    vbg::cuda::Commands commands;
    const auto launch = [&] {
        const vbg::cuda::Gathering gathering(commands, device, stream);
        for (int i = 0; i < count; ++i) queue();
    };
    launch();  // makes the graph
    double best = 1e9;
    for (int round = 0; round < rounds; ++round) {
        vbg::cuda::synchronize(device, stream);
        const auto start = Clock::now();
        for (int i = 0; i < launches; ++i) launch();
        vbg::cuda::synchronize(device, stream);
        best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count() / launches / count);
    }
    vbg::cuda::synchronize(device, stream);
    return best;
}

/// Bytes a second that the GPU's memory gives: those that a copy too large for its caches reads and writes.
double bandwidth_of(const vbg::Device& device, vbg::StreamRef stream, const Options& options) {
    const int side = options.quick ? 64 : 8192;
    const vbg::FrameSpec spec{side, side, PixelFormat::bgr8, {}, device, 30};
    Frame from(spec), to(spec);
    const double seconds = seconds_each(
        [&] { vbg::copy_pixels(std::as_const(from).view(), to.view(), stream); }, device, stream, options);
    return 6. * side * side / seconds;
}

void measure(const Operator& one, const Place& place, double bandwidth, const Options& options,
             Report& report) {
    one.on_cpu();
    one.on_gpu();
    const int width = place.spec.width, height = place.spec.height;
    if (const int off = one.difference(); off > one.bound) {
        throw Wrong(
            fmt::format("{} at {}x{}: off by {} levels from the CPU's, at most {} are right: not timed",
                        one.name, width, height, off, one.bound));
    }
    const double seconds = seconds_each(one.on_gpu, place.spec.device, place.there.stream(), options);
    const double bytes = one.bytes_a_pixel * width * height, floor = bytes / bandwidth;
    fmt::print("  {:20} {:6.1f} MB {:8.1f} us   {:3.0f} % of the copy's pace\n", one.name, bytes * 1e-6,
               seconds * 1e6, 100 * floor / seconds);
    report.rows.push_back({{"operator", one.name},
                           {"width", width},
                           {"height", height},
                           {"bytes", bytes},
                           {"seconds", seconds},
                           {"fraction", floor / seconds},
                           {"copy_bytes_a_second", bandwidth}});
}

}  // namespace

void measure_kernels(const Options& options, Report& report) {
    const vbg::Device device = *vbg::parse_device(options.device);
    const vbg::cuda::Stream stream(device);
    const double bandwidth = bandwidth_of(device, stream.ref(), options);
    fmt::print("a copy moves {:.0f} GB/s\n", bandwidth * 1e-9);
    const std::vector<std::pair<int, int>> sizes =
        options.quick ? std::vector<std::pair<int, int>>{{160, 90}}
                      : std::vector<std::pair<int, int>>{{640, 360}, {1280, 720}, {1920, 1080}, {3840, 2160}};
    for (const auto& [width, height] : sizes) {
        fmt::print("{}x{}\n", width, height);
        Place place(width, height, device, stream.ref());
        for (const Operator& one : operators(place))
            report.attempt([&] { measure(one, place, bandwidth, options, report); });
    }
}

}  // namespace bench_cuda
