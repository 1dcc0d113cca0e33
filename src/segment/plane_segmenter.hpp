#pragma once
/// @file plane_segmenter.hpp  Segmenters whose network maps a picture to one plane that covers it: what is
/// common to `selfie` and `torchscript`.

#include <memory>
#include <string>
#include <vbg/segmenter.hpp>
#include <vector>

#include "segment/network_stage.hpp"

namespace vbg::segment {

/// Size of a network's input.
struct InputSize {
    int width = 0, height = 0;
    friend bool operator==(const InputSize&, const InputSize&) = default;
};

/// Samples (a part of) the frame by area, runs the network as its description says, enlarges the person's
/// plane with half-pixel centres.
class PlaneSegmenter : public Segmenter {
public:
    [[nodiscard]] bool runs_on(DeviceType type) const noexcept override;
    [[nodiscard]] int coarsest() const noexcept override;

protected:
    struct Options {
        std::string output;       ///< name of the output to take; empty = the first that is a matte
        double resolution = 0.5;  ///< input sides as part of the frame's, where the network takes any size
        bool hard_class = false;  ///< of classes the winner counts, not its softmax
    };
    PlaneSegmenter(const Parameters& parameters, Options options);

    [[nodiscard]] const NetworkRunner& runner() const noexcept { return runner_; }

private:
    /// One size of the network's input.
    struct Level {
        NetworkInput input;
        MatteOutput output;
        int plane_width = 0, plane_height = 0;
        Rect part{};  ///< what input and output are set to
    };

    void do_configure(const FrameSpec& spec, Context& context) override;
    bool do_segment(const ConstFrameView& frame, const MaskView& alpha, Context& context,
                    const std::optional<FrameView>& foreground) override;
    void choose_output(const model::Description& description);
    void prepare(Level& level, const InputSize& size, const FrameSpec& spec, Context& context);
    const float* sample(const Rect& part, const ConstFrameView& frame, Context& context);
    void ask(const float* input, Context& context);
    void look_at(const Rect& part, const ConstFrameView& frame, Context& context);
    bool left_on_gpu(const float* input, const MaskView& alpha, Context& context);
    [[nodiscard]] Level& level() noexcept { return *levels_[static_cast<std::size_t>(coarseness())]; }

    /// Throws where the network is none for this segmenter.
    virtual void check(const model::Description& description) const;
    /// Told before the first frame.
    virtual void start(const FrameSpec& spec);
    /// The part of the frame to look at next.
    [[nodiscard]] virtual Rect part() const noexcept;
    /// Whether look() and survey() do something; where not, they need not be told.
    [[nodiscard]] virtual bool is_looking() const noexcept;
    /// Told what the network said about part(): width x height probabilities.
    virtual void look(const float* plane, int width, int height) noexcept;
    /// Asked after look(): whether what was seen calls for another look at the same frame, at the new part().
    [[nodiscard]] virtual bool look_again() const noexcept;
    /// Whether to look at the whole frame, too, before part(); survey() is then told what was seen.
    [[nodiscard]] virtual bool survey_due() const noexcept;
    virtual void survey(const float* plane, int width, int height) noexcept;

    NetworkRunner runner_;
    Options options_;
    Finish finish_;
    model::OutputDescription chosen_;
    std::vector<std::unique_ptr<Level>> levels_;  ///< by coarseness
    std::vector<float> plane_;
};

/// What a network of this description gets for a frame.
[[nodiscard]] InputSize input_size(const model::InputDescription& input, int width, int height,
                                   double resolution);

}  // namespace vbg::segment
