#pragma once
/// @file export.hpp  Symbol visibility. `VBG_API` marks what libvbg.so exports.

#if defined(VBG_STATIC)
#    define VBG_API
#else
#    define VBG_API __attribute__((visibility("default")))
#endif
