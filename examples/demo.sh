#!/usr/bin/env bash
# From nothing to a hologram in front of the stars: installs what is needed, builds, gets a model, and runs vbg-cam on a real
# portrait. From any folder, as often as you like; what is there already is not made again.
#   examples/demo.sh [OUTPUT-FOLDER]     default: vbg-demo in the source tree
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=${1:-$root/vbg-demo}
mkdir -p "$out"
out=$(cd "$out" && pwd)
say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

say "1/5  What libvbg is built from"
"$root/cmake/install-dependencies.sh"

say "2/5  Building"
cd "$root"
cmake --preset release -D VBG_TESTS=OFF >/dev/null
cmake --build --preset release
PATH=$root/build/bin:$PATH

say "3/5  Pictures: a portrait (astronaut Eileen Collins, NASA) and a background (Hubble Deep Field, NASA/ESA), public domain"
"$root/examples/get-pictures.sh" "$out"

say "4/5  The model"
segmenter=auto
if ! "$root/examples/vbg-model/get-selfie.sh"; then
  # chroma_key is no person finder; it only shows that the rest works.
  segmenter='chroma_key:key=#c8b4aa'
  cat <<'TEXT'
No model could be had, so what follows uses a colour key, which needs none and cannot find people.
With a network at hand, or a model file from elsewhere:
    build/bin/vbg-model fetch selfie-general
    build/bin/vbg-model fetch selfie-general --from selfie_segmentation.tflite
and run this again.
TEXT
fi

say "5/5  vbg-cam"
common=(--segmenter "$segmenter" --preset default --foreground hologram
  --background "image:path=$out/hubble_deep_field.jpg")
vbg-cam "${common[@]}" --source "image:path=$out/astronaut.png,motion=drift,size=720x720,frames=150,fps=30" \
  --sink "video:path=$out/vbg-demo.mp4" --stats "$out/stats.json"
vbg-cam "${common[@]}" --source "image:path=$out/astronaut.png,size=720x720,frames=10" --show side-by-side \
  --sink "image:path=$out/contact-sheet.png" --quiet

say "Done"
python3 - "$out" <<'PY'
import json, pathlib, sys
out = pathlib.Path(sys.argv[1])
stats = json.loads((out / "stats.json").read_text())
print(f"  {stats['frames_out']} frames, {stats['frames_failed']} failed")
for stage in stats["stages"]:
    print(f"  {stage['name']:<28} {1000 * stage['mean']:7.2f} ms a frame")
print(f"\n  {out / 'vbg-demo.mp4'}\n      the film\n  {out / 'contact-sheet.png'}\n      input, matte and result side by side")
PY
