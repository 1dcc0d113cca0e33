#pragma once
/// @file tflite_file.hpp  A checked view of a .tflite file: its tensors and the constants in them. Inner part
/// of tflite_reader.

#include <cstdint>
#include <string>
#include <vector>

#include "tflite_subset_generated.h"

namespace vbg::model {

/// The bytes must outlive it. Every throw is an Error{model} that names the file, the operator being read and
/// the tensor.
class TfliteFile {
public:
    /// Checks the whole structure first: after it no offset leads out of the bytes.
    TfliteFile(const std::string& bytes, std::string origin);

    [[nodiscard]] const tfl::Model& model() const noexcept { return *model_; }
    [[nodiscard]] const tfl::SubGraph& graph() const noexcept { return *graph_; }
    [[nodiscard]] std::size_t tensor_count() const noexcept { return graph_->tensors()->size(); }
    [[nodiscard]] const tfl::Tensor& tensor(int index) const;
    [[nodiscard]] std::string tensor_name(int index) const;
    [[nodiscard]] std::vector<int> shape(int index) const;
    /// Whether the file holds the tensor's values.
    [[nodiscard]] bool is_constant(int index) const;
    /// Values of a constant FLOAT32 or FLOAT16 tensor; all finite.
    [[nodiscard]] std::vector<float> floats(int index) const;
    /// Values of a constant INT32 tensor of at most 64 elements.
    [[nodiscard]] std::vector<std::int32_t> integers(int index) const;

    /// What is being read, for texts: "operator CONV_2D (which makes 'x') ". Empty = the file as a whole.
    void set_subject(std::string subject) { subject_ = std::move(subject); }
    [[noreturn]] void fail(const std::string& text) const;

private:
    const std::string origin_;
    std::string subject_;
    const tfl::Model* model_ = nullptr;
    const tfl::SubGraph* graph_ = nullptr;
};

}  // namespace vbg::model
