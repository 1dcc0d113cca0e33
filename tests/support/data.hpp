#pragma once
/// @file data.hpp  Where the real weights, pictures and reference outputs lie (VBG_TEST_DATA), and SKIP
/// texts.

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <utility>

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

/// A folder of the test's own that is removed with everything in it.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "vbg-test-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::filesystem::filesystem_error("mkdtemp", {});
        path_ = pattern;
    }
    TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

}  // namespace vbg::test
