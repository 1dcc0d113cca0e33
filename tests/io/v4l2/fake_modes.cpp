#include "fake_modes.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>

namespace vbg_test {

using namespace vbg::v4l2;

namespace {

std::uint32_t snapped(std::uint32_t v, std::uint32_t low, std::uint32_t high, std::uint32_t step) {
    v = std::clamp(v, low, high);
    return low + (v - low) / step * step;
}

// Bytes of a row of memory plane `plane`, and of the whole plane: worked out here by hand, not by
// formats.cpp.
void plane_sizes(std::uint32_t fourcc, std::uint32_t w, std::uint32_t h, std::uint32_t pad,
                 std::uint32_t* stride, std::uint32_t* size, std::uint32_t& planes) {
    planes = 1;
    const std::uint32_t w2 = (w + 1) / 2, h2 = (h + 1) / 2;
    switch (fourcc) {
        case V4L2_PIX_FMT_YUYV:
        case V4L2_PIX_FMT_UYVY:
            stride[0] = 4 * w2 + pad;
            size[0] = stride[0] * h;
            break;
        case V4L2_PIX_FMT_BGR24:
        case V4L2_PIX_FMT_RGB24:
            stride[0] = 3 * w + pad;
            size[0] = stride[0] * h;
            break;
        case V4L2_PIX_FMT_XBGR32:
        case V4L2_PIX_FMT_RGBX32:
            stride[0] = 4 * w + pad;
            size[0] = stride[0] * h;
            break;
        case V4L2_PIX_FMT_GREY:
            stride[0] = w + pad;
            size[0] = stride[0] * h;
            break;
        case V4L2_PIX_FMT_NV12:
            stride[0] = 2 * w2 + pad;
            size[0] = stride[0] * (h + h2);
            break;
        case V4L2_PIX_FMT_YUV420:
        case V4L2_PIX_FMT_YVU420:
            stride[0] = w + pad;
            size[0] = stride[0] * h + 2 * ((stride[0] + 1) / 2) * h2;
            break;
        case V4L2_PIX_FMT_NV12M:
            planes = 2;
            stride[0] = stride[1] = 2 * w2 + pad;
            size[0] = stride[0] * h;
            size[1] = stride[1] * h2;
            break;
        case V4L2_PIX_FMT_YUV420M:
        case V4L2_PIX_FMT_YVU420M:
            planes = 3;
            stride[0] = w + pad;
            stride[1] = stride[2] = w2 + pad;
            size[0] = stride[0] * h;
            size[1] = size[2] = stride[1] * h2;
            break;
        default:
            stride[0] = 0;
            size[0] = 2 * w * h + 1024;
            break;  // JPEG and others
    }
}

}  // namespace

std::vector<std::uint32_t> fourccs(const FakeNode& node) {
    std::vector<std::uint32_t> found;
    for (const auto& mode : node.modes)
        if (std::find(found.begin(), found.end(), mode.fourcc) == found.end()) found.push_back(mode.fourcc);
    for (const auto& [fourcc, range] : node.stepwise) found.push_back(fourcc);
    return found;
}

void settle(const FakeNode& node, v4l2_format& f) {
    const bool multi = is_multiplanar(f.type);
    auto& pix = f.fmt.pix;
    auto& mp = f.fmt.pix_mp;
    std::uint32_t fourcc = multi ? mp.pixelformat : pix.pixelformat;
    std::uint32_t w = multi ? mp.width : pix.width, h = multi ? mp.height : pix.height;
    const auto all = fourccs(node);
    if (std::find(all.begin(), all.end(), fourcc) == all.end()) fourcc = all.empty() ? fourcc : all.front();
    if (const auto at = node.stepwise.find(fourcc); at != node.stepwise.end()) {
        const auto& s = at->second;
        w = snapped(w, s.min_width, s.max_width, s.step_width);
        h = snapped(h, s.min_height, s.max_height, s.step_height);
    } else {
        const FakeMode* best = nullptr;
        const auto distance = [&](const FakeMode& m) {
            return std::abs(double(m.width) * m.height - double(w) * h);
        };
        for (const auto& mode : node.modes)
            if (mode.fourcc == fourcc && (best == nullptr || distance(mode) < distance(*best))) best = &mode;
        if (best != nullptr) {
            w = best->width;
            h = best->height;
        }
    }
    std::uint32_t stride[3] = {}, size[3] = {}, planes = 1;
    plane_sizes(fourcc, w, h, node.row_padding, stride, size, planes);
    if (multi) {
        mp.width = w;
        mp.height = h;
        mp.pixelformat = fourcc;
        mp.field = V4L2_FIELD_NONE;
        mp.num_planes = static_cast<std::uint8_t>(planes);
        for (std::uint32_t i = 0; i < planes; ++i) mp.plane_fmt[i] = {size[i], stride[i], {}};
        mp.colorspace = node.colorspace;
        mp.ycbcr_enc = static_cast<std::uint8_t>(node.encoding);
        mp.quantization = static_cast<std::uint8_t>(node.quantization);
    } else {
        pix.width = w;
        pix.height = h;
        pix.pixelformat = fourcc;
        pix.field = V4L2_FIELD_NONE;
        pix.bytesperline = stride[0];
        pix.sizeimage = size[0];
        pix.colorspace = node.colorspace;
        pix.priv = V4L2_PIX_FMT_PRIV_MAGIC;
        pix.ycbcr_enc = node.encoding;
        pix.quantization = node.quantization;
    }
    if (node.adapt) node.adapt(f);
}

int enum_sizes(const FakeNode& node, v4l2_frmsizeenum& one) {
    if (const auto at = node.stepwise.find(one.pixel_format); at != node.stepwise.end()) {
        if (one.index != 0) return -EINVAL;
        const auto& s = at->second;
        one.type = s.step_width == 1 && s.step_height == 1 ? V4L2_FRMSIZE_TYPE_CONTINUOUS
                                                           : V4L2_FRMSIZE_TYPE_STEPWISE;
        one.stepwise = {s.min_width, s.max_width, s.step_width, s.min_height, s.max_height, s.step_height};
        return 0;
    }
    std::uint32_t index = 0;
    for (const auto& mode : node.modes) {
        if (mode.fourcc != one.pixel_format || index++ != one.index) continue;
        one.type = V4L2_FRMSIZE_TYPE_DISCRETE;
        one.discrete = {mode.width, mode.height};
        return 0;
    }
    return -EINVAL;
}

int enum_rates(const FakeNode& node, v4l2_frmivalenum& one) {
    if (node.stepwise.count(one.pixel_format) != 0) {
        if (one.index != 0) return -EINVAL;
        one.type = V4L2_FRMIVAL_TYPE_CONTINUOUS;
        one.stepwise = {{1, 60}, {1, 1}, {1, 1}};
        return 0;
    }
    for (const auto& mode : node.modes) {
        if (mode.fourcc != one.pixel_format || mode.width != one.width || mode.height != one.height) continue;
        if (one.index >= mode.rates.size()) return -EINVAL;
        one.type = V4L2_FRMIVAL_TYPE_DISCRETE;
        one.discrete = {1000, static_cast<std::uint32_t>(std::lround(1000 * mode.rates[one.index]))};
        return 0;
    }
    return -EINVAL;
}

double settle_rate(const FakeNode& node, double wanted) {
    const Picture now = unpack(node.format);
    double best = wanted;
    bool found = false;
    for (const auto& mode : node.modes) {
        if (mode.fourcc != now.fourcc || int(mode.width) != now.width || int(mode.height) != now.height)
            continue;
        for (const double rate : mode.rates)
            if (!found || std::abs(rate - wanted) < std::abs(best - wanted)) {
                best = rate;
                found = true;
            }
    }
    return best;
}

}  // namespace vbg_test
