#pragma once
/// @file error_text.hpp  What an exception says.

#include <exception>
#include <string>

namespace vbg {

[[nodiscard]] inline std::string text_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "a stage threw something that is not an exception";
    }
}

}  // namespace vbg
