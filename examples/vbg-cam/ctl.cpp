#include "ctl.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "control.hpp"
#include "unix_socket.hpp"

namespace cam {

namespace {

/// A segmenter that must be loaded first takes its time.
constexpr std::chrono::minutes kAnswerPatience{5};

void print_status(const nlohmann::json& s) {
    fmt::print("{}: {}x{} {} in, {}x{} out, {:.1f} frames/s, {:.2f} cores\n",
               s.at("state").get<std::string>(), s.at("input").at("width").get<int>(),
               s.at("input").at("height").get<int>(), s.at("input").at("format").get<std::string>(),
               s.at("output").at("width").get<int>(), s.at("output").at("height").get<int>(),
               s.at("fps").get<double>(), s.at("cpu").get<double>());
    fmt::print(
        "frames: {} in, {} out, {} repeated, {} dropped, {} damaged, {} without a valid matte; matte {} "
        "behind\n",
        s.at("frames_in").get<std::uint64_t>(), s.at("frames_out").get<std::uint64_t>(),
        s.at("frames_repeated").get<std::uint64_t>(), s.at("frames_dropped").get<std::uint64_t>(),
        s.at("frames_damaged").get<std::uint64_t>(), s.at("frames_failed").get<std::uint64_t>(),
        s.at("mask_lag").get<std::uint64_t>());
    const auto ms = [](const nlohmann::json& time, const char* key) {
        return 1000 * time.at(key).get<double>();
    };
    fmt::print("ms, mean: in to out {:.1f}", ms(s.at("latency"), "mean"));
    for (const auto& stage : s.at("stages")) {
        fmt::print(", {} {:.1f}", stage.at("name").get<std::string>(), ms(stage, "mean"));
    }
    fmt::print("\n");
    if (const auto given_up = s.at("given_up").get<std::string>(); !given_up.empty()) {
        fmt::print("given up: {}\n", given_up);
    }
    if (s.at("source_reopened") != 0 || s.at("sinks_reopened") != 0) {
        fmt::print("came back: source {} times, sinks {} times\n",
                   s.at("source_reopened").get<std::uint64_t>(), s.at("sinks_reopened").get<std::uint64_t>());
    }
    if (const auto failure = s.at("last_failure").get<std::string>(); !failure.empty()) {
        fmt::print("last failure: {}\n", failure);
    }
}

}  // namespace

void ctl(const Command& command) {
    const std::filesystem::path socket =
        command.socket.empty() ? default_socket() : std::filesystem::path(command.socket);
    if (socket.empty()) {
        throw vbg::Error(vbg::Errc::invalid_argument,
                         "ctl: XDG_RUNTIME_DIR is not set, so say where vbg-cam listens: --socket PATH");
    }
    const int fd = connect_to(socket);
    if (fd < 0) {
        throw vbg::Error(vbg::Errc::not_found,
                         fmt::format("ctl: no vbg-cam listens at {} ({}); start one, or name its socket with "
                                     "--socket PATH",
                                     socket.string(), std::strerror(errno)),
                         errno);
    }
    std::vector<std::string> words = command.ctl;
    if (words.front() == "snapshot") words[1] = std::filesystem::absolute(words[1]).string();
    std::string line;
    if (send_all(fd, nlohmann::json{{"command", words}}.dump() + "\n"))
        line = receive_line(fd, kAnswerPatience);
    close(fd);
    if (line.empty()) {
        throw vbg::Error(vbg::Errc::io,
                         fmt::format("ctl: vbg-cam at {} went away without an answer", socket.string()));
    }
    const nlohmann::json reply = nlohmann::json::parse(line);
    if (!reply.at("ok").get<bool>()) {
        throw vbg::Error(vbg::Errc::invalid_argument, reply.at("error").get<std::string>());
    }
    if (words.front() != "status") return;
    if (command.ctl_json) {
        fmt::print("{}\n", reply.at("result").dump(2));
    } else {
        print_status(reply.at("result"));
    }
}

}  // namespace cam
