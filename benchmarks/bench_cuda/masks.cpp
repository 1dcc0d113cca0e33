// What a network's number format on the GPU changes in its masks.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "bench_cuda/bench_cuda.hpp"
#include "core/device.hpp"
#include "cuda/runtime.hpp"

namespace bench_cuda {

namespace {

/// A binary .ppm file with 8-bit values, as bgr8.
vbg::Frame read_ppm(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string kind;
    int width = 0, height = 0, most = 0;
    file >> kind >> width >> height >> most;
    file.get();
    if (!file || kind != "P6" || most != 255)
        throw Wrong(path.string() + ": wanted a binary .ppm file with values up to 255");
    vbg::Frame rgb(width, height, vbg::PixelFormat::rgb8), bgr(width, height, vbg::PixelFormat::bgr8);
    for (int y = 0; y < height; ++y)
        file.read(reinterpret_cast<char*>(rgb.view().row(y)), static_cast<std::streamsize>(width) * 3);
    if (!file) throw Wrong(path.string() + ": is cut short");
    vbg::convert(std::as_const(rgb).view(), bgr.view());
    return bgr;
}

/// A network in one place. It stays loaded.
class Eye {
public:
    Eye(const std::string& spec, const vbg::Device& device, vbg::StreamRef stream)
        : segmenter_(vbg::make_segmenter(spec)), device_(device), context_(2, device, stream) {}

    vbg::Mask look(const vbg::Frame& picture) {
        const vbg::FrameSpec frames{picture.width(), picture.height(), picture.format(), {}, device_, 30};
        segmenter_->configure(frames, context_);
        vbg::Mask mask(picture.width(), picture.height());
        if (vbg::on_host(device_)) {
            segmenter_->segment(picture.view(), mask.view(), context_);
            return mask;
        }
        const vbg::StreamRef stream = context_.stream();
        vbg::Frame there(frames);
        vbg::Mask made(picture.width(), picture.height(), vbg::MaskFormat::u8, device_);
        vbg::copy_pixels(picture.view(), there.view(), stream);
        segmenter_->segment(std::as_const(there).view(), made.view(), context_);
        vbg::copy_pixels(std::as_const(made).view(), mask.view(), stream);
        vbg::cuda::synchronize(device_, stream);
        return mask;
    }

private:
    std::unique_ptr<vbg::Segmenter> segmenter_;
    vbg::Device device_;
    vbg::Context context_;
};

/// Per cent of the pixels that one has in the person and the other in the room.
double percent_different(const vbg::Mask& a, const vbg::Mask& b) {
    double different = 0;
    for (int y = 0; y < a.height(); ++y)
        for (int x = 0; x < a.width(); ++x)
            different += (a.view().row(y)[x] > std::byte{127}) != (b.view().row(y)[x] > std::byte{127});
    return different * 100 / a.width() / a.height();
}

}  // namespace

void compare_masks(const Options& options, Report& report) {
    if (options.segmenter.empty() || options.pictures.empty()) {
        fmt::print("not done: needs --segmenter (a network without precision and device) and --pictures\n");
        return;
    }
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(options.pictures))
        if (entry.path().extension() == ".ppm") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    if (options.quick && files.size() > 1) files.resize(1);
    std::vector<vbg::Frame> pictures;
    std::vector<vbg::Mask> wanted;
    Eye reference(with(options.segmenter, "precision=fp32,device=cpu"), {}, {});
    for (const auto& file : files) {
        pictures.push_back(read_ppm(file));
        wanted.push_back(reference.look(pictures.back()));
    }
    const vbg::Device device = *vbg::parse_device(options.device);
    const vbg::cuda::Stream stream(device);
    const auto compare = [&](const std::string& precision) {
        Eye eye(with(options.segmenter, "precision=" + precision), device, stream.ref());
        double sum = 0, most = 0;
        for (std::size_t i = 0; i < pictures.size(); ++i) {
            const double percent = percent_different(wanted[i], eye.look(pictures[i]));
            sum += percent;
            most = std::max(most, percent);
        }
        const double mean = pictures.empty() ? 0 : sum / static_cast<double>(pictures.size());
        fmt::print(
            "{} on the GPU, fp32 on the CPU: {:.3f} % of pixels on the other side, {:.3f} % at most ({} "
            "pictures)\n",
            precision, mean, most, pictures.size());
        report.rows.push_back({{"precision", precision},
                               {"mean_percent", mean},
                               {"most_percent", most},
                               {"pictures", pictures.size()}});
    };
    for (const std::string precision : {"fp32", "fp16", "bf16"}) {
        if (options.quick && precision != "fp32") continue;
        report.attempt([&] { compare(precision); });
    }
}

}  // namespace bench_cuda
