#pragma once
/// @file data.hpp  Where the real weights, pictures and reference outputs lie (VBG_TEST_DATA), and SKIP
/// texts.

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

namespace vbg::test {

inline std::filesystem::path data_folder() {
    const char* set = std::getenv("VBG_TEST_DATA");
    return set != nullptr && *set != '\0' ? std::filesystem::path(set) : std::filesystem::path("../shared");
}

/// True where `relative` is in the data folder; else says SKIP and why, and the test returns.
inline bool have_data(const std::string& relative) {
    if (std::filesystem::exists(data_folder() / relative)) return true;
    std::cout << "SKIP: " << relative << " is not in " << data_folder().string()
              << " (set VBG_TEST_DATA to the folder with real weights and reference outputs)\n";
    return false;
}

}  // namespace vbg::test
