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

# What there is to run: a name and the command. Each takes a minute or two, more where others compute; what hangs is ended.
limit=900 # seconds
names=() commands=()
add() {
  names+=("$1")
  commands+=("$(printf '%q ' "${@:2}")")
}
add vivid "$build/bin/vbg_test_v4l2" --source-file='*test_vivid*'
add webcam "$build/bin/vbg_test_v4l2" --source-file='*test_webcam*'
add faults "$build/bin/vbg_test_v4l2" --source-file='*test_faults*'
add program python3 -B "$here/test_camera_program.py" "$build/bin/vbg-cam"
add end-to-end /usr/bin/python3 -B "$here/test_end_to_end.py" "$build/bin/vbg-cam"
add survive /usr/bin/python3 -B "$here/test_survive.py" "$build/bin/vbg-cam"
add python /usr/bin/python3 -B "$here/test_python.py" "$build/python"
add c /usr/bin/python3 -B "$here/test_c.py" "$build/bin/vbg_test_v4l2_c"
add loopback "$python" -B "$here/test_loopback.py" "$build/bin/vbg-cam"
add lasting "$python" -B "$here/test_virtual_camera.py" "$build/bin/vbg-cam"

for name in "$@"; do
  printf '%s\n' "${names[@]}" | grep -qxF -- "$name" || { echo "$name: no such test; there are: ${names[*]}" >&2; exit 2; }
done

failed=()
for i in "${!names[@]}"; do
  if [ $# -gt 0 ] && ! printf '%s\n' "$@" | grep -qxF -- "${names[i]}"; then continue; fi
  printf '\n-- %s: %s\n' "${names[i]}" "${commands[i]}"
  began=$SECONDS
  "$here/v4l2-vm" -t "$limit" "${settings[@]}" -- bash -c "${commands[i]}" || failed+=("${names[i]}")
  printf -- '-- %s took %d s\n' "${names[i]}" $((SECONDS - began))
done
if [ ${#failed[@]} -gt 0 ]; then
  printf 'FAILED with real drivers: %s\n' "${failed[*]}" >&2
  exit 1
fi
