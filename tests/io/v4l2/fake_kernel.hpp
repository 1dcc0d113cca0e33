#pragma once
// A kernel with made-up video nodes for tests: cameras with formats, sizes, rates and controls, buffers in
// plain memory, frames that the test pushes, and any call failing on demand. Not thread-safe.
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "io/v4l2/formats.hpp"
#include "io/v4l2/kernel.hpp"

namespace vbg_test {

struct FakeMode {
    std::uint32_t fourcc = 0;
    std::uint32_t width = 0, height = 0;
    std::vector<double> rates;
};

struct FakeControl {
    std::int32_t min = 0, max = 1, value = 0;
    std::set<std::int32_t> menu{};  // not empty: a menu with these entries
    bool writable = true;
    std::string name{};
};

// One frame that the camera "took": bytes for each memory plane.
struct FakeFrame {
    std::vector<std::vector<std::uint8_t>> planes;
    std::uint32_t sequence = 0;
    std::chrono::nanoseconds timestamp{};
    std::uint32_t flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
    std::uint32_t data_offset = 0;  // multi-planar: junk bytes before each plane
};

struct FakeNode {
    std::string driver = "fake", card = "Fake Camera", bus = "usb-1";
    std::uint32_t caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
    std::vector<FakeMode> modes;
    // Not empty: the fourccs come in every size from (min) to (max) in steps, at rates from 1 to 60.
    struct Stepwise {
        std::uint32_t min_width = 0, max_width = 0, step_width = 1, min_height = 0, max_height = 0,
                      step_height = 1;
    };
    std::map<std::uint32_t, Stepwise> stepwise;
    std::map<std::uint32_t, FakeControl> controls;
    std::uint32_t row_padding = 0;  // bytes added to every row
    std::uint32_t colorspace = V4L2_COLORSPACE_SRGB, encoding = 0, quantization = 0;
    // Changes what S_FMT and TRY_FMT make of a wish, after the nearest mode was taken.
    std::function<void(v4l2_format&)> adapt;
    std::map<unsigned long, std::deque<int>> errors;  // errno of the next calls of a request; 0: works
    int open_error = 0;
    bool gone = false;                // unplugged: everything says ENODEV
    std::uint32_t buffers_given = 0;  // 0: as many as asked for
    int dv_timings_error = -1;        // 0 and more: its input has digital timings; errno of asking for them
    bool event_pending = false;

    // State
    v4l2_format format{};
    double fps = 30;
    bool streaming = false;
    std::vector<std::vector<std::vector<std::uint8_t>>> memory;  // [buffer][plane]
    std::deque<std::uint32_t> queued;
    std::deque<FakeFrame> frames;
    std::vector<std::vector<std::uint32_t>> written;  // output: bytesused of each queued buffer
    int mapped = 0;
    int opens = 0;  // descriptors open now
    std::vector<unsigned long> calls;
};

class FakeKernel : public vbg::v4l2::Kernel {
public:
    FakeNode& add(const std::string& path) { return nodes_by_path[path]; }
    int open(const std::string& path, int flags) override;
    int close(int fd) override;
    int ioctl(int fd, unsigned long request, void* argument) override;
    int mmap(std::size_t length, int protection, int fd, std::int64_t offset, void** address) override;
    int munmap(void* address, std::size_t length) override;
    int poll(std::span<pollfd> items, std::chrono::milliseconds timeout) override;
    std::int64_t write(int fd, const void* data, std::size_t size) override;
    std::vector<std::string> nodes() override;
    std::vector<std::pair<std::string, std::string>> links() override { return lasting; }
    std::string real_path(const std::string& path) override;
    std::vector<vbg::v4l2::Holder> holders(const std::string&) override { return holding; }
    std::string group_of(const std::string& path) override {
        return nodes_by_path.count(path) != 0 ? "video" : "";
    }
    std::chrono::nanoseconds now() override { return clock; }

    std::map<std::string, FakeNode> nodes_by_path;
    std::vector<std::pair<std::string, std::string>> lasting;
    std::vector<vbg::v4l2::Holder> holding;
    std::chrono::nanoseconds clock = std::chrono::seconds(100);
    int open_descriptors = 0;

private:
    FakeNode* node_of(int fd);
    int answer(FakeNode& node, unsigned long request, void* argument);
    std::map<int, std::string> descriptors_;
    int next_ = 3;
};

}  // namespace vbg_test
