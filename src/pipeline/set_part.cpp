// Pipeline::set(): new parts are made and configured on the caller's thread, then put in between two frames.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cerrno>
#include <thread>
#include <type_traits>
#include <utility>
#include <vbg/log.hpp>

#include "core/device.hpp"
#include "core/suggest.hpp"
#include "pipeline/capture.hpp"
#include "pipeline/carried.hpp"
#include "pipeline/machine.hpp"

namespace vbg {

namespace {

constexpr std::array<std::string_view, 10> kParts{"source",     "segmenter",  "filters", "background",
                                                  "foreground", "compositor", "show",    "sync",
                                                  "on_failure", "card"};
constexpr std::array<std::string_view, 3> kShow{"composite", "matte", "side_by_side"};
constexpr std::array<std::string_view, 2> kSync{"exact", "latest"};
constexpr std::array<std::string_view, 5> kOnFailure{"stop", "hold", "background", "blank", "passthrough"};

template <std::size_t N>
std::size_t index_of(const std::array<std::string_view, N>& words, std::string_view part,
                     std::string_view word) {
    for (std::size_t i = 0; i < N; ++i) {
        if (words[i] == word) return i;
    }
    throw Error(Errc::invalid_argument,
                fmt::format("set {}: no '{}'; wanted one of {}", part, word, fmt::join(words, ", ")));
}

template <class T>
TimedChain<T> timed(std::string_view role, std::vector<std::unique_ptr<T>> stages) {
    TimedChain<T> chain;
    for (auto& stage : stages) chain.emplace_back(role, std::move(stage));
    return chain;
}

template <class T>
TimedChain<T> timed(std::string_view role, std::unique_ptr<T> stage) {
    TimedChain<T> chain;
    chain.emplace_back(role, std::move(stage));
    return chain;
}

}  // namespace

std::unique_ptr<Effect> make_card(std::string_view spec) {
    auto effect = make_effect(spec);
    if (!effect->replaces_layer()) {
        throw Error(
            Errc::invalid_argument,
            fmt::format(
                "card {}: this effect shows the camera's picture; wanted one that makes its own, such "
                "as color or image",
                spec));
    }
    return effect;
}

Machine::Ready Machine::ready() const {
    Ready now;
    mailbox.call([&] { now = {configured, working, context.threads(), governed(), place.stream()}; });
    return now;
}

template <class Stages>
void Machine::configure_for(const Ready& ready, Stages& stages) {
    if (!ready.configured || stages.empty()) return;
    // The pipeline's own context works for the frames meanwhile.
    Context own(ready.threads, ready.spec.device, ready.stream);
    if (!on_host(ready.spec.device)) carry(stages);
    for (auto& stage : stages) {
        if constexpr (std::is_same_v<Stages, TimedChain<Segmenter>>) stage->allow_coarser(ready.governed);
        stage->configure(ready.spec, own);
    }
}

template <class Stages>
void Machine::exchange(Stages stages, void (Machine::*put)(Stages&)) {
    const Ready before = ready();
    configure_for(before, stages);
    mailbox.call([&] {
        const bool same = before.configured == configured && before.spec.width == working.width &&
                          before.spec.height == working.height && before.spec.format == working.format &&
                          before.spec.device == working.device;
        if (!same)
            configure_for({configured, working, context.threads(), governed(), place.stream()}, stages);
        (this->*put)(stages);
        let_gpu_finish();  // it may still work for the old ones
        if (configured) parts_changed();
    });
    // The old stages go here, on the caller's thread.
}

void Machine::put_segmenter(TimedChain<Segmenter>& one) {
    coarsest = one.front()->coarsest();
    if (!maker_timers.empty()) maker_timers.front() = one.front().timer;
    if (matte_thread != nullptr) {
        matte_thread->replace(one.front());
    } else {
        std::swap(maker->segmenter, one.front());
        const bool gives = maker->segmenter->gives_foreground();
        if (configured && gives && own_foreground.empty()) own_foreground = Frame(working);
    }
}

void Machine::put_filters(TimedChain<MaskFilter>& chain) {
    if (!maker_timers.empty()) {
        maker_timers.resize(1);
        append_timers(maker_timers, chain);
    }
    if (matte_thread != nullptr) {
        matte_thread->replace(chain);
    } else {
        maker->filters.swap(chain);
    }
}

void Machine::put_background(TimedChain<Effect>& chain) {
    composition.background.swap(chain);
    composition.parts_changed();
}

void Machine::put_foreground(TimedChain<Effect>& chain) {
    composition.foreground.swap(chain);
    composition.parts_changed();
}

void Machine::put_compositor(TimedChain<Compositor>& one) {
    std::swap(composition.compositor, one.front());
    composition.parts_changed();
}

void Machine::put_card(TimedChain<Effect>& one) {
    std::swap(composition.card, one.front());
    composition.parts_changed();
}

void Machine::set(std::string_view part, std::string_view spec) {
    if (part == "source") return set_source(spec);
    if (part == "segmenter")
        return exchange(timed("segmenter", make_segmenter(spec)), &Machine::put_segmenter);
    if (part == "filters") return exchange(timed("filter", make_mask_filters(spec)), &Machine::put_filters);
    if (part == "background") {
        return exchange(timed("background", make_effects(spec)), &Machine::put_background);
    }
    if (part == "foreground") {
        return exchange(timed("foreground", make_effects(spec)), &Machine::put_foreground);
    }
    if (part == "compositor") {
        return exchange(timed("compose", make_compositor(spec)), &Machine::put_compositor);
    }
    if (part == "card") return exchange(timed("card", make_card(spec)), &Machine::put_card);
    if (part == "show") {
        const auto what = static_cast<Show>(index_of(kShow, part, spec));
        return mailbox.call([&] {
            show = what;
            if (opened) outputs.show(what);
        });
    }
    if (part == "sync") {
        const auto which = static_cast<MaskSync>(index_of(kSync, part, spec));
        return mailbox.call([&] { sync = which; });
    }
    if (part == "on_failure") {
        const auto what = static_cast<OnFailure>(index_of(kOnFailure, part, spec));
        return mailbox.call([&] {
            // What is shown may be the camera itself, and would be written again.
            if (policy == OnFailure::passthrough && what != policy) outputs.forget_last();
            policy = what;
        });
    }
    throw Error(
        Errc::invalid_argument,
        fmt::format("set: no part '{}'{}", part, suggest::known(part, {kParts.begin(), kParts.end()}, "")));
}

void Machine::set_source(std::string_view spec) {
    auto made = make_source(spec);
    bool running = false, live_now = false;
    mailbox.call([&] {
        running = opened;
        live_now = capture != nullptr;
    });
    FrameSpec input;
    const auto hold_open = [&](bool released) {
        mailbox.call([&] {
            source_released = released;
            if (released && capture != nullptr)
                capture->sleep();  // here: from `progress` the loop does not turn
        });
    };
    if (running) {
        try {
            input = made->open();
        } catch (const Error& e) {
            if (e.sys_errno() != EBUSY || !live_now) throw;
            // The same camera, most likely: it cannot be opened twice.
            hold_open(true);
            try {
                for (int i = 0; i < 100; ++i) {
                    bool is_closed = true;
                    mailbox.call(
                        [&] { is_closed = capture == nullptr || capture->state() != Capture::State::open; });
                    if (is_closed) break;
                    std::this_thread::sleep_for(std::chrono::milliseconds(20));
                }
                input = made->open();
            } catch (...) {
                hold_open(false);  // the old one comes back
                throw;
            }
        }
    }
    mailbox.call([&] {
        source_released = false;
        if (capture != nullptr) {
            capture->replace(std::move(made), input);
        } else if (opened && running) {
            source.swap(made);
            source_closed = false;
            damage.begin(*source);
            follow(input);
            last_sequence.reset();
            maker->reset();
            composition.reset();
            Facts now = facts();
            now.input = input;
            now.length = source->length();
            state_facts(now);
        } else if (opened) {
            throw Error(Errc::wrong_state, "set source: the pipeline was opened meanwhile; try again");
        } else {
            source.swap(made);
            if (source->is_live()) source->close();
        }
    });
    log(LogLevel::info, fmt::format("source: {}", spec));
}

}  // namespace vbg
