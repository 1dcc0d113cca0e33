#pragma once
/// @file image_source.hpp  One picture as a stream: a still, or with a hand-held camera's drift.

#include <optional>

#include <vbg/frame.hpp>
#include <vbg/registry.hpp>

#include "io/drift.hpp"
#include "io/pacer.hpp"

namespace vbg {

class ImageSource final : public Source {
public:
    explicit ImageSource(const Parameters& parameters);
    ~ImageSource() override;
    [[nodiscard]] std::string_view name() const noexcept override { return "image"; }
    [[nodiscard]] bool is_live() const noexcept override { return realtime_; }
    [[nodiscard]] std::uint64_t length() const noexcept override { return frames_; }

private:
    FrameSpec do_open() override;
    ReadResult do_read(ConstFrameView& frame, std::chrono::milliseconds timeout) override;
    void do_close() noexcept override;

    std::string path_;
    Size size_;
    double fps_;
    bool realtime_, drifts_;
    std::uint32_t seed_;
    double strength_;
    std::uint64_t frames_;  ///< 0 = without end
    Pacer pacer_;
    std::optional<Drift> drift_;
    Frame picture_, frame_;
};

StageEntry image_source_entry();

}  // namespace vbg
