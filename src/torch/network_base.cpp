#include "model/network.hpp"

#include <vbg/error.hpp>

namespace vbg::net {

NetworkOptions for_cpu(NetworkOptions options) {
    options.device = "cpu";
    if (options.precision == Precision::fp16) options.precision = Precision::automatic;
    return options;
}

Network::Network() = default;
Network::~Network() = default;
Recording::Recording() = default;
Recording::~Recording() = default;

const std::vector<Recording::OnGpu>& Recording::answers() const noexcept {
    static const std::vector<OnGpu> none;
    return none;
}
const int* Recording::bad() const noexcept { return nullptr; }
void Recording::play(void* /*stream*/) {
    throw Error(Errc::internal, "this recording of a network is always waited for");
}
void* Recording::graph() const noexcept { return nullptr; }

}  // namespace vbg::net
