#pragma once
/// @file network_cache.hpp  Networks already loaded, so that two pipelines share one set of weights.

#include <functional>
#include <memory>
#include <string>

#include "model/network.hpp"

namespace vbg::net {

/// The live network made from the same file (device, inode, size and time of change, whatever path led there)
/// with the same options, or what `make` returns. One load at a time. Nothing is kept alive: when the last
/// user lets go, the weights go. Thread-safe. Throws what `make` throws.
[[nodiscard]] std::shared_ptr<Network> shared_network(const std::string& path, const NetworkOptions& options,
                                                      const std::function<std::shared_ptr<Network>()>& make);

}  // namespace vbg::net
