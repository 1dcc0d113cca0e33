#include "cuda/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vbg/log.hpp>

#include "core/device.hpp"
#include "cuda/driver.hpp"
#include "cuda/status.hpp"

namespace vbg::cuda {

namespace {

std::atomic<std::uint64_t> foreign_graphs{0};
thread_local Gathering* current = nullptr;

void check(int status, std::string_view what, const Device& device) {
    if (status != kOk)
        throw error_of(status, fmt::format("{} on {}", what, device_text(device)), driver::text(status));
}

void perform(const Step& step, const Device& device, StreamRef stream) {
    if (step.kind == Step::Kind::graph) return step.graph->play(stream);
    check(driver::perform(device.index, step, stream.native), step.what, device);
}

bool graphs_allowed() {
    const char* const set = std::getenv("VBG_GRAPHS");
    const std::string_view word = set == nullptr ? "" : set;
    if (!word.empty() && word != "auto" && word != "off")
        throw Error(Errc::invalid_argument, fmt::format("VBG_GRAPHS='{}': wanted auto or off", word));
    return word != "off";
}

}  // namespace

ForeignGraph::ForeignGraph() noexcept : number_(++foreign_graphs) {}

/// Steps as an executable CUDA graph.
class Commands::Program {
public:
    Program(void* handle, const StepList& its_steps) : steps(its_steps), handle_(handle) {}
    ~Program() { driver::destroy_program(handle_); }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    [[nodiscard]] void* handle() const noexcept { return handle_; }

    StepList steps;
    std::uint64_t used = 0;  ///< the turn in which it was launched last

private:
    void* handle_;
};

Commands::Commands() : allowed_(graphs_allowed()) {}
Commands::~Commands() = default;

void Commands::forget() noexcept {
    programs_.clear();
    given_up_ = false;
}

void Commands::hand_over(const Device& device, StreamRef stream) {
    struct Ends {
        Commands& commands;
        ~Ends() {
            commands.gathered_.clear();
            commands.marks_.clear();
        }
    } const ends{*this};
    if (!launch(device, stream)) {
        for (const Step& step : gathered_.steps()) {
            perform(step, device, stream);
            ++counts_.single;
        }
    }
    for (void* const event : marks_)
        check(driver::record(device.index, event, stream.native), "marking a stream", device);
}

bool Commands::launch(const Device& device, StreamRef stream) {
    const std::vector<Step>& steps = gathered_.steps();
    if (steps.size() < kLeast || !allowed_ || given_up_) return false;
    ++turn_;
    const auto closed = [](const Step& step) {
        return step.graph != nullptr && step.graph->graph() == nullptr;
    };
    if (std::any_of(steps.begin(), steps.end(), closed)) return false;
    Program* const program = prepare(device, stream);
    if (program == nullptr) return false;
    program->used = turn_;
    const int status = driver::launch_program(program->handle(), stream.native);
    if (status != kOk) {
        give_up(status, device);
        return false;
    }
    ++counts_.launched;
    return true;
}

Commands::Program* Commands::prepare(const Device& device, StreamRef stream) {
    auto best = programs_.end();
    std::size_t alike = 0, fewest = 0;
    for (auto one = programs_.begin(); one != programs_.end(); ++one) {
        if (!(*one)->steps.is_like(gathered_)) continue;
        ++alike;
        const std::size_t different = (*one)->steps.count_different(gathered_);
        if (best != programs_.end() && different >= fewest) continue;
        best = one;
        fewest = different;
    }
    const bool has_room = alike < kAlike && programs_.size() < kMost;
    if (best == programs_.end() || (fewest > 0 && has_room)) return make(device, stream);
    std::rotate(best, best + 1, programs_.end());
    if (fewest == 0 || change(*programs_.back(), device)) return programs_.back().get();
    check(driver::synchronize_stream(device.index, stream.native), "waiting for a stream", device);
    programs_.pop_back();
    return make(device, stream);
}

bool Commands::change(Program& program, const Device& device) {
    for (std::size_t i = 0; i < gathered_.steps().size(); ++i) {
        const Step& wanted = gathered_.steps()[i];
        if (program.steps.steps()[i].is(wanted)) continue;
        const int status = driver::change_program(program.handle(), i, wanted);
        if (is_lost(status)) check(status, "changing a CUDA graph", device);
        if (status != kOk) return false;
        program.steps.replace(i, wanted);
        ++counts_.changed;
    }
    return true;
}

Commands::Program* Commands::make(const Device& device, StreamRef stream) {
    if (programs_.size() == kMost) {
        if (turn_ - programs_.front()->used < kRest) return nullptr;
        // The GPU may be at work on it.
        check(driver::synchronize_stream(device.index, stream.native), "waiting for a stream", device);
        programs_.erase(programs_.begin());
    }
    const std::vector<Step>& steps = gathered_.steps();
    void* handle = nullptr;
    const int status = driver::make_program(device.index, steps.data(), steps.size(), handle);
    if (status != kOk) {
        give_up(status, device);
        return nullptr;
    }
    ++counts_.made;
    return programs_.emplace_back(std::make_unique<Program>(handle, gathered_)).get();
}

void Commands::give_up(int status, const Device& device) {
    if (is_lost(status)) check(status, "launching a CUDA graph", device);
    given_up_ = true;
    log(LogLevel::info, fmt::format("frames are not launched as CUDA graphs on {}, but step by step: {}",
                                    device_text(device), driver::text(status)));
}

Gathering::Gathering(Commands& commands, const Device& device, StreamRef stream)
    : commands_(commands), device_(device), stream_(stream) {
    if (on_host(device) || current != nullptr) return;
    active_ = true;
    current = this;
}

Gathering::~Gathering() {
    if (!active_) return;
    try {
        hand_over();
    } catch (const std::exception& e) {
        log(LogLevel::debug, fmt::format("work for {} failed: {}", device_text(device_), e.what()));
    }
    current = nullptr;
}

void Gathering::hand_over() {
    if (!active_) return;
    // What the work of others asks for meanwhile goes by itself.
    struct Ends {
        Gathering* self;
        ~Ends() { current = self; }
    } const ends{std::exchange(current, nullptr)};
    commands_.hand_over(device_, stream_);
}

Gathering* Gathering::of(const Device& device, StreamRef stream) noexcept {
    const bool is_it = current != nullptr && current->stream_.native == stream.native &&
                       same_place(current->device_, device);
    return is_it ? current : nullptr;
}

/// One that is to be marked already is marked once, after everything.
void Gathering::mark(void* event) {
    if (!marks(event)) commands_.marks_.push_back(event);
}

bool Gathering::marks(const void* event) const noexcept {
    const auto& all = commands_.marks_;
    return std::find(all.begin(), all.end(), event) != all.end();
}

void queue(const Step& step, const Device& device, StreamRef stream) {
    if (Gathering* const gathering = Gathering::of(device, stream)) {
        gathering->add(step);
    } else {
        perform(step, device, stream);
    }
}

void run(ForeignGraph& graph, const Device& device, StreamRef stream) { queue(Step(graph), device, stream); }

void flush(const Device& device, StreamRef stream) {
    if (Gathering* const gathering = Gathering::of(device, stream)) gathering->hand_over();
}

bool Gathered::mark(void* event, const Device& device, StreamRef stream) {
    Gathering* const gathering = Gathering::of(device, stream);
    if (gathering != nullptr) gathering->mark(event);
    return gathering != nullptr;
}

void Gathered::need(const void* event) {
    if (current != nullptr && current->marks(event)) current->hand_over();
}

void Gathered::before_release() noexcept {
    if (current == nullptr) return;
    try {
        current->hand_over();
    } catch (const std::exception&) {
        // A GPU that has failed does none of it.
    }
}

}  // namespace vbg::cuda
