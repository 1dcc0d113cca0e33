// Feeds the sink with frames that a test can foretell, from the public API alone. Told what to do line by
// line on its standard input, tells what becomes of it on its standard output.
//   pipewire-producer SPEC WIDTHxHEIGHT FORMAT FPS
//   write N RATE      N frames at RATE a second (0: as fast as the sink lets); says "wrote SECONDS"
//   demand            says "demand unknown|none|wanted"
//   counters          says "counters SHOWN REPEATED DROPPED REOPENED"
//   close             closes the sink; says "closed SHOWN REPEATED DROPPED REOPENED"
//   quit
// Frame n is the bytes from n * kStep on of a table that anybody can make (see test_pipewire.py), without
// padding; so frames in the sink's own format can be told apart and checked to the byte.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vbg/vbg.hpp>
#include <vector>

namespace {

constexpr std::size_t kStep = 64;
constexpr std::size_t kFrames = 4096;  // then it begins anew

std::vector<std::byte> table(std::size_t frame_bytes) {
    std::vector<std::byte> bytes(frame_bytes + kStep * kFrames);
    std::uint32_t state = 1;
    for (std::byte& b : bytes) {
        state = state * 1664525U + 1013904223U;
        b = static_cast<std::byte>(state >> 24U);
    }
    return bytes;
}

vbg::ConstFrameView view_of(const vbg::FrameSpec& spec, const std::byte* bytes) {
    vbg::ConstFrameView view;
    view.width = spec.width;
    view.height = spec.height;
    view.format = spec.format;
    view.color = spec.color;
    for (int p = 0; p < vbg::plane_count(spec.format); ++p) {
        const std::size_t row = vbg::row_bytes(spec.format, p, spec.width);
        view.planes[static_cast<std::size_t>(p)] = {bytes, static_cast<std::ptrdiff_t>(row)};
        bytes += row * static_cast<std::size_t>(vbg::plane_rows(spec.format, p, spec.height));
    }
    return view;
}

std::size_t bytes_of(const vbg::FrameSpec& spec) {
    std::size_t bytes = 0;
    for (int p = 0; p < vbg::plane_count(spec.format); ++p)
        bytes += vbg::row_bytes(spec.format, p, spec.width) *
                 static_cast<std::size_t>(vbg::plane_rows(spec.format, p, spec.height));
    return bytes;
}

void say(const std::string& text) { std::cout << text << std::endl; }

void say_counters(const std::string& word, const vbg::Sink& sink) {
    const vbg::SinkCounters c = sink.counters();
    say(word + " " + std::to_string(c.shown) + " " + std::to_string(c.repeated) + " " +
        std::to_string(c.dropped) + " " + std::to_string(c.reopened));
}

class Writer {
public:
    Writer(vbg::Sink& sink, const vbg::FrameSpec& spec)
        : sink_(sink), spec_(spec), table_(table(bytes_of(spec))) {}

    void write(std::size_t count, double rate) {
        const auto begin = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < count; ++i, ++next_) {
            if (rate > 0)
                std::this_thread::sleep_until(begin +
                                              std::chrono::duration<double>(static_cast<double>(i) / rate));
            sink_.write(view_of(spec_, table_.data() + next_ % kFrames * kStep));
        }
        say("wrote " +
            std::to_string(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count()));
    }

private:
    vbg::Sink& sink_;
    vbg::FrameSpec spec_;
    std::vector<std::byte> table_;
    std::size_t next_ = 0;
};

int run(char** argv) {
    vbg::set_log_handler([](vbg::LogLevel, std::string_view text) { std::cerr << text << std::endl; },
                         vbg::LogLevel::debug);
    auto sink = vbg::make_sink(argv[1]);
    vbg::FrameSpec wanted;
    char x = 0;
    std::istringstream(argv[2]) >> wanted.width >> x >> wanted.height;
    wanted.format = vbg::pixel_format(argv[3]);
    wanted.fps = std::stod(argv[4]);
    const vbg::FrameSpec spec = sink->open(wanted);
    say("open " + std::to_string(spec.width) + "x" + std::to_string(spec.height) + " " +
        std::to_string(spec.fps));
    Writer writer(*sink, spec);
    static constexpr const char* kDemands[] = {"unknown", "none", "wanted"};
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string word;
        words >> word;
        if (word == "write") {
            std::size_t count = 0;
            double rate = 0;
            words >> count >> rate;
            writer.write(count, rate);
        } else if (word == "demand") {
            say(std::string("demand ") + kDemands[static_cast<int>(sink->demand())]);
        } else if (word == "counters") {
            say_counters("counters", *sink);
        } else if (word == "close") {
            sink->close();
            say_counters("closed", *sink);
        } else if (word == "quit") {
            break;
        }
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) return std::fprintf(stderr, "usage: %s SPEC WIDTHxHEIGHT FORMAT FPS\n", argv[0]), 2;
    try {
        return run(argv);
    } catch (const vbg::Error& e) {
        std::cout << "error " << vbg::to_string(e.code()) << " " << e.what() << std::endl;
        return 1;
    }
}
