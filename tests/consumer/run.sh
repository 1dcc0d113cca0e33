#!/usr/bin/env bash
# Installs the library into a folder of its own and uses it from there, as a stranger would.
#   run.sh SOURCE-FOLDER BUILD-FOLDER
set -euo pipefail
source=$1 build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
say() { echo "-- $*"; }

say "install"
cmake --install "$build" --prefix "$prefix" >/dev/null
lib=$(dirname "$(find "$prefix" -name libvbg.so -print -quit)")
export LD_LIBRARY_PATH=$lib

say "every public header compiles alone and reaches none of the libraries vbg is made of"
flags=(-std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Werror)
compilers=(g++)
command -v clang++ >/dev/null && compilers+=(clang++)
for header in "$prefix"/include/vbg/*.hpp; do
  echo "#include <vbg/$(basename "$header")>" > "$work/one.cpp"
  for compiler in "${compilers[@]}"; do
    "$compiler" "${flags[@]}" -I "$prefix/include" "$work/one.cpp"
  done
  if g++ -std=c++20 -M -I "$prefix/include" "$work/one.cpp" | tr ' ' '\n' |
    grep -E '/(torch|ATen|c10|opencv[0-9]?|opencv2|cuda[a-z_]*|fmt|linux/videodev|nlohmann|hwy)/'; then
    echo "$(basename "$header") reaches a library that users need not have" >&2
    exit 1
  fi
done

say "the C headers compile alone, as C and as C++, with no header but the compiler's own"
for header in "$prefix"/include/vbg/vbg.h "$prefix"/include/vbg/c/*.h; do
  for language in "c -std=c11 -Wc++-compat -Wstrict-prototypes" "c++ -std=c++11"; do
    # shellcheck disable=SC2086  # several words on purpose
    gcc -x $language -ffreestanding -nostdinc -isystem "$(gcc -print-file-name=include)" -fsyntax-only -pedantic-errors \
      -Wall -Wextra -Wshadow -Wconversion -Werror -I "$prefix/include" -include "$header" /dev/null
  done
done

say "find_package(vbg)"
cmake -S "$source/tests/consumer" -B "$work/consumer" -G Ninja -D CMAKE_PREFIX_PATH="$prefix" >/dev/null
cmake --build "$work/consumer" >/dev/null
"$work/consumer/consumer"

say "pkg-config"
flags_of_pc=$(PKG_CONFIG_PATH=$lib/pkgconfig pkg-config --cflags --libs vbg)
# shellcheck disable=SC2086  # several words on purpose
g++ -std=c++20 "$source/tests/consumer/main.cpp" $flags_of_pc -o "$work/by-pkg-config"
"$work/by-pkg-config"

say "a stage of one's own, built outside the tree"
cmake -S "$source/examples/my_effect" -B "$work/my_effect" -G Ninja -D CMAKE_PREFIX_PATH="$prefix" >/dev/null
cmake --build "$work/my_effect" >/dev/null
"$work/my_effect/my_effect"

say "the smallest program"
# shellcheck disable=SC2086
g++ -std=c++20 "$source/examples/minimal.cpp" $flags_of_pc -o "$work/minimal"
(cd "$work" && "$prefix/bin/vbg-cam" --source pattern:frames=1,size=320x240 --segmenter constant:value=255 --preset none \
  --sink "image:path=$work/me.png" --quiet)
VBG_SEGMENTER='chroma_key' "$work/minimal" "$work/me.png" "$work/out.png"
test -s "$work/out.png"

say "C: find_package(vbg COMPONENTS c) in a project without C++"
cmake -S "$source/tests/consumer/c" -B "$work/consumer_c" -G Ninja -D CMAKE_PREFIX_PATH="$prefix" >/dev/null
cmake --build "$work/consumer_c" >/dev/null
"$work/consumer_c/consumer_c"

say "C: pkg-config, and the smallest program"
c_flags=$(PKG_CONFIG_PATH=$lib/pkgconfig pkg-config --cflags --libs vbg-c)
strict=(-std=c11 -pedantic-errors -Wall -Wextra -Wconversion -Werror)
# shellcheck disable=SC2086
gcc "${strict[@]}" "$source/tests/consumer/c/main.c" $c_flags -o "$work/c-by-pkg-config"
"$work/c-by-pkg-config"
# shellcheck disable=SC2086
gcc "${strict[@]}" "$source/examples/minimal.c" $c_flags -o "$work/minimal_c"
VBG_SEGMENTER='chroma_key' "$work/minimal_c" "$work/me.png" "$work/out_c.png"
cmp "$work/out.png" "$work/out_c.png"  # the very file that minimal.cpp wrote
if VBG_SEGMENTER=chroma_key "$work/minimal_c" "$work/none.png" "$work/out_c.png" 2>"$work/error"; then exit 1; fi
grep -q none.png "$work/error"

say "C: a camera that is steered while it runs"
# shellcheck disable=SC2086
gcc "${strict[@]}" "$source/examples/camera.c" $c_flags -pthread -o "$work/camera"
"$work/camera" >"$work/listed"  # whatever is here
mkfifo "$work/lines"
VBG_SEGMENTER=constant:value=0 "$work/camera" pattern:size=320x240,realtime=true null <"$work/lines" >"$work/said" \
  2>"$work/error" &
camera=$!
exec 3>"$work/lines"
shows() { # PICTURE: waits until that is what goes out
  for _ in $(seq 300); do
    echo "snapshot $work/now.png" >&3
    sleep 0.2
    if cmp -s "$work/now.png" "$1"; then return; fi
  done
  echo "never showed $1; it said:" >&2
  cat "$work/said" "$work/error" >&2
  exit 1
}
for color in 778899 445566; do
  "$prefix/bin/vbg-cam" --source pattern:frames=1,size=320x240 --segmenter constant:value=0 --preset none \
    --background "color:value=#$color" --sink "image:path=$work/$color.png" --quiet
done
echo "background color:value=#778899" >&3
shows "$work/778899.png"
echo "card color:value=#445566" >&3
echo "pause" >&3
shows "$work/445566.png"
echo "status" >&3
echo "background no_such_effect" >&3
echo "resume" >&3
shows "$work/778899.png"
echo "quit" >&3
exec 3>&-
wait "$camera"
grep -q '^paused: ' "$work/said"
grep -q 'not_found: .*no_such_effect' "$work/error"
