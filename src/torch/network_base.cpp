#include "model/network.hpp"

namespace vbg::net {

Network::Network() = default;
Network::~Network() = default;

}  // namespace vbg::net
