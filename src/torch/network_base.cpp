#include "model/network.hpp"

namespace vbg::net {

Network::Network() = default;
Network::~Network() = default;
Recording::Recording() = default;
Recording::~Recording() = default;

}  // namespace vbg::net
