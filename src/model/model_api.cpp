// convert_model() and inspect_model() of the public header, over the converter.
#include <vbg/model.hpp>

#include "model/convert.hpp"

namespace vbg::inline v0 {

void convert_model(const std::filesystem::path& in, const std::filesystem::path& out,
                   const ConvertOptions& options) {
    model::ConvertOptions how;
    how.name = options.name.empty() ? out.stem().string() : options.name;
    how.licence = options.licence;
    how.source = options.source;
    how.javascript_dilation = options.javascript_dilation;
    how.progress = options.progress;
    (void)model::convert(in, out, how);
}

std::string inspect_model(const std::filesystem::path& file) { return model::inspect(file); }

}  // namespace vbg::inline v0
