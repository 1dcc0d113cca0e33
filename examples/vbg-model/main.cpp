// vbg-model: lists, fetches, converts, shows and checks models. Uses the public API alone.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <new>
#include <string>
#include <string_view>
#include <vbg/error.hpp>
#include <vbg/model.hpp>
#include <vbg/version.hpp>
#include <vector>

#include "../support/describe.hpp"
#include "list.hpp"
#include "progress.hpp"

namespace model_tool {

namespace {

constexpr const char* footer =
    R"(Exit code: 0 done, 1 failed (the reason is on standard error), 2 wrong use, 130 stopped by
Ctrl-C: what was downloaded is kept, and the same command goes on from there.
Environment: VBG_MODEL_DIR, the folder for models (default: $XDG_DATA_HOME/vbg/models or ~/.local/share/vbg/models);
VBG_MODEL_PATH, more folders to look in, with colons between; http_proxy, https_proxy, no_proxy as elsewhere.)";

struct Options {
    bool quiet = false;
    std::vector<std::string> names;  // list, fetch
    std::string in, out, into;       // convert; fetch
    vbg::FetchOptions fetch;
    vbg::ConvertOptions convert;
    std::string file;  // inspect, verify
};

void add_list(CLI::App& app, Options& options) {
    CLI::App* list =
        app.add_subcommand("list", "Models that can be fetched; with names, everything about them");
    list->add_option("NAME", options.names, "Names to tell more about");
}

void add_fetch(CLI::App& app, Options& options) {
    CLI::App* fetch = app.add_subcommand("fetch", "Get a model, check it against its checksum, convert it");
    fetch->add_option("NAME", options.names, "Names, as 'vbg-model list' shows them")->required();
    fetch
        ->add_option(
            "--from", options.fetch.from,
            "Take the files from a folder, a .tflite or model.json file, or another address (http:, https:, "
            "file:) instead of the publisher's; checksums stay the same")
        ->type_name("FOLDER|FILE|ADDRESS");
    fetch->add_option("--into", options.into, "Folder for the model (default: see below)")
        ->type_name("FOLDER");
    fetch->add_flag("--force", options.fetch.force, "Get it again even if it is there");
    fetch->add_flag("--allow-unpinned", options.fetch.allow_unpinned,
                    "Take files for which no checksum is known; what came is noted in the model");
    fetch->add_flag(
        "--javascript-dilation", options.fetch.javascript_dilation,
        "BodyPix: dilate in height only, as TensorFlow.js does; the name gets -javascript at the end");
    fetch
        ->add_option("--timeout", options.fetch.stall_seconds,
                     "Give up when nothing comes for so many seconds")
        ->type_name("1..3600")
        ->check(cli::within(1, 3600))
        ->capture_default_str();
}

void add_convert(CLI::App& app, Options& options) {
    CLI::App* convert = app.add_subcommand(
        "convert", "Make a TorchScript model of a TensorFlow.js model.json or a .tflite file");
    convert->add_option("IN", options.in, "model.json (its weight files beside it) or .tflite")->required();
    convert->add_option("OUT", options.out, "The .pt to write")->required();
    convert->add_option("--name", options.convert.name, "Name for the description (default: that of OUT)")
        ->type_name("NAME");
    convert->add_option("--licence", options.convert.licence, "SPDX name of the licence, for the description")
        ->type_name("NAME");
    convert->add_option("--source", options.convert.source, "Where it came from, for the description")
        ->type_name("ADDRESS");
    convert->add_flag("--javascript-dilation", options.convert.javascript_dilation,
                      "BodyPix: dilate in height only, as TensorFlow.js does");
}

void add_commands(CLI::App& app, Options& options) {
    app.footer(footer);
    app.set_version_flag("--version", std::string(vbg::version()));
    app.require_subcommand(1);
    app.fallthrough();
    app.add_flag("-q,--quiet", options.quiet, "No progress");
    add_list(app, options);
    add_fetch(app, options);
    add_convert(app, options);
    CLI::App* inspect =
        app.add_subcommand("inspect", "What a .pt, model.json or .tflite file says about itself");
    inspect->add_option("FILE", options.file, "The file, or the name of a fetched model")->required();
    CLI::App* verify = app.add_subcommand("verify", "Load a model, run it once, check what comes out");
    verify->add_option("NAME|FILE", options.file, "Name of a fetched model, or a .pt")->required();
}

int fetch(Options& options) {
    options.fetch.into = options.into;
    for (const std::string& name : options.names) {
        Progress progress(options.quiet);
        options.fetch.progress = [&](std::string_view what, std::uint64_t done, std::uint64_t total) {
            return progress(what, done, total);
        };
        const auto file = vbg::fetch_model(name, options.fetch);
        progress.finish();
        fmt::print("{}\n", file.string());
    }
    return 0;
}

int convert(Options& options) {
    Progress progress(options.quiet);
    options.convert.progress = [&](std::string_view what, std::uint64_t done, std::uint64_t total) {
        return progress(what, done, total);
    };
    vbg::convert_model(options.in, options.out, options.convert);
    progress.finish();
    fmt::print("{}\n", options.out);
    return 0;
}

int inspect(const Options& options) {
    const bool is_name =
        options.file.find_first_of("./") == std::string::npos && !std::filesystem::exists(options.file);
    const std::filesystem::path file =
        is_name ? vbg::find_model_file(options.file) : std::filesystem::path(options.file);
    const std::string text = vbg::inspect_model(file);
    fmt::print("{}{}", text, text.ends_with('\n') ? "" : "\n");
    return 0;
}

int verify(const Options& options) {
    const vbg::VerifyResult result = vbg::verify_model(options.file);
    fmt::print("{}{}", result.text, result.text.ends_with('\n') ? "" : "\n");
    return result.ok ? 0 : 1;
}

int run(CLI::App& app, Options& options) {
    const std::string command = app.get_subcommands().front()->get_name();
    catch_signals();
    if (command == "fetch") return fetch(options);
    if (command == "convert") return convert(options);
    if (command == "inspect") return inspect(options);
    if (command == "verify") return verify(options);
    list(options.names);
    return 0;
}

}  // namespace

}  // namespace model_tool

int main(int argc, char** argv) {
    CLI::App app("Models for vbg: lists, fetches, converts, shows and checks them.", "vbg-model");
    model_tool::Options options;
    try {
        model_tool::add_commands(app, options);
        if (argc == 2 && std::string_view(argv[1]) == "--describe") {
            fmt::print("{}", cli::describe(app));
            return 0;
        }
        app.parse(argc, argv);
        return model_tool::run(app, options);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    } catch (const vbg::Error& e) {
        fmt::print(stderr, "vbg-model: {}{}\n", model_tool::stop_requested() ? "" : "error: ", e.what());
    } catch (const std::bad_alloc&) {
        fmt::print(stderr, "vbg-model: error: out of memory\n");
    } catch (const std::exception& e) {
        fmt::print(stderr, "vbg-model: error: {}\n", e.what());
    }
    return model_tool::stop_requested() ? 130 : 1;
}
