#!/usr/bin/env bash
# Runs inside the clean Debian that run.sh makes: installs the packages with their dependencies and nothing else, and uses each.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive OMP_WAIT_POLICY=passive
say() { echo "   -- $*"; }
get() { apt-get install -y -qq --no-install-recommends "$@" >log 2>&1 || { tail -30 log >&2; exit 1; }; }
apt-get update -qq

say "vbg-cam, with the library"
get ./libvbg0.1_*.deb ./vbg-cam_*.deb
vbg-cam --version
vbg-cam list | grep chroma_key >/dev/null
vbg-model list | grep selfie-general >/dev/null
vbg-cam --source pattern:frames=1,size=320x240 --segmenter constant:value=255 --preset none --sink image:path=/tmp/me.png --quiet
test -s /tmp/me.png
for file in share/man/man1/vbg-cam.1 share/man/man7/vbg-stages.7 share/bash-completion/completions/vbg-cam lib/systemd/user/vbg-cam.service; do
  dpkg -L vbg-cam | grep -x "/usr/$file" >/dev/null || { echo "the package lacks $file" >&2; exit 1; }
done
if [ -e /usr/include/vbg ]; then echo "headers came with the program" >&2; exit 1; fi

if ls ./python3-vbg_*.deb >/dev/null 2>&1; then
  say "python3-vbg"
  get ./python3-vbg_*.deb
  (cd / && python3 - <<'PYTHON'
import numpy, vbg
assert vbg.__file__.startswith("/usr/lib/python3/dist-packages/vbg/"), vbg.__file__
frame = numpy.zeros((48, 64, 3), numpy.uint8)
frame[:, :32] = 0, 255, 0
matte = numpy.asarray(vbg.segmenter("chroma_key")(frame))
assert matte.shape == (48, 64) and matte[0, 0] == 0 and matte[0, 63] == 255, matte
PYTHON
  )
fi

say "libvbg-dev: C and C++ by pkg-config, CMake"
get ./libvbg-dev_*.deb gcc g++ libc6-dev cmake ninja-build pkg-config
strict=(-Wall -Wextra -pedantic-errors -Werror)
# shellcheck disable=SC2046  # several words on purpose
gcc -std=c11 "${strict[@]}" minimal.c $(pkg-config --cflags --libs vbg-c) -o /tmp/minimal_c
# shellcheck disable=SC2046
g++ -std=c++20 "${strict[@]}" minimal.cpp $(pkg-config --cflags --libs vbg) -o /tmp/minimal
for program in minimal_c minimal; do
  VBG_SEGMENTER=chroma_key /tmp/$program /tmp/me.png /tmp/$program.png
done
cmp /tmp/minimal.png /tmp/minimal_c.png
cmake -S consumer -B /tmp/consumer -G Ninja >/dev/null
cmake --build /tmp/consumer >/dev/null
/tmp/consumer/consumer
cmake -S consumer/c -B /tmp/consumer_c -G Ninja >/dev/null
cmake --build /tmp/consumer_c >/dev/null
/tmp/consumer_c/consumer_c

say "removed, they leave nothing"
mapfile -t ours < <(dpkg-query -W -f '${Package}\n' '*vbg*')
dpkg --purge "${ours[@]}" >/dev/null
left=$(find /usr /etc -name '*vbg*' -not -name '*vbgr*' -not -path '*/__pycache__/*')
if [ -n "$left" ]; then echo "left behind: $left" >&2; exit 1; fi
