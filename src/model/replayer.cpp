#include "model/replayer.hpp"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vbg/error.hpp>

namespace vbg::net {

namespace {

/// Whether they are the same but for rounding: the root of the mean square difference is at most a tenth of
/// that of the values. In 16-bit formats a batch, which the network may have been run in, rounds otherwise
/// by up to some hundredths. What belongs to another input is off by far more: the first recording is made
/// of an empty picture.
bool agree(const std::vector<Output>& wanted, const std::vector<Output>& got) {
    if (wanted.size() != got.size()) return false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const std::vector<float>&a = wanted[i].data, &b = got[i].data;
        if (wanted[i].height != got[i].height || wanted[i].width != got[i].width || a.size() != b.size())
            return false;
        double size = 0, apart = 0;
        for (std::size_t k = 0; k < a.size(); ++k) {
            size += double{a[k]} * a[k];
            apart += (double{a[k]} - b[k]) * (double{a[k]} - b[k]);
        }
        if (!(apart <= 0.01 * size)) return false;  // also where one is no number
    }
    return true;
}

}  // namespace

void Replayer::run(Network& network, const float* input, int height, int width, void* stream,
                   std::vector<Output>& outputs) {
    if (given_up_) return network.run_from_gpu(input, height, width, stream, outputs);
    if (std::exchange(doubted_, false)) {
        network.run_from_gpu(input, height, width, stream, outputs);
        return give_up("a replay gave NaN or infinity where the network gives an answer");
    }
    Entry& now = entry(input, height, width, stream);
    if (now.is_believed()) return replay(network, now, outputs);
    network.run_from_gpu(input, height, width, stream, outputs);
    if (now.replay)
        check(now, outputs);
    else if (++now.runs >= kPlain)
        record(network, now);
    // Only now, for what was queued may have needed it until the wait.
    if (entries_.size() > kMost) entries_.erase(entries_.begin());
}

/// Where the network by itself gives nothing either, it is to blame and not the recording, which is kept.
void Replayer::replay(Network& network, const Entry& entry, std::vector<Output>& outputs) {
    const auto [input, height, width, stream] =
        std::tuple(entry.input, entry.height, entry.width, entry.stream);
    std::string why;
    try {
        network.run_from_gpu(input, height, width, stream, outputs, &entry.replay->recording());
        ++replayed_;
        return;
    } catch (const Error& error) {
        why = error.what();
        if (error.code() == Errc::out_of_memory) give_up(why);  // the network may need what that gives back
    }
    network.run_from_gpu(input, height, width, stream, outputs);
    if (!given_up_) give_up(why);
}

Replay* Replayer::ready(const float* input, int height, int width, void* stream) {
    if (given_up_ || doubted_) return nullptr;
    const Entry* const found = find(input, height, width, stream);
    if (found == nullptr || !found->is_believed() || found->replay->recording().answers().empty())
        return nullptr;
    return found->replay.get();
}

void Replayer::forget() noexcept {
    entries_.clear();
    given_up_ = doubted_ = false;
}

/// Makes it the one used last.
Replayer::Entry* Replayer::find(const float* input, int height, int width, void* stream) {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) {
        return e.input == input && e.height == height && e.width == width && e.stream == stream;
    });
    if (found == entries_.end()) return nullptr;
    std::rotate(found, found + 1, entries_.end());
    return &entries_.back();
}

Replayer::Entry& Replayer::entry(const float* input, int height, int width, void* stream) {
    if (Entry* const found = find(input, height, width, stream)) return *found;
    entries_.push_back({input, height, width, stream, 0, 0, nullptr});
    return entries_.back();
}

void Replayer::record(Network& network, Entry& entry) {
    try {
        entry.replay =
            std::make_unique<Replay>(network.record(entry.input, entry.height, entry.width, entry.stream));
        entry.checks = 0;
    } catch (const Error& error) {
        give_up(error.what());
    }
}

/// A recording that reads what it should not would give the last input's answer, or rubbish.
void Replayer::check(Entry& entry, const std::vector<Output>& wanted) {
    try {
        entry.replay->recording().run(checked_);
    } catch (const Error& error) {
        return give_up(error.what());
    }
    if (!agree(wanted, checked_)) return give_up("the recording does not give what the network gives");
    ++entry.checks;
}

void Replayer::give_up(const std::string& why) {
    entries_.clear();
    given_up_ = true;
    tell_(why);
}

}  // namespace vbg::net
