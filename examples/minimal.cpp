// The smallest program: a picture in, the person in front of a plain blue, a picture out.
//   minimal IN.jpg OUT.png
#include <cstdio>
#include <vbg/vbg.hpp>

int main(int argc, char** argv) {
    if (argc != 3) return std::fprintf(stderr, "usage: %s IN OUT\n", argv[0]), 2;
    try {
        vbg::Pipeline pipeline;
        pipeline.source(std::string("image:path=") + vbg::quote_value(argv[1]))
            .background("color:value=#1e3a8a")
            .preset("default")
            .sink(std::string("image:path=") + vbg::quote_value(argv[2]));
        pipeline.run();
    } catch (const vbg::Error& e) {
        return std::fprintf(stderr, "%s\n", e.what()), 1;
    }
}
