#pragma once
/// @file clear_padding.hpp  What lies between a struct's members, made the same each time: kernels' arguments
/// are compared to the last byte, and tests look for addresses among them.

// gcc 12 forgets what lies behind a long array of structs, so such an array has to end at a multiple of eight
// bytes.
#if defined(__has_builtin)
#    if __has_builtin(__builtin_clear_padding)
#        define VBG_CLEAR_PADDING(object) __builtin_clear_padding(object)
#    endif
#endif

namespace vbg::cuda {

/// Whether this compiler can.
#ifdef VBG_CLEAR_PADDING
inline constexpr bool kClearsPadding = true;
#else
inline constexpr bool kClearsPadding = false;
#    define VBG_CLEAR_PADDING(object)
#endif

}  // namespace vbg::cuda
