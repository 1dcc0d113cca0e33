#!/usr/bin/env bash
# Builds the reference: the headers' own comments, and a page of all stages with pictures made by vbg-cam.
#   docs/build.sh [BUILD-FOLDER]     default: build; leaves BUILD-FOLDER/docs/reference/html/index.html
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$(cd "${1:-$root/build}" && pwd)
docs=$build/docs
command -v doxygen >/dev/null || { echo "doxygen is missing; install it with: sudo apt install doxygen" >&2; exit 1; }
[ -x "$build/bin/vbg-cam" ] || { echo "$build/bin/vbg-cam is missing; build it with: cmake --build $build" >&2; exit 1; }

mkdir -p "$docs/pictures" "$docs/gallery"
"$root/examples/get-pictures.sh" "$docs/pictures"
PATH=$build/bin:$PATH "$root/examples/vbg-model/get-selfie.sh"
python3 -B "$root/docs/gallery.py" "$build/bin/vbg-cam" "$docs/pictures/astronaut.png" "$docs/pictures/hubble_deep_field.jpg" \
  "$docs/gallery"
rm -rf "$docs/reference"
doxygen "$docs/Doxyfile"
if [ -s "$docs/reference-warnings.txt" ]; then
  cat "$docs/reference-warnings.txt" >&2
  exit 1
fi
echo "$docs/reference/html/index.html"
