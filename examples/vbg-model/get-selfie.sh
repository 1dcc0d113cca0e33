#!/usr/bin/env bash
# Gets the MediaPipe selfie models from wherever they can be had, and checks each against its pinned checksum:
#   1. their official address;
#   2. the Python package "mediapipe", through pip, from whatever index pip is set up for;
#   3. the JavaScript package "@mediapipe/selfie_segmentation", through npm likewise.
# Nothing of a package is installed or run: only the model file is taken out of it.
#
#   get-selfie.sh [NAME...]     default: selfie-general selfie-landscape
#   VBG_MODEL    the vbg-model to use; default: build/bin/vbg-model beside this source, else the one on the PATH
#   Models go where vbg-model puts them (VBG_MODEL_DIR). Exit code: 0 all are there, 1 at least one is not.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tool=${VBG_MODEL:-$root/build/bin/vbg-model}
[ -x "$tool" ] || tool=$(command -v vbg-model) || {
  echo "get-selfie.sh: no vbg-model: neither $root/build/bin/vbg-model nor on the PATH; build it first" >&2
  exit 1
}
names=("$@")
[ ${#names[@]} -gt 0 ] || names=(selfie-general selfie-landscape)

# These versions were seen to hold the models. The files are the same for every kind of computer and Python.
wheel=(mediapipe==0.10.14 --python-version 3.11 --implementation cp --abi cp311
  --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64)
tarball=@mediapipe/selfie_segmentation@0.1.1675465747

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stop() { exit 130; }
trap stop INT TERM

# say WORDS: what is going on. last FILE: the last line of a log, indented.
say() { echo "get-selfie.sh: $*" >&2; }
last() { grep -v -e '^[[:space:]]*$' -e 'complete log' "$1" | tail -n 1 | sed 's/^/    /' >&2; }

missing() {  # those of the names that are not there yet
  local name
  for name in "${names[@]}"; do "$tool" inspect "$name" >/dev/null 2>&1 || echo "$name"; done
}

from_address() {
  "$tool" fetch --timeout 10 "$@" >"$work/log" 2>&1
}

from_wheel() {
  python3 -m pip --version >"$work/log" 2>&1 || return 1
  timeout 600 python3 -m pip download --quiet --timeout 20 --retries 2 --no-deps --only-binary=:all: --dest "$work/wheel" "${wheel[@]}" \
    >"$work/log" 2>&1 || return 1
  python3 - "$work"/wheel/*.whl "$work/files" >"$work/log" 2>&1 <<'PY' || return 1
import pathlib, sys, zipfile
target = pathlib.Path(sys.argv[2])
target.mkdir(exist_ok=True)
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in ("selfie_segmentation", "selfie_segmentation_landscape"):
        file = f"{name}.tflite"
        (target / file).write_bytes(wheel.read(f"mediapipe/modules/selfie_segmentation/{file}"))
PY
  "$tool" fetch --from "$work/files" "$@" >"$work/log" 2>&1
}

from_tarball() {
  command -v npm >"$work/log" 2>&1 || { echo "npm is not installed" >"$work/log"; return 1; }
  mkdir -p "$work/npm"
  (cd "$work/npm" && timeout 300 npm pack "$tarball" && tar -xzf ./*.tgz) >"$work/log" 2>&1 || return 1
  "$tool" fetch --from "$work/npm/package" "$@" >"$work/log" 2>&1
}

for way in address wheel tarball; do
  mapfile -t wanted < <(missing)
  [ ${#wanted[@]} -gt 0 ] || break
  case $way in
    address) say "getting ${wanted[*]} from the official address" ;;
    wheel) say "not there; taking them out of the Python package mediapipe" ;;
    tarball) say "not there; taking them out of the JavaScript package ${tarball%@*}" ;;
  esac
  "from_$way" "${wanted[@]}" || last "$work/log"
done
mapfile -t wanted < <(missing)
if [ ${#wanted[@]} -gt 0 ]; then
  say "could not get ${wanted[*]}; with the .tflite file from elsewhere: vbg-model fetch NAME --from FILE"
  exit 1
fi
say "${names[*]}: here, and the checksums are right"
