#!/usr/bin/env bash
# Runs the tests that need V4L2 devices, each in a throw-away machine with real drivers (v4l2-vm): vivid, v4l2loopback, and a
# webcam in software behind uvcvideo. The first use builds that machine's kernel, which takes 3 to 5 minutes.
#   tests/v4l2/run.sh BUILD-FOLDER [NAME...]     all, or those whose names are given
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -ge 1 ] || { sed -n 's/^# \{0,1\}//p' "${BASH_SOURCE[0]}" | sed -n 2,4p >&2; exit 2; }
build=$(cd "$1" && pwd)
shift
export VBG_UVC_CAMERA=$here/uvc-camera
settings=(-e VBG_UVC_CAMERA -e "VBG_TEST_DATA=${VBG_TEST_DATA:-}" -e "VBG_FAULT_SEED=${VBG_FAULT_SEED:-}"
  -e OMP_WAIT_POLICY=passive -e "LSAN_OPTIONS=suppressions=$here/../support/leaks.txt")

# OpenCV is one of the readers; Debian's is in Debian's Python.
python=python3
"$python" -c 'import cv2' 2>/dev/null || python=/usr/bin/python3

# What there is to run: a name, the time it may take in seconds, and the command.
names=() limits=() commands=()
add() {
  names+=("$1") limits+=("$2")
  commands+=("$(printf '%q ' "${@:3}")")
}
add vivid 300 "$build/bin/vbg_test_v4l2" --source-file='*test_vivid*'
add webcam 300 "$build/bin/vbg_test_v4l2" --source-file='*test_webcam*'
add faults 400 "$build/bin/vbg_test_v4l2" --source-file='*test_faults*'
add program 300 python3 -B "$here/test_camera_program.py" "$build/bin/vbg-cam"
add end-to-end 400 /usr/bin/python3 -B "$here/test_end_to_end.py" "$build/bin/vbg-cam"
add survive 400 /usr/bin/python3 -B "$here/test_survive.py" "$build/bin/vbg-cam"
add python 400 /usr/bin/python3 -B "$here/test_python.py" "$build/python"
add c 300 /usr/bin/python3 -B "$here/test_c.py" "$build/bin/vbg_test_v4l2_c"
add loopback 600 "$python" -B "$here/test_loopback.py" "$build/bin/vbg-cam"
add lasting 600 "$python" -B "$here/test_virtual_camera.py" "$build/bin/vbg-cam"

for name in "$@"; do
  printf '%s\n' "${names[@]}" | grep -qxF -- "$name" || { echo "$name: no such test; there are: ${names[*]}" >&2; exit 2; }
done

failed=()
for i in "${!names[@]}"; do
  if [ $# -gt 0 ] && ! printf '%s\n' "$@" | grep -qxF -- "${names[i]}"; then continue; fi
  printf '\n-- %s: %s\n' "${names[i]}" "${commands[i]}"
  began=$SECONDS
  "$here/v4l2-vm" -t "${limits[i]}" "${settings[@]}" -- bash -c "${commands[i]}" || failed+=("${names[i]}")
  printf -- '-- %s took %d s\n' "${names[i]}" $((SECONDS - began))
done
if [ ${#failed[@]} -gt 0 ]; then
  printf 'FAILED with real drivers: %s\n' "${failed[*]}" >&2
  exit 1
fi
