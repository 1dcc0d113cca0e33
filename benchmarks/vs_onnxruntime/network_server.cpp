/// Runs networks for compare.py, so that LibTorch and ONNX Runtime can be timed in turns: both stay loaded,
/// only one computes. Commands come on standard input, one a line; each answers with one line.
///
///   convert MODEL.JSON FILE.pt                  -> ok
///   load NAME MODEL PRECISION THREADS OUTPUT   -> summary of the network
///   input HEIGHT WIDTH FILE                    -> ok           (H x W x 3 float32, normalised)
///   time NAME COUNT                            -> COUNT times in milliseconds
///   output NAME FILE                           -> ok           (one more run; float32, NHWC)
///   memory                                     -> resident MB
#include <chrono>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vbg/error.hpp>
#include <vbg/process.hpp>
#include <vector>

#include "model/convert.hpp"
#include "model/network.hpp"

namespace {

using Clock = std::chrono::steady_clock;

struct Server {
    std::map<std::string, std::shared_ptr<vbg::net::Network>> networks;
    std::vector<float> input;
    int height = 0, width = 0;
    std::vector<vbg::net::Output> outputs;

    std::string load(std::istream& words) {
        std::string name, model, precision;
        vbg::net::NetworkOptions options;
        options.outputs.emplace_back();
        words >> name >> model >> precision >> options.threads >> options.outputs[0];
        if (precision == "fp32") options.precision = vbg::net::Precision::fp32;
        options.device = "cpu";
        networks[name] = vbg::net::Network::load(model, options);
        return networks[name]->summary();
    }

    static std::string convert(std::istream& words) {
        std::string from, to;
        words >> from >> to;
        vbg::model::convert(from, to, {});
        return "ok";
    }

    std::string read_input(std::istream& words) {
        std::string path;
        words >> height >> width >> path;
        input.resize(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * 3);
        std::ifstream file(path, std::ios::binary);
        file.read(reinterpret_cast<char*>(input.data()),
                  static_cast<std::streamsize>(input.size() * sizeof(float)));
        return file ? "ok" : "error: " + path + " is too short";
    }

    std::string time(std::istream& words) {
        std::string name;
        int count = 0;
        words >> name >> count;
        std::ostringstream times;
        for (int i = 0; i < count; ++i) {
            const auto begin = Clock::now();
            networks.at(name)->run(input.data(), height, width, outputs);
            times << std::chrono::duration<double, std::milli>(Clock::now() - begin).count() << ' ';
        }
        return times.str();
    }

    std::string write_output(std::istream& words) {
        std::string name, path;
        words >> name >> path;
        networks.at(name)->run(input.data(), height, width, outputs);
        std::ofstream file(path, std::ios::binary);
        file.write(reinterpret_cast<const char*>(outputs[0].data.data()),
                   static_cast<std::streamsize>(outputs[0].data.size() * sizeof(float)));
        return file ? "ok" : "error: cannot write " + path;
    }

    static std::string memory() {
        std::ifstream status("/proc/self/status");
        for (std::string line; std::getline(status, line);)
            if (line.rfind("VmRSS:", 0) == 0) return std::to_string(std::stol(line.substr(6)) / 1024);
        return "error: no /proc/self/status";
    }

    std::string answer(const std::string& line) {
        std::istringstream words(line);
        std::string command;
        words >> command;
        if (command == "convert") return convert(words);
        if (command == "load") return load(words);
        if (command == "input") return read_input(words);
        if (command == "time") return time(words);
        if (command == "output") return write_output(words);
        if (command == "memory") return memory();
        return "error: unknown command '" + command + "'";
    }
};

}  // namespace

int main(int argc, char** argv) {
    vbg::prepare_process(argc, argv);
    Server server;
    for (std::string line; std::getline(std::cin, line);) {
        try {
            std::cout << server.answer(line) << std::endl;
        } catch (const std::exception& error) {
            std::cout << "error: " << error.what() << std::endl;
        }
    }
    return 0;
}
