// The module vbg._vbg: everything native. The package around it (python/vbg) adds names and documentation.
#include "arrays.hpp"
#include "bind.hpp"
#include "device_array.hpp"
#include "devices.hpp"
#include "errors.hpp"
#include "pipeline_object.hpp"
#include "stage_object.hpp"

PYBIND11_MODULE(_vbg, module) {
    using namespace vbg::python;
    module.doc() = "The native half of vbg; use the package vbg.";
    module.attr("__version__") = std::string(vbg::version());
    bind_errors(module);
    bind_types(module);
    bind_devices(module);
    bind_device_array(module);
    bind_arrays(module);
    bind_segmenter(module);
    bind_mask_filter(module);
    bind_effect(module);
    bind_compositor(module);
    bind_source(module);
    bind_sink(module);
    bind_pipeline(module);
    bind_registry(module);
    bind_models(module);
    bind_log(module);
    bind_fakecam(module);
    module.def("_stop_all_runs", &stop_all_runs, "Stops and waits for every Pipeline.run(); called at exit.");
}
