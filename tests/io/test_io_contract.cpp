// What every source and sink must keep, over the registry's own tables.
#include <doctest/doctest.h>

#include <set>

#include <vbg/registry.hpp>

#include "support/allocation_counter.hpp"
#include "support/frames.hpp"
#include "support/temp_dir.hpp"
#include "support/throws.hpp"

#include "io/picture_file.hpp"

using namespace vbg;
using namespace vbg_test;
using namespace std::chrono_literals;

TEST_CASE("every source and sink says what it is, and every parameter what it does") {
    for (const StageKind kind : {StageKind::source, StageKind::sink}) {
        std::set<std::string> names;
        for (const StageEntry* entry : list_stages(kind)) {
            const std::string name(entry->name);
            CHECK(names.insert(name).second);
            CHECK_FALSE(entry->summary.empty());
            CHECK((entry->score > 0) ==
                  (name == "v4l2" && kind == StageKind::source));  // only cameras unasked
            std::set<std::string> parameters;
            for (const Parameter& p : entry->parameters) {
                CHECK_MESSAGE(parameters.insert(std::string(p.name)).second, name);
                CHECK_MESSAGE(!p.help.empty(), name, " ", std::string(p.name));
                CHECK_MESSAGE(p.required == (p.default_value.empty() && p.type != ParameterType::size), name,
                              " ", std::string(p.name));
            }
        }
        for (const char* wanted : {"image", "video", "images"}) CHECK(names.count(wanted) == 1);
    }
}

TEST_CASE("sources and sinks used out of order throw, and do not crash") {
    TempDir dir;
    ConstFrameView v;
    const Frame f(8, 8, PixelFormat::bgr8);
    for (const StageEntry* entry : list_stages(StageKind::source)) {
        if (entry->why_not && !entry->why_not().empty()) continue;
        const std::string name(entry->name);
        const std::string key = name == "v4l2" ? ":device=" : ":path=";
        auto source = make_source(name == "pattern" ? name : name + key + dir / "none.png");
        CHECK(source->name() == entry->name);
        check_throws(Errc::wrong_state, {name}, [&] { (void)source->read(v, 0ms); });
        source->release();
        source->close();
        if (name != "pattern") check_throws(Errc::not_found, {"none"}, [&] { source->open(); });
        source->close();
    }
    for (const StageEntry* entry : list_stages(StageKind::sink)) {
        if (entry->why_not && !entry->why_not().empty()) continue;
        const std::string name(entry->name), ending = name == "video"    ? "a.avi"
                                                      : name == "images" ? "%d.png"
                                                                         : "a.png";
        const std::string key = name == "v4l2" ? ":device=" : ":path=";
        const bool plain = name == "null" || name == "pipewire";
        auto sink = make_sink(plain               ? name
                              : name == "preview" ? "preview:display=:7654"
                                                  : name + key + dir / ending);
        CHECK(sink->name() == entry->name);
        check_throws(Errc::wrong_state, {name}, [&] { sink->write(f.view()); });
        sink->close();
        sink->abandon();
        if (name == "pipewire") continue;  // needs a daemon: tests/pipewire
        if (name == "v4l2") {
            check_throws(Errc::not_found, {"a.png"}, [&] {
                sink->open({8, 8, PixelFormat::bgr8, {}, {}, 30});
            });
            continue;
        }
        if (name == "preview") {
            check_throws(Errc::device, {":7654"}, [&] { sink->open({8, 8, PixelFormat::bgr8, {}, {}, 30}); });
            continue;
        }
        sink->open({8, 8, PixelFormat::bgr8, {}, {}, 30});
        CHECK(sink->is_open());
        check_throws(Errc::invalid_argument, {name},
                     [&] { sink->write(Frame(9, 8, PixelFormat::bgr8).view()); });
        sink->write(f.view());
        sink->close();
        CHECK_FALSE(sink->is_open());
        sink->close();
    }
    for (const std::string& name : dir.names()) CHECK(name.find(".part") == std::string::npos);
}

TEST_CASE("the running stream takes nothing from the heap") {
    if (!AllocationCounter::works()) {
        MESSAGE("SKIP: allocations cannot be counted in this build");
        return;
    }
    TempDir dir;
    std::vector<std::string> sources = {"pattern:size=320x240"};
#ifdef VBG_HAVE_MEDIA
    save_picture(dir / "p.png", noise_frame(320, 240).view());
    sources.push_back("image:frames=endless,path=" + dir / "p.png");
#endif
    for (const std::string& spec : sources) {
        auto source = make_source(spec);
        for (const std::string& sink_spec :
             {std::string("null"), "y4m:path=" + dir / "f.y4m", "raw:format=rgb8,path=" + dir / "f.raw",
              std::string("raw:path=/dev/null"), std::string("raw:format=nv12,path=/dev/null")}) {
            auto sink = make_sink(sink_spec);
            sink->open(source->open());
            ConstFrameView v;
            const auto step = [&] {
                if (source->read(v, 1s) == ReadResult::frame) sink->write(v);
            };
            step();  // convert() keeps a picture in between, per thread
            const AllocationCounter counter;
            for (int i = 0; i < 20; ++i) step();
            CHECK_MESSAGE(counter.count() == 0, spec, " -> ", sink_spec);
            sink->abandon();
        }
    }
}
