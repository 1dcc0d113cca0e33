#pragma once
/// @file images_source.hpp  Numbered pictures, or all pictures of a folder, as a film.

#include <string>
#include <vector>

#include <vbg/frame.hpp>
#include <vbg/registry.hpp>

#include "io/pacer.hpp"
#include "io/picture_file.hpp"

namespace vbg {

class ImagesSource final : public Source {
public:
    explicit ImagesSource(const Parameters& parameters);
    ~ImagesSource() override;
    [[nodiscard]] std::string_view name() const noexcept override { return "images"; }
    [[nodiscard]] bool is_live() const noexcept override { return realtime_; }
    [[nodiscard]] std::uint64_t length() const noexcept override { return loop_ ? 0 : files_.size(); }

private:
    FrameSpec do_open() override;
    ReadResult do_read(ConstFrameView& frame, std::chrono::milliseconds timeout) override;
    void do_close() noexcept override;

    std::string path_;
    Size size_;
    double fps_;
    bool loop_, realtime_;
    Pacer pacer_;
    std::vector<std::string> files_;
    PictureReader reader_;
    Frame scaled_;
    Size stream_size_{};  ///< what open() answered
};

StageEntry images_source_entry();

}  // namespace vbg
