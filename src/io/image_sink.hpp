#pragma once
/// @file image_sink.hpp  One frame of the stream as a picture file.

#include <string>

#include <vbg/frame.hpp>
#include <vbg/registry.hpp>

namespace vbg {

class ImageSink final : public Sink {
public:
    explicit ImageSink(const Parameters& parameters);
    ~ImageSink() override;
    [[nodiscard]] std::string_view name() const noexcept override { return "image"; }

private:
    FrameSpec do_open(const FrameSpec& wanted) override;
    void do_write(const ConstFrameView& frame) override;
    void do_close() override;
    void do_abandon() noexcept override;

    std::string path_;
    int quality_;
    bool last_;
    std::uint64_t which_;  ///< from 0; where it is not the last
    std::uint64_t count_ = 0;
    bool have_ = false;
    Frame kept_;
};

StageEntry image_sink_entry();

}  // namespace vbg
