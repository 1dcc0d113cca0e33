#pragma once
/// @file outputs.hpp  The sinks, each with the conversion it needs, and what is shown in them.

#include <memory>
#include <vbg/frame.hpp>
#include <vbg/pipeline.hpp>
#include <vector>

namespace vbg {

class Outputs {
public:
    void add(std::unique_ptr<Sink> sink);
    [[nodiscard]] bool empty() const noexcept { return ports_.empty(); }

    /// Opens every sink for frames like `spec` as `show` lays them out.
    void open(const FrameSpec& spec, Show show);
    /// Writes a composed frame. `input` and `matte` are shown where asked for; null shows black in their
    /// place.
    void write(const ConstFrameView& composed, const ConstFrameView* input, const ConstMaskView* matte);
    void close();
    void abandon() noexcept;
    /// What write() lays out.
    [[nodiscard]] const FrameSpec& spec() const noexcept { return spec_; }

private:
    struct Port {
        std::unique_ptr<Sink> sink;
        FrameSpec accepted;
        Frame scaled, converted;  // empty where not needed
    };
    static void send(Port& port, ConstFrameView frame);
    std::vector<Port> ports_;
    FrameSpec spec_;
    Show show_ = Show::composite;
    Frame canvas_;  // for matte and side_by_side
};

}  // namespace vbg
