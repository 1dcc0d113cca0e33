#!/usr/bin/env bash
# Installs what is needed, builds and runs the tests. From any folder, as often as you like.
#   VBG_PRESET   CMake preset to build (default: release; dev: warnings are errors, with benchmarks)
#   VBG_TEST_DATA  folder with real weights, reference outputs and photos; tests that need it say SKIP without it
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
preset=${VBG_PRESET:-release}

cmake/install-dependencies.sh
cmake --preset "$preset" -D VBG_TESTS=ON ${VBG_TEST_DATA:+-D VBG_TEST_DATA="$VBG_TEST_DATA"} >/dev/null
cmake --build --preset "$preset"
ctest --preset "$preset" "$@"
