#pragma once
/// @file structs.hpp  Structs across the ABI: read and written only as far as the caller's struct_size says.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include "guard.hpp"
#include "vbg/vbg.h"

namespace vbg::capi {

/// Bytes of a struct that must be there: the offset behind the last member that every caller has to give or
/// get.
template <class T>
inline constexpr std::size_t kNeeded = 8;
template <>
inline constexpr std::size_t kNeeded<vbg_frame_view> = offsetof(vbg_frame_view, strides);
template <>
inline constexpr std::size_t kNeeded<vbg_mask_view> = offsetof(vbg_mask_view, stride);
template <>
inline constexpr std::size_t kNeeded<vbg_frame_spec> = offsetof(vbg_frame_spec, matrix);
template <>
inline constexpr std::size_t kNeeded<vbg_source_callbacks> = offsetof(vbg_source_callbacks, release);
template <>
inline constexpr std::size_t kNeeded<vbg_sink_callbacks> = offsetof(vbg_sink_callbacks, close);
template <>
inline constexpr std::size_t kNeeded<vbg_stage_time> = offsetof(vbg_stage_time, last);

/// The caller's size of a struct, checked.
template <class T>
std::size_t struct_size(const T* in, const char* what) {
    need(in, what);
    std::uint32_t size = 0;
    std::memcpy(&size, in, sizeof size);
    // A real size is a multiple of the alignment; one that is not would cut a pointer in two.
    if (size < kNeeded<T> || size > 4096 || size % alignof(T) != 0) {
        refuse(std::string(what) + "'s struct_size is " + std::to_string(size) + "; wanted at least " +
               std::to_string(kNeeded<T>) + " and " + std::to_string(sizeof(T)) +
               " for all of it, a multiple of " + std::to_string(alignof(T)) +
               "; begin with VBG_STRUCT(type)");
    }
    return size;
}

/// A copy of what the caller gave, the rest cleared.
template <class T>
T read_struct(const T* in, const char* what) {
    T copy{};
    std::memcpy(static_cast<void*>(&copy), in, std::min(struct_size(in, what), sizeof(T)));
    return copy;
}

/// The same where NULL stands for all defaults.
template <class T>
T read_optional_struct(const T* in, const char* what) {
    return in == nullptr ? T{} : read_struct(in, what);
}

/// Fills in what the caller knows of it, and leaves struct_size.
template <class T>
void write_struct(T* out, const T& value, const char* what) {
    constexpr std::size_t kFirst = sizeof(std::uint32_t);
    const std::size_t size = std::min(struct_size(out, what), sizeof(T));
    std::memcpy(reinterpret_cast<char*>(out) + kFirst, reinterpret_cast<const char*>(&value) + kFirst,
                size - kFirst);
}

/// The body of an entry that fills in one struct with what `get` returns.
template <class Struct, class Get>
vbg_status give(const char* function, Struct* out, Get&& get) {
    return guard(
        function,
        [&] {
            struct_size(out, "out");
            write_struct(out, get(), "out");
        },
        out);
}

/// Error{not_found}: "vbg_stage_get: stage 99: there are 12".
[[noreturn]] inline void no_such(const std::string& what, std::size_t there_are) {
    throw Error(Errc::not_found,
                std::string(Entry::name()) + ": " + what + ": there are " + std::to_string(there_are));
}

/// The entry at `index` of a list. Throws no_such() where there is none.
template <class List>
const auto& at(const List& list, std::uint32_t index, const char* what) {
    if (index >= list.size()) no_such(std::string(what) + " " + std::to_string(index), list.size());
    return list[index];
}

/// A cleared struct with the library's own size in it: for callbacks.
template <class T>
T own_struct() {
    T made{};
    made.struct_size = sizeof(T);
    return made;
}

}  // namespace vbg::capi
