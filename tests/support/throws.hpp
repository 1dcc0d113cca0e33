#pragma once
// Checks of vbg::Error in tests: the code, and words that its text must hold.
#include <doctest/doctest.h>

#include <initializer_list>
#include <string>

#include <vbg/error.hpp>

namespace vbg_test {

/// Runs `what`; it must throw vbg::Error with `code` and a text with every one of `words`. Returns the errno.
template <class F>
int check_throws(vbg::Errc code, std::initializer_list<std::string> words, F&& what) {
    try {
        what();
    } catch (const vbg::Error& e) {
        CHECK_MESSAGE(e.code() == code, "code ", std::string(vbg::to_string(e.code())), ", wanted ",
                      std::string(vbg::to_string(code)), ": ", std::string(e.what()));
        for (const std::string& word : words) {
            CHECK_MESSAGE(std::string(e.what()).find(word) != std::string::npos, "'", word,
                          "' is not in: ", std::string(e.what()));
        }
        return e.sys_errno();
    }
    FAIL_CHECK("nothing was thrown; wanted ", std::string(vbg::to_string(code)));
    return 0;
}

}  // namespace vbg_test
