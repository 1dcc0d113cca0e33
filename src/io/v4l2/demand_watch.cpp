// The event of v4l2loopback: since 0.13 V4L2_EVENT_PRIVATE_START + 0x08E00000 + 1; Ubuntu's module and
// v4l2-relayd use V4L2_EVENT_PRIVATE_START itself. Both carry a 32-bit number: 0, or how many read.
#include "io/v4l2/demand_watch.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace vbg::v4l2 {

namespace {
constexpr std::array<std::uint32_t, 2> kClientUsage{V4L2_EVENT_PRIVATE_START + 0x08E00001U,
                                                    V4L2_EVENT_PRIVATE_START};
}  // namespace

bool Hysteresis::update(bool open, Time now) noexcept {
    if (open != open_) {
        open_ = open;
        changed_ = now;
    }
    if (open_ != wanted_ && now - changed_ >= (open_ ? on_delay_ : off_delay_)) wanted_ = open_;
    return wanted_;
}

DemandWatch::DemandWatch(const VideoNode& node) : node_(node) {
    for (const std::uint32_t type : kClientUsage) {
        v4l2_event_subscription wish{};
        wish.type = type;
        wish.flags = V4L2_EVENT_SUB_FL_SEND_INITIAL;
        if (node_.attempt(VIDIOC_SUBSCRIBE_EVENT, &wish) == 0) events_.push_back(type);
    }
    if (!events_.empty()) return;
    watch_ = node_.kernel().watch(node_.kernel().real_path(node_.path()));
    if (watch_ >= 0) open_ = others();
}

DemandWatch::~DemandWatch() {
    if (watch_ >= 0) node_.kernel().close(watch_);
}

/// Programs other than this that have the node open, as far as this user may see.
int DemandWatch::others() const {
    const auto holders = node_.kernel().holders(node_.path());
    return static_cast<int>(
        std::count_if(holders.begin(), holders.end(), [](const Holder& h) { return h.pid != ::getpid(); }));
}

void DemandWatch::read_driver_events() {
    v4l2_event event{};
    while (node_.attempt(VIDIOC_DQEVENT, &event) == 0) {
        if (std::find(events_.begin(), events_.end(), event.type) == events_.end()) continue;
        std::uint32_t count = 0;
        std::memcpy(&count, event.u.data, sizeof count);
        usage_ = count != 0;
    }
}

void DemandWatch::read_opens() {
    NodeEvents news;
    if (node_.kernel().events(watch_, news) != 0) news.unsure = true;
    open_ = news.unsure ? others() : std::max(0, open_ + news.opened - news.closed);
}

Demand DemandWatch::poll() {
    if (!events_.empty()) {
        read_driver_events();
        return hysteresis_.update(usage_, node_.kernel().now()) ? Demand::wanted : Demand::none;
    }
    if (watch_ < 0) return Demand::unknown;
    read_opens();
    return hysteresis_.update(open_ > 0, node_.kernel().now()) ? Demand::wanted : Demand::none;
}

}  // namespace vbg::v4l2
