#include "model/tflite_names.hpp"

namespace vbg::model {
namespace {

const char* operator_name(int code) {
    switch (code) {
        case tfl::OperatorKind_ADD: return "ADD";
        case tfl::OperatorKind_AVERAGE_POOL_2D: return "AVERAGE_POOL_2D";
        case tfl::OperatorKind_CONCATENATION: return "CONCATENATION";
        case tfl::OperatorKind_CONV_2D: return "CONV_2D";
        case tfl::OperatorKind_DEPTHWISE_CONV_2D: return "DEPTHWISE_CONV_2D";
        case tfl::OperatorKind_DEQUANTIZE: return "DEQUANTIZE";
        case tfl::OperatorKind_LOGISTIC: return "LOGISTIC";
        case tfl::OperatorKind_MAX_POOL_2D: return "MAX_POOL_2D";
        case tfl::OperatorKind_MUL: return "MUL";
        case tfl::OperatorKind_RELU: return "RELU";
        case tfl::OperatorKind_RELU6: return "RELU6";
        case tfl::OperatorKind_RESHAPE: return "RESHAPE";
        case tfl::OperatorKind_RESIZE_BILINEAR: return "RESIZE_BILINEAR";
        case tfl::OperatorKind_PAD: return "PAD";
        case tfl::OperatorKind_MEAN: return "MEAN";
        case tfl::OperatorKind_SUB: return "SUB";
        case tfl::OperatorKind_HARD_SWISH: return "HARD_SWISH";
        default: return nullptr;
    }
}

}  // namespace

std::string operator_subject(const TfliteFile& file, const tfl::Operator& op, int number,
                             const std::string& custom) {
    const char* known = operator_name(number);
    std::string text = "operator ";
    if (number == tfl::OperatorKind_CUSTOM)
        text += "CUSTOM '" + custom + "' ";
    else
        text += known != nullptr ? std::string(known) + " " : "number " + std::to_string(number) + " ";
    if (op.outputs() != nullptr && op.outputs()->size() > 0)
        text += "(which makes '" + file.tensor_name(op.outputs()->Get(0)) + "') ";
    return text;
}

}  // namespace vbg::model
