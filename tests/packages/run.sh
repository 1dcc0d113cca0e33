#!/usr/bin/env bash
# Builds the Debian packages, installs them in a clean Debian 12, and uses them there as a stranger would.
# Needs mmdebstrap and a Debian mirror. Leaves the packages in build-packages/packages, and nothing else.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
cd "$root"
say() { echo "-- $*"; }

say "build the packages"
cmake --preset packages >/dev/null
cmake --build --preset packages
rm -rf build-packages/packages
(cd build-packages && cpack >/dev/null)
ls build-packages/packages/*.deb

say "each says what it is"
for deb in build-packages/packages/*.deb; do
  dpkg-deb -f "$deb" Depends | grep -q . || { echo "$deb depends on nothing" >&2; exit 1; }
  dpkg-deb -f "$deb" Description | sed -n 2p | grep -q . || { echo "$deb has no description" >&2; exit 1; }
  dpkg-deb -c "$deb" | grep "/usr/share/doc/$(dpkg-deb -f "$deb" Package)/copyright$" >/dev/null || { echo "$deb has no licence" >&2; exit 1; }
done

say "install them in a clean Debian 12, and use them"
mkdir -p build-packages/try
cp build-packages/packages/*.deb examples/minimal.{c,cpp} "$here/use.sh" build-packages/try/
cp -r tests/consumer build-packages/try/
trap 'rm -rf "$root/build-packages/try"' EXIT
# shellcheck disable=SC2016  # "$1" is mmdebstrap's: the new root
mmdebstrap --quiet --variant=apt --format=null \
  --customize-hook='copy-in build-packages/try /opt' \
  --customize-hook='chroot "$1" bash /opt/try/use.sh' \
  bookworm
say "packages: good"
