#include "torch/network_cache.hpp"

#include <sys/stat.h>

#include <map>
#include <mutex>

namespace vbg::net {
namespace {

std::string key_of(const std::string& path, const NetworkOptions& options) {
    struct stat file {};
    if (::stat(path.c_str(), &file) != 0) return {};
    std::string key;
    for (const auto number :
         {static_cast<long long>(file.st_dev), static_cast<long long>(file.st_ino),
          static_cast<long long>(file.st_size), static_cast<long long>(file.st_mtim.tv_sec),
          static_cast<long long>(file.st_mtim.tv_nsec), static_cast<long long>(options.precision),
          static_cast<long long>(options.threads), static_cast<long long>(options.batches)})
        key += std::to_string(number) + '|';
    key += options.device;
    for (const std::string& output : options.outputs) key += '|' + output;
    // A file made elsewhere is described by another one beside it: that belongs to its identity.
    if (::stat((path + ".json").c_str(), &file) == 0)
        key += "|json " + std::to_string(file.st_ino) + '|' + std::to_string(file.st_size) + '|' +
               std::to_string(file.st_mtim.tv_sec) + '|' + std::to_string(file.st_mtim.tv_nsec);
    return key;
}

}  // namespace

std::shared_ptr<Network> shared_network(const std::string& path, const NetworkOptions& options,
                                        const std::function<std::shared_ptr<Network>()>& make) {
    static std::mutex mutex;
    static std::map<std::string, std::weak_ptr<Network>> loaded;
    const std::lock_guard<std::mutex> lock(mutex);
    const std::string key = key_of(path, options);
    if (key.empty()) return make();  // no such file: make() says so
    if (auto network = loaded[key].lock()) return network;
    for (auto entry = loaded.begin(); entry != loaded.end();)
        entry = entry->second.expired() ? loaded.erase(entry) : std::next(entry);
    auto network = make();
    loaded[key] = network;
    return network;
}

}  // namespace vbg::net
