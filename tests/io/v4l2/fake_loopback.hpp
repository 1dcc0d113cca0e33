#pragma once
// A made-up v4l2loopback, thread-safe: one node whose handles share its buffers, as read in the driver's
// source. Capabilities with and without exclusive_caps, formats that are held, buffers that readers take
// away, a node that goes and comes, and readers that look at buffers in place.
#include <linux/videodev2.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "io/v4l2/kernel.hpp"

namespace vbg_test {

class FakeLoopback final : public vbg::v4l2::Kernel {
public:
    static constexpr const char* kNode = "/dev/video20";
    // How it behaves; set before use.
    bool exclusive_caps = true;
    bool keep_format = false;
    bool can_stream = true;
    std::uint32_t max_buffers = 2;
    std::uint32_t event_id = 0;   // 0: none, as 0.12
    std::size_t write_limit = 0;  // bytes a write() takes at most; 0: all
    std::vector<std::uint32_t> fourccs{V4L2_PIX_FMT_BGR24, V4L2_PIX_FMT_RGB24, V4L2_PIX_FMT_YUYV,
                                       V4L2_PIX_FMT_YUV420, V4L2_PIX_FMT_NV12};

    int open(const std::string& path, int flags) override;
    int close(int fd) override;
    int ioctl(int fd, unsigned long request, void* argument) override;
    int mmap(std::size_t length, int protection, int fd, std::int64_t offset, void** address) override;
    int munmap(void* address, std::size_t length) override;
    int poll(std::span<pollfd> items, std::chrono::milliseconds timeout) override;
    std::int64_t write(int fd, const void* data, std::size_t size) override;
    std::vector<std::string> nodes() override;
    std::vector<std::pair<std::string, std::string>> links() override { return {}; }
    std::string real_path(const std::string& path) override { return path; }
    std::vector<vbg::v4l2::Holder> holders(const std::string&) override;
    std::string group_of(const std::string&) override { return "video"; }
    int watch(const std::string& path) override;
    int events(int fd, vbg::v4l2::NodeEvents& events) override;
    std::chrono::nanoseconds now() override { return std::chrono::steady_clock::now().time_since_epoch(); }

    // For tests.
    void set_gone(bool gone);  // the module is unloaded (open handles say ENODEV) or loaded anew
    void fail_next(unsigned long request, int error);
    void set_holders(std::vector<vbg::v4l2::Holder> holders);
    void reader_event(bool streams);  // what the driver's event says
    std::uint32_t caps();             // of the node now
    int handles();
    int mapped();
    std::uint64_t written();          // frames so far
    std::uint64_t touched_on_show();  // times the buffer on show was handed over again while another was free
    // Copy of what a reader sees now, and when it was handed over; empty before the first frame.
    std::vector<std::uint8_t> look();
    std::vector<std::chrono::nanoseconds> times();
    std::uint32_t bytesused();
    v4l2_pix_format format();
    double fps();
    // A reader that asks for so many buffers.
    void reader_takes(std::uint32_t count);
    void hold_format(std::uint32_t fourcc, std::uint32_t width, std::uint32_t height);

private:
    struct Handle {
        bool writer = false;
        std::vector<std::uint32_t> subscribed;
        bool dead = false;
    };
    int answer(Handle& handle, unsigned long request, void* argument);
    int set_format(v4l2_pix_format& pix, bool keep);
    void handed_over(std::uint32_t index);
    std::uint32_t capabilities() const;
    std::size_t page(std::size_t bytes) const { return (bytes + 4095) / 4096 * 4096; }

    std::mutex mutex_;
    std::map<int, Handle> handles_;
    int next_ = 100;
    int watch_fd_ = -1;
    vbg::v4l2::NodeEvents news_;
    bool gone_ = false;
    bool ready_capture_ = false, ready_output_ = true;
    std::uint32_t device_caps_ = ~0U;  // as the last QUERYCAP left them
    v4l2_pix_format pix_{};
    std::size_t buffer_size_ = 0;
    std::vector<std::uint8_t> image_;
    std::uint32_t used_ = 2;
    std::uint64_t position_ = 0;
    std::uint32_t on_show_ = 0;
    std::uint64_t touched_ = 0;
    std::vector<std::uint32_t> used_bytes_;
    std::vector<std::chrono::nanoseconds> times_;
    v4l2_fract interval_{1, 30};
    std::map<unsigned long, int> errors_;
    std::vector<vbg::v4l2::Holder> holders_;
    std::vector<std::uint32_t> pending_;
    int mapped_ = 0;
};

}  // namespace vbg_test
