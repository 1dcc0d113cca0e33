// What libvbg says goes to Python's logging, to the logger "vbg".
#include "bind.hpp"
#include "gil.hpp"

namespace vbg::python {

namespace {

int python_level(LogLevel level) {
    switch (level) {
        case LogLevel::debug: return 10;
        case LogLevel::info: return 20;
        case LogLevel::warning: return 30;
        case LogLevel::error: return 40;
    }
    return 20;
}

void to_logging(const py::object& logger, LogLevel level, std::string_view text) {
    if (Py_IsInitialized() == 0) return;
    const WithGil gil;
    try {
        call(logger.attr("log"), python_level(level), "%s", std::string(text));
    } catch (py::error_already_set& e) {
        e.discard_as_unraisable("vbg's log");
    }
}

void set_level(int level) {
    const LogLevel least = level <= 10   ? LogLevel::debug
                           : level <= 20 ? LogLevel::info
                           : level <= 30 ? LogLevel::warning
                                         : LogLevel::error;
    static py::object* logger = new py::object(py::module_::import("logging").attr("getLogger")("vbg"));
    const WithoutGil free;
    if (level > 40) {
        set_log_handler(nullptr);
    } else {
        set_log_handler([](LogLevel said, std::string_view text) { to_logging(*logger, said, text); }, least);
    }
}

}  // namespace

void bind_log(py::module_& module) {
    module.def(
        "set_log_level", &set_level, "level"_a,
        R"(Least level that libvbg hands to the logger "vbg": logging.DEBUG, INFO (the default), WARNING, ERROR.

Above ERROR nothing is handed over. What the logger then does with it is up to Python's logging.

>>> import logging, vbg
>>> vbg.set_log_level(logging.WARNING)
>>> vbg.set_log_level(logging.INFO)
)");
    module.def(
        "_log",
        [](int level, const std::string& text) {
            const WithoutGil free;
            log(level >= 40   ? LogLevel::error
                : level >= 30 ? LogLevel::warning
                : level >= 20 ? LogLevel::info
                              : LogLevel::debug,
                text);
        },
        "level"_a, "text"_a, "Say something through libvbg's own handler; for tests.");
}

}  // namespace vbg::python
