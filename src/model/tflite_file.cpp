#include "model/tflite_file.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <vbg/error.hpp>

#include "model/half.hpp"

namespace vbg::model {
namespace {

/// The number of elements its shape says, or one that no file can hold where it overflows.
std::size_t element_count(const std::vector<int>& shape) {
    std::size_t count = 1;
    for (const int side : shape) {
        count *= static_cast<std::size_t>(side);
        if (count > (std::size_t{1} << 31)) return std::numeric_limits<std::size_t>::max() / 16;
    }
    return count;
}

}  // namespace

TfliteFile::TfliteFile(const std::string& bytes, std::string origin) : origin_(std::move(origin)) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    flatbuffers::Verifier verifier(data, bytes.size(), 64, 4'000'000);
    if (bytes.size() < 8 || !tfl::ModelBufferHasIdentifier(data)) fail("is no TFLite file (no mark 'TFL3')");
    if (!tfl::VerifyModelBuffer(verifier)) fail("is damaged or cut short: fetch it again");
    model_ = tfl::GetModel(data);
    if (model_->version() != 3)
        fail("has the format version " + std::to_string(model_->version()) + ", wanted 3");
    if (model_->operator_codes() == nullptr || model_->subgraphs() == nullptr || model_->buffers() == nullptr)
        fail("has no operators, no graph or no weights");
    if (model_->subgraphs()->size() != 1)
        fail("has " + std::to_string(model_->subgraphs()->size()) + " graphs, wanted one");
    graph_ = model_->subgraphs()->Get(0);
    if (graph_->tensors() == nullptr || graph_->operators() == nullptr || graph_->inputs() == nullptr ||
        graph_->outputs() == nullptr)
        fail("has a graph without tensors, operators, inputs or outputs");
}

void TfliteFile::fail(const std::string& text) const {
    throw Error(Errc::model, origin_ + ": " + subject_ + text);
}

const tfl::Tensor& TfliteFile::tensor(int index) const {
    if (index < 0 || static_cast<std::size_t>(index) >= tensor_count())
        fail("an operator names tensor " + std::to_string(index) + ", but there are " +
             std::to_string(tensor_count()));
    return *graph_->tensors()->Get(static_cast<flatbuffers::uoffset_t>(index));
}

std::string TfliteFile::tensor_name(int index) const {
    if (index < 0 || static_cast<std::size_t>(index) >= tensor_count()) return std::to_string(index);
    const auto* name = graph_->tensors()->Get(static_cast<flatbuffers::uoffset_t>(index))->name();
    return name != nullptr ? name->str() : std::to_string(index);
}

bool TfliteFile::is_constant(int index) const {
    const auto buffer = tensor(index).buffer();
    if (buffer >= model_->buffers()->size())
        fail("tensor '" + tensor_name(index) + "' names a buffer that is not there");
    const auto* data = model_->buffers()->Get(buffer)->data();
    return data != nullptr && data->size() > 0;
}

std::vector<int> TfliteFile::shape(int index) const {
    std::vector<int> sides;
    const auto* list = tensor(index).shape();
    for (flatbuffers::uoffset_t i = 0; list != nullptr && i < list->size(); ++i)
        sides.push_back(list->Get(i));
    for (const int side : sides)
        if (side < 0 || side > (1 << 24))
            fail("tensor '" + tensor_name(index) + "' has a side of " + std::to_string(side));
    return sides;
}

std::vector<float> TfliteFile::floats(int index) const {
    const tfl::Tensor& from = tensor(index);
    if (!is_constant(index))
        fail("takes '" + tensor_name(index) + "', which is no constant, where only one is converted");
    const std::size_t size = from.type() == tfl::ElementType_FLOAT32   ? 4
                             : from.type() == tfl::ElementType_FLOAT16 ? 2
                                                                       : 0;
    if (size == 0)
        fail("has weights '" + tensor_name(index) + "' of type " + tfl::EnumNameElementType(from.type()) +
             ", wanted FLOAT32 or FLOAT16 (a quantised network cannot be converted)");
    const auto* data = model_->buffers()->Get(from.buffer())->data();
    const std::size_t count = element_count(shape(index));
    if (data->size() != count * size)
        fail("has weights '" + tensor_name(index) + "' of " + std::to_string(data->size()) +
             " bytes, wanted " + std::to_string(count * size));
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        if (size == 4) {
            std::memcpy(&values[i], data->data() + 4 * i, 4);
        } else {
            std::uint16_t half = 0;
            std::memcpy(&half, data->data() + 2 * i, 2);
            values[i] = half_to_float(half);
        }
        if (!std::isfinite(values[i]))
            fail("has weights '" + tensor_name(index) + "' with a value that is not finite");
    }
    return values;
}

std::vector<std::int32_t> TfliteFile::integers(int index) const {
    const tfl::Tensor& from = tensor(index);
    if (!is_constant(index) || from.type() != tfl::ElementType_INT32)
        fail("takes '" + tensor_name(index) + "', wanted constant whole numbers (INT32)");
    const auto* data = model_->buffers()->Get(from.buffer())->data();
    const std::size_t count = element_count(shape(index));
    if (count > 64 || data->size() != count * 4) fail("takes '" + tensor_name(index) + "' of a wrong size");
    std::vector<std::int32_t> values(count);
    std::memcpy(values.data(), data->data(), count * 4);
    return values;
}

}  // namespace vbg::model
