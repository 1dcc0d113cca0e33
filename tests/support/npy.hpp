#pragma once
/// @file npy.hpp  Reads NumPy's .npy files (version 1 to 3, C order, little-endian) for the tests.

#include <cstdint>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace vbg::test {

struct Npy {
    std::vector<std::size_t> shape;
    std::string type;  ///< NumPy's word for the element, e.g. "<f4", "|u1", "<i4"
    std::string bytes;

    [[nodiscard]] std::size_t count() const {
        std::size_t n = 1;
        for (const std::size_t side : shape) n *= side;
        return n;
    }

    /// The elements as T, whatever of f4, f8, u1, b1, i1, i2, i4, i8 they are stored as.
    template <class T>
    [[nodiscard]] std::vector<T> as() const {
        std::vector<T> values(count());
        const std::string kind = type.substr(1);
        const auto take = [&](auto element) {
            for (std::size_t i = 0; i < values.size(); ++i) {
                std::memcpy(&element, bytes.data() + i * sizeof element, sizeof element);
                values[i] = static_cast<T>(element);
            }
        };
        if (kind == "f4")
            take(float{});
        else if (kind == "f8")
            take(double{});
        else if (kind == "u1" || kind == "b1")
            take(std::uint8_t{});
        else if (kind == "i1")
            take(std::int8_t{});
        else if (kind == "i2")
            take(std::int16_t{});
        else if (kind == "i4")
            take(std::int32_t{});
        else if (kind == "i8")
            take(std::int64_t{});
        else
            throw std::runtime_error("npy: element type " + type);
        return values;
    }
};

/// Throws std::runtime_error naming the file.
inline Npy read_npy(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string all((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (all.size() < 12 || all.compare(0, 6, "\x93NUMPY") != 0)
        throw std::runtime_error("npy: cannot read " + path);
    const bool long_header = all[6] >= 2;
    std::uint32_t length = 0;
    std::memcpy(&length, all.data() + 8, long_header ? 4 : 2);
    const std::size_t begin = long_header ? 12 : 10;
    const std::string header = all.substr(begin, length);
    Npy npy;
    const std::size_t type = header.find('\'', header.find(':', header.find("'descr'"))) + 1;
    npy.type = header.substr(type, header.find('\'', type) - type);
    if (header.find("'fortran_order': True") != std::string::npos)
        throw std::runtime_error("npy: column order " + path);
    std::size_t at = header.find('(', header.find("'shape'"));
    const std::size_t end = header.find(')', at);
    while ((at = header.find_first_of("0123456789", at)) < end) {
        std::size_t used = 0;
        npy.shape.push_back(std::stoul(header.substr(at), &used));
        at += used;
    }
    npy.bytes = all.substr(begin + length);
    const std::size_t size = npy.type.empty() ? 0 : static_cast<std::size_t>(npy.type.back() - '0');
    if (npy.bytes.size() < npy.count() * size) throw std::runtime_error("npy: cut short: " + path);
    return npy;
}

}  // namespace vbg::test
