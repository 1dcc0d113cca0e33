#!/usr/bin/env bash
# Runs the tests that need V4L2 devices, each in a throw-away machine with real drivers (v4l2-vm): vivid, v4l2loopback, and a
# webcam in software behind uvcvideo. The first use builds that machine's kernel, which takes 3 to 5 minutes.
# Two of them run at a time where there are two processors (VBG_V4L2_JOBS says otherwise); each one's output comes when it ends.
#   tests/v4l2/run.sh BUILD-FOLDER [NAME...]     all, or those whose names are given
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -ge 1 ] || { sed -n 's/^# \{0,1\}//p' "${BASH_SOURCE[0]}" | sed -n 2,5p >&2; exit 2; }
build=$(cd "$1" && pwd)
shift
export VBG_UVC_CAMERA=$here/uvc-camera
settings=(-e VBG_UVC_CAMERA -e "VBG_TEST_DATA=${VBG_TEST_DATA:-}" -e "VBG_FAULT_SEED=${VBG_FAULT_SEED:-}"
  -e OMP_WAIT_POLICY=passive -e "LSAN_OPTIONS=suppressions=$here/../support/leaks.txt")

# OpenCV is one of the readers; Debian's is in Debian's Python.
python=python3
"$python" -c 'import cv2' 2>/dev/null || python=/usr/bin/python3

# What there is to run, what takes longest first: a name and the command. Each takes two minutes at most, more where others
# compute; what hangs is ended.
limit=900 # seconds
names=() commands=()
add() {
  names+=("$1")
  commands+=("$(printf '%q ' "${@:2}")")
}
add survive /usr/bin/python3 -B "$here/test_survive.py" "$build/bin/vbg-cam"
add loopback "$python" -B "$here/test_loopback.py" "$build/bin/vbg-cam"
add lasting "$python" -B "$here/test_virtual_camera.py" "$build/bin/vbg-cam"
add end-to-end /usr/bin/python3 -B "$here/test_end_to_end.py" "$build/bin/vbg-cam"
add faults "$build/bin/vbg_test_v4l2" --source-file='*test_faults*'
add program python3 -B "$here/test_camera_program.py" "$build/bin/vbg-cam"
add python /usr/bin/python3 -B "$here/test_python.py" "$build/python"
add vivid "$build/bin/vbg_test_v4l2" --source-file='*test_vivid*'
add webcam "$build/bin/vbg_test_v4l2" --source-file='*test_webcam*'
add c /usr/bin/python3 -B "$here/test_c.py" "$build/bin/vbg_test_v4l2_c"

for name in "$@"; do
  printf '%s\n' "${names[@]}" | grep -qxF -- "$name" || { echo "$name: no such test; there are: ${names[*]}" >&2; exit 2; }
done

# Machines that run, by the process id of their v4l2-vm: the number of what they do.
declare -A running=()
out=$(mktemp -d)
# shellcheck disable=SC2317 # the trap calls it
clean_up() {
  if [ ${#running[@]} -gt 0 ]; then kill "${!running[@]}" 2>/dev/null || true; fi
  wait
  rm -r "$out"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

failed=()
finish_one() { # waits for any of them
  local pid status=0 i
  wait -n -p pid "${!running[@]}" || status=$?
  i=${running[$pid]}
  unset "running[$pid]"
  printf '\n-- %s: %s\n' "${names[i]}" "${commands[i]}"
  cat "$out/$i"
  printf -- '-- %s took %d s\n' "${names[i]}" $((SECONDS - began[i]))
  [ "$status" = 0 ] || failed+=("${names[i]}")
}

at_once=${VBG_V4L2_JOBS:-$(($(nproc) > 1 ? 2 : 1))}
began=()
for i in "${!names[@]}"; do
  if [ $# -gt 0 ] && ! printf '%s\n' "$@" | grep -qxF -- "${names[i]}"; then continue; fi
  [ ${#running[@]} -lt "$at_once" ] || finish_one
  began[i]=$SECONDS
  "$here/v4l2-vm" -t "$limit" "${settings[@]}" -- bash -c "${commands[i]}" >"$out/$i" 2>&1 &
  running[$!]=$i
done
while [ ${#running[@]} -gt 0 ]; do finish_one; done
if [ ${#failed[@]} -gt 0 ]; then
  printf 'FAILED with real drivers: %s\n' "${failed[*]}" >&2
  exit 1
fi
