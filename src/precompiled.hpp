#pragma once
/// @file precompiled.hpp  What nearly every file of the library, its programs and its tests needs; see
/// cmake/vbg-compile-time.cmake. No file includes it by name.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vbg/vbg.hpp>
#include <vector>
