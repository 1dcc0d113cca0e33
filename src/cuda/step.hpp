#pragma once
/// @file step.hpp  One piece of work for a stream, as data: it can be given to the GPU, kept, compared and
/// changed. C++17-clean.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace vbg::cuda {

class ForeignGraph;

/// A kernel. Which kernel it is and what its numbers mean is known to who launches it: driver.cu, or the
/// tests' simulated GPU.
struct KernelStep {
    const void* function = nullptr;
    unsigned across = 0, down = 0;                  ///< blocks
    unsigned threads_across = 0, threads_down = 0;  ///< of a block
    const void* argument = nullptr;                 ///< the only one; copied where the step is given away
    std::size_t bytes = 0;                          ///< of it
};
/// Any kernel's argument begins at a multiple of that.
inline constexpr std::size_t kArgumentAlignment = 16;

/// `rows` rows of `row` bytes, between any two memories. Strides are positive, in bytes.
struct CopyStep {
    void* to = nullptr;
    std::size_t to_stride = 0;
    const void* from = nullptr;
    std::size_t from_stride = 0, row = 0, rows = 0;
};

struct Step {
    enum class Kind : std::uint8_t { kernel, copy, graph };

    Kind kind = Kind::kernel;
    std::string_view what;  ///< names it in errors; lives as long as the program
    KernelStep kernel{};
    CopyStep copy{};
    ForeignGraph* graph = nullptr;
    std::uint64_t number = 0;  ///< of the graph

    Step() = default;
    Step(std::string_view name, const KernelStep& one) : what(name), kernel(one) {}
    Step(std::string_view name, const CopyStep& one) : kind(Kind::copy), what(name), copy(one) {}
    explicit Step(ForeignGraph& foreign);

    /// Whether the one can become the other by change_program(). CUDA moves a copy's ends only where it is of
    /// one row.
    [[nodiscard]] bool is_like(const Step& other) const noexcept;
    /// Whether they are the same, to the last byte.
    [[nodiscard]] bool is(const Step& other) const noexcept;
};

/// Steps in a row, with their kernels' arguments. Keeps its memory when it is cleared.
class StepList {
public:
    StepList() = default;
    StepList(const StepList& other) : steps_(other.steps_), arguments_(other.arguments_) { point(); }
    StepList& operator=(const StepList&) = delete;

    void add(const Step& step);
    void clear() noexcept;
    /// Puts one in the place of another that it is like.
    void replace(std::size_t at, const Step& step) noexcept;
    [[nodiscard]] const std::vector<Step>& steps() const noexcept { return steps_; }
    [[nodiscard]] bool is_like(const StepList& other) const noexcept;
    /// How many are not the same; for one that it is like.
    [[nodiscard]] std::size_t count_different(const StepList& other) const noexcept;

private:
    struct alignas(kArgumentAlignment) Block {
        std::byte bytes[kArgumentAlignment];
    };
    /// The arguments have moved.
    void point() noexcept;

    std::vector<Step> steps_;
    std::vector<Block> arguments_;  ///< of one kernel after the other
};

}  // namespace vbg::cuda
