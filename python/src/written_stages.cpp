// Segmenter, MaskFilter, Effect and Compositor as Python classes write them.
#include "errors.hpp"
#include "python_stage.hpp"

namespace vbg::python {

bool WrittenSegmenter::do_segment(const ConstFrameView& frame, const MaskView& alpha, Context& /*context*/,
                                  const std::optional<FrameView>& foreground) {
    const WithGil gil;
    const py::object method = side_.needed("do_segment", "do_segment(self, frame, alpha)");
    const py::array picture = side_.lender.lend(frame);
    const py::array out = side_.lender.lend_out(alpha);
    if (!foreground) {
        side_.lender.give_back(out, call(method, picture, out), alpha, "do_segment");
        return false;
    }
    const py::array colours = side_.lender.lend_out(*foreground);
    const py::object answer = call(method, picture, out, colours);
    side_.lender.give_back(out, py::none(), alpha, "do_segment");
    const bool wrote = !answer.is_none() && PyObject_IsTrue(answer.ptr()) == 1;
    if (wrote) side_.lender.give_back(colours, py::none(), *foreground, "do_segment");
    return wrote;
}

void WrittenMaskFilter::do_apply(const ConstFrameView& guide, const ConstMaskView& in, const MaskView& out,
                                 Context& /*context*/) {
    const WithGil gil;
    const py::object method = side_.needed("do_apply", "do_apply(self, guide, matte, out)");
    const py::array picture = side_.lender.lend(guide);
    const py::array matte = side_.lender.lend(in);
    const py::array result = side_.lender.lend_out(out);
    side_.lender.give_back(result, call(method, picture, matte, result), out, "do_apply");
}

void WrittenEffect::do_apply(const ConstFrameView& layer, const ConstMaskView& alpha, const FrameView& out,
                             Context& /*context*/) {
    const WithGil gil;
    const py::object method = side_.needed("do_apply", "do_apply(self, layer, alpha, out)");
    const py::array picture = side_.lender.lend(layer);
    const py::array matte = side_.lender.lend(alpha);
    const py::array result = side_.lender.lend_out(out);
    side_.lender.give_back(result, call(method, picture, matte, result), out, "do_apply");
}

void WrittenCompositor::do_compose(const ConstFrameView& foreground, const ConstMaskView& alpha,
                                   const ConstFrameView& background, const FrameView& out,
                                   Context& /*context*/) {
    const WithGil gil;
    const py::object method =
        side_.needed("do_compose", "do_compose(self, foreground, alpha, background, out)");
    const py::array front = side_.lender.lend(foreground);
    const py::array matte = side_.lender.lend(alpha);
    const py::array back = side_.lender.lend(background);
    const py::array result = side_.lender.lend_out(out);
    side_.lender.give_back(result, call(method, front, matte, back, result), out, "do_compose");
}

}  // namespace vbg::python
