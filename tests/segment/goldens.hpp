#pragma once
/// @file goldens.hpp  Pictures and reference outputs under VBG_TEST_DATA, for the tests of src/segment.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <utility>
#include <vbg/frame.hpp>
#include <vector>

#include "segment/frames.hpp"
#include "support/data.hpp"
#include "support/npy.hpp"

namespace vbg::test {

/// Picture file -> bgr8 or rgb8 frame.
inline Frame read_picture(const std::string& path, PixelFormat format = PixelFormat::bgr8) {
    const cv::Mat picture = cv::imread(path, cv::IMREAD_COLOR);
    REQUIRE_MESSAGE(!picture.empty(), path);
    Frame frame(picture.cols, picture.rows, PixelFormat::bgr8);
    for (int y = 0; y < picture.rows; ++y) {
        std::copy_n(reinterpret_cast<const std::byte*>(picture.ptr(y)), picture.cols * 3,
                    frame.view().row(y));
    }
    if (format == PixelFormat::bgr8) return frame;
    Frame other(picture.cols, picture.rows, format);
    convert(frame.view(), other.view());
    return other;
}

/// One reference case of BodyPix: "cpu/quant2_075_s16/astronaut_512@low".
struct BodyPixCase {
    std::string folder;      ///< relative to the data folder
    std::string weights;     ///< "quant2_075"
    std::string picture;     ///< relative to the data folder
    std::string resolution;  ///< "medium" where the name says none
    int stride = 16;
    bool wasm = false, both_ways = false;
};

/// All of them, sorted; none where the data is not there.
inline std::vector<BodyPixCase> bodypix_cases() {
    namespace fs = std::filesystem;
    std::vector<BodyPixCase> cases;
    for (const std::string backend : {"cpu", "wasm"}) {
        const fs::path root = data_folder() / "goldens/bodypix" / backend;
        if (!fs::exists(root)) continue;
        for (const auto& variant : fs::directory_iterator(root)) {
            for (const auto& entry : fs::directory_iterator(variant)) {
                const std::string name = entry.path().filename().string();
                const std::string kind = variant.path().filename().string();
                const std::size_t at = name.find('@');
                BodyPixCase one;
                one.folder = "goldens/bodypix/" + backend + "/" + kind + "/" + name;
                one.weights = kind.substr(0, kind.find("_s"));
                one.stride = kind.find("_s8") != std::string::npos ? 8 : 16;
                one.both_ways = kind.find("symdil") != std::string::npos;
                one.wasm = backend == "wasm";
                one.picture = "goldens/bodypix/inputs/" + name.substr(0, at) + ".png";
                one.resolution = at == std::string::npos ? "medium" : name.substr(at + 1);
                cases.push_back(one);
            }
        }
    }
    std::sort(cases.begin(), cases.end(), [](const auto& a, const auto& b) { return a.folder < b.folder; });
    return cases;
}

inline double resolution_number(const std::string& word) {
    if (word == "low") return 0.25;
    if (word == "medium") return 0.5;
    if (word == "high") return 0.75;
    if (word == "full") return 1;
    return std::stod(word);
}

/// Width and height of a stored tensor of shape (height, width, channels), with or without a batch of 1.
inline std::pair<int, int> sides(const Npy& tensor) {
    const std::size_t n = tensor.shape.size();
    REQUIRE(n >= 3);
    return {static_cast<int>(tensor.shape[n - 2]), static_cast<int>(tensor.shape[n - 3])};
}

inline double largest_difference(const float* a, const std::vector<float>& b) {
    double most = 0;
    for (std::size_t i = 0; i < b.size(); ++i) {
        most = std::max(most, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
    }
    return most;
}

}  // namespace vbg::test
