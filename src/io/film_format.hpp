#pragma once
/// @file film_format.hpp  Looks whether a film file is whole, by the sizes that its container states. Players
/// show what is left of a film that was cut short and say nothing; here it is found before the first frame.

#include <string>

namespace vbg {

/// Empty, or in which way the file is not whole ("box 'mdat' should end at byte 9000, but the file has 4500
/// bytes"). Knows MP4/MOV, AVI and Matroska/WebM; anything else is taken as whole. Reads only headers.
/// Throws Error{io} when the file cannot be read.
[[nodiscard]] std::string find_film_damage(const std::string& path);

}  // namespace vbg
