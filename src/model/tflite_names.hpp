#pragma once
/// @file tflite_names.hpp  What operators of a .tflite file are called in texts. Inner part of tflite_reader.

#include <string>

#include "model/tflite_file.hpp"

namespace vbg::model {

/// What the operator is and which tensor it makes: "operator CONV_2D (which makes 'x') ". `number` is its
/// kind, `custom` the name of one of kind CUSTOM.
[[nodiscard]] std::string operator_subject(const TfliteFile& file, const tfl::Operator& op, int number,
                                           const std::string& custom);

}  // namespace vbg::model
