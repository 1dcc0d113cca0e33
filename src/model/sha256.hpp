#pragma once
/// @file sha256.hpp  Checksums of model files. C++17-clean.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace vbg::model {

/// SHA-256 (FIPS 180-4) of bytes that come in pieces.
class Sha256 {
public:
    void update(const void* data, std::size_t size);
    /// 64 lower-case hexadecimal digits. The object cannot take more bytes after it.
    [[nodiscard]] std::string finish();

private:
    void block(const unsigned char* at);

    std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<unsigned char, 64> pending_{};
    std::size_t filled_ = 0;
    std::uint64_t total_ = 0;
};

[[nodiscard]] std::string sha256_of(const std::string& bytes);

}  // namespace vbg::model
