#pragma once
/// @file images_sink.hpp  Every frame as a numbered picture file.

#include <optional>
#include <string>

#include <vbg/registry.hpp>

#include "io/numbered_name.hpp"
#include "io/picture_file.hpp"

namespace vbg {

/// Each picture appears under its name only when it is whole. Giving up (abandon) leaves those that are
/// there.
class ImagesSink final : public Sink {
public:
    explicit ImagesSink(const Parameters& parameters);
    ~ImagesSink() override;
    [[nodiscard]] std::string_view name() const noexcept override { return "images"; }

private:
    FrameSpec do_open(const FrameSpec& wanted) override;
    void do_write(const ConstFrameView& frame) override;
    void do_close() override;
    void do_abandon() noexcept override;

    NumberedName names_;
    int quality_;
    std::uint64_t first_, next_ = 0;
    PictureWriter writer_;
};

StageEntry images_sink_entry();

}  // namespace vbg
