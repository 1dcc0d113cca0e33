// vbg-cam: the library as a program. Uses the public API alone.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <exception>

#include "ctl.hpp"
#include "doctor.hpp"
#include "list.hpp"
#include "options.hpp"
#include "run.hpp"

int main(int argc, char** argv) {
    const auto start = std::chrono::steady_clock::now();
    vbg::prepare_process(argc, argv);
    try {
        cam::Options options;
        const cam::Command command = cam::parse_command_line(argc, argv, options);
        switch (command.kind) {
            case cam::Command::Kind::exit: return command.exit_code;
            case cam::Command::Kind::list: cam::list(command.list_what, command.list_json); return 0;
            case cam::Command::Kind::run: return cam::run(command, options, start);
            case cam::Command::Kind::ctl: cam::ctl(command); return 0;
            case cam::Command::Kind::doctor: return cam::doctor(command.doctor, command.list_json);
        }
    } catch (const vbg::Error& e) {
        fmt::print(stderr, "vbg-cam: error: {}\n", e.what());
    } catch (const std::bad_alloc&) {
        fmt::print(stderr, "vbg-cam: error: out of memory\n");
    } catch (const std::exception& e) {
        fmt::print(stderr, "vbg-cam: error: {}\n", e.what());
    }
    return 1;
}
