#!/usr/bin/env bash
# Installs what libvbg is built from, on Debian 12. Does nothing where all of it is there already.
#   cmake/install-dependencies.sh            to build the library, its programs and its tests
#   cmake/install-dependencies.sh --cuda     and a CUDA compiler, where none is installed (cmake/get-nvcc.sh)
#   cmake/install-dependencies.sh --checks   also clang, clang-format, clang-tidy and PipeWire, for every check of .ci/run
set -euo pipefail

packages=(
  build-essential cmake ninja-build ccache pkg-config git ca-certificates
  libtorch-dev libopenblas0-pthread              # networks; the reference BLAS is some twenty times slower
  libdnnl-dev                                    # the headers of LibTorch's oneDNN: convolution and clamp in one step
  libopencv-dev                                  # picture and film files, reference filters
  libyuv-dev libhwy-dev libfmt-dev               # pixel formats, SIMD, text
  libjpeg62-turbo-dev                            # Motion-JPEG cameras (libjpeg-turbo)
  libxcb1-dev                                    # the preview window
  nlohmann-json3-dev libtomlplusplus-dev libcli11-dev
  libflatbuffers-dev flatbuffers-compiler libcurl4-openssl-dev libssl-dev   # model files
  libpipewire-0.3-dev                            # a camera in PipeWire
  doctest-dev libbenchmark-dev
  python3-dev pybind11-dev                       # the Python package
  python3-pytest python3-hypothesis mypy         # its tests
  python3 python3-numpy python3-opencv python3-pip   # the 2020 script as reference; getting model files
)
if [ "${1:-}" = --checks ]; then
  packages+=(clang-14 libclang-rt-14-dev clang-format-14 clang-tidy-14 shellcheck)
  packages+=(mmdebstrap doxygen mandoc zsh fish)   # a clean Debian; the reference, man pages and completion
  packages+=(xvfb)   # a screen for the preview window
  packages+=(python3-torch python3-venv)   # the Python package beside torch, and in a virtual environment
  packages+=(v4l-utils ffmpeg udev systemd flex bison bc bzip2 xz-utils procps)   # tests/v4l2: real drivers in a machine of their own
  packages+=(abigail-tools libjna-java)   # the C API: its ABI, and other languages, where they are not here already
  command -v rustc >/dev/null || packages+=(rustc)
  command -v go >/dev/null || packages+=(golang-go)
  command -v javac >/dev/null || packages+=(default-jdk-headless)
  # a PipeWire session and a reader to try the camera with
  packages+=(pipewire wireplumber dbus gstreamer1.0-pipewire gstreamer1.0-plugins-base gstreamer1.0-plugins-good
    gstreamer1.0-tools)
fi

if [ "${1:-}" = --cuda ]; then
  echo "The CUDA compiler: $("$(dirname "${BASH_SOURCE[0]}")/get-nvcc.sh")"
fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}
if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
  echo "These packages are missing, and neither root nor sudo is at hand to install them:" "${missing[@]}" >&2
  exit 1
fi
echo "Installing ${#missing[@]} packages: ${missing[*]}"
as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
