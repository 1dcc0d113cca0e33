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

vbg::Mask mask_of(const std::string& spec, const vbg::Frame& picture, const vbg::Device& device,
                  const vbg::cuda::Stream& stream) {
    const auto segmenter = vbg::make_segmenter(spec);
    vbg::Context context(2, device, stream.ref());
    vbg::FrameSpec frames{picture.width(), picture.height(), picture.format(), {}, device, 30};
    segmenter->configure(frames, context);
    vbg::Mask mask(picture.width(), picture.height());
    if (vbg::on_host(device)) {
        segmenter->segment(picture.view(), mask.view(), context);
        return mask;
    }
    vbg::Frame there(frames);
    vbg::Mask made(picture.width(), picture.height(), vbg::MaskFormat::u8, device);
    vbg::copy_pixels(picture.view(), there.view(), stream.ref());
    segmenter->segment(std::as_const(there).view(), made.view(), context);
    vbg::copy_pixels(std::as_const(made).view(), mask.view(), stream.ref());
    stream.synchronize();
    return mask;
}

}  // namespace

nlohmann::json compare_masks(const Options& options) {
    nlohmann::json table = nlohmann::json::array();
    if (options.segmenter.empty() || options.pictures.empty()) {
        fmt::print("not done: needs --segmenter (a network without precision and device) and --pictures\n");
        return table;
    }
    const vbg::Device device = *vbg::parse_device(options.device);
    const vbg::cuda::Stream stream(device);
    const std::string comma = options.segmenter.find(':') == std::string::npos ? ":" : ",";
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(options.pictures))
        if (entry.path().extension() == ".ppm") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    if (options.quick && files.size() > 1) files.resize(1);
    for (const std::string precision : {"fp32", "fp16", "bf16"}) {
        if (options.quick && precision != "fp32") continue;
        double sum = 0, most = 0;
        for (const auto& file : files) {
            const vbg::Frame picture = read_ppm(file);
            const vbg::Mask wanted =
                mask_of(options.segmenter + comma + "precision=fp32,device=cpu", picture, {}, stream);
            const vbg::Mask got =
                mask_of(options.segmenter + comma + "precision=" + precision, picture, device, stream);
            double different = 0;
            for (int y = 0; y < picture.height(); ++y)
                for (int x = 0; x < picture.width(); ++x)
                    different +=
                        (wanted.view().row(y)[x] > std::byte{127}) != (got.view().row(y)[x] > std::byte{127});
            different *= 100. / picture.width() / picture.height();
            sum += different;
            most = std::max(most, different);
        }
        const double mean = files.empty() ? 0 : sum / static_cast<double>(files.size());
        fmt::print(
            "{} on the GPU, fp32 on the CPU: {:.3f} % of pixels on the other side, {:.3f} % at most ({} "
            "pictures)\n",
            precision, mean, most, files.size());
        table.push_back({{"precision", precision},
                         {"mean_percent", mean},
                         {"most_percent", most},
                         {"pictures", files.size()}});
    }
    return table;
}

}  // namespace bench_cuda
