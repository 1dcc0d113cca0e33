#!/usr/bin/env bash
# Everything that needs a GPU, with one command and in about ten minutes: builds, runs the tests of kernels and pipelines on the
# GPU, and measures. Leaves gpu-results.json and gpu-results.txt in the folder it is called from.
#
#   benchmarks/bench_cuda/run.sh [CMAKE-OPTION...]    builds here: needs nvcc, a LibTorch with CUDA (-D CMAKE_PREFIX_PATH=...) and
#                                                     what CONTRIBUTING.md names
#   benchmarks/bench_cuda/run.sh --bundle BUILD DIR   makes of a build with VBG_CUDA=ON a folder for a machine that has a GPU and
#                                                     LibTorch but no compiler's libraries; DIR/run.sh does the rest there
#
# VBG_TORCH_LIB: folder of LibTorch's libraries, where they are not found by themselves (a Python wheel's torch/lib).
# VBG_TEST_DATA: folder with the networks and pictures; without it a pipeline is measured without a network.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tests=(vbg_test_cuda vbg_test_core vbg_test_mask vbg_test_effect vbg_test_composite vbg_test_segment_network
  vbg_test_pipeline)

# Some of the data's pictures, as bench_cuda reads them.
pictures() {
  mkdir -p "$1"
  find "$VBG_TEST_DATA/media" -name '*.jpg' -o -name '*.png' | sort | awk 'NR % 8 == 1' | head -16 | while read -r picture; do
    python3 -c 'import cv2, sys; cv2.imwrite(sys.argv[2], cv2.imread(sys.argv[1]))' "$picture" \
      "$1/$(basename "$(dirname "$picture")")-$(basename "${picture%.*}").ppm"
  done
}

bundle() {
  local build=$1 out=$2 program library
  mkdir -p "$out/bin" "$out/lib"
  for program in bench_cuda vbg-model "${tests[@]}"; do
    cp "$build/bin/$program" "$out/bin/"
    strip "$out/bin/$program"
  done
  # All shared libraries but the C library's, LibTorch's and CUDA's, which are the other machine's own.
  ldd "$out"/bin/* "$build"/libvbg.so.* | awk '/=> \//{print $3}' | sort -u |
    grep -v -e '/libc\.so' -e '/libm\.so' -e '/ld-linux' -e '/libpthread' -e '/libdl\.' -e '/librt\.' -e torch -e '/libc10' -e cuda -e '/libcu' \
      -e '/libnv' -e libgomp | while read -r library; do cp -L "$library" "$out/lib/"; done
  cp "$here/run.sh" "$out/"
  if [ -n "${VBG_TEST_DATA:-}" ]; then
    "$build/bin/vbg-model" fetch bodypix-mobilenet-075-16 --from "$VBG_TEST_DATA/models" --into "$out"
    pictures "$out/pictures"
  fi
  du -sh "$out"
}

measure() {
  local bin=$1 program model
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv
  export VBG_DEVICE=cuda:0
  for program in "${tests[@]}"; do
    echo "== $program"
    "$bin/$program" --minimal
  done
  unset VBG_DEVICE
  model=$(find . "$bin/.." -maxdepth 1 -name 'bodypix*.pt' 2>/dev/null | head -1)
  "$bin/bench_cuda" ${model:+--segmenter "bodypix:model=$model"} --pictures "$bin/../pictures" --json gpu-results.json | tee gpu-results.txt
  echo "== pipelines, without CUDA graphs for whole frames" | tee -a gpu-results.txt
  VBG_GRAPHS=off "$bin/bench_cuda" ${model:+--segmenter "bodypix:model=$model"} pipelines | tee -a gpu-results.txt
}

if [ "${1:-}" = --bundle ]; then
  bundle "$2" "$3"
elif [ -d "$here/bin" ]; then
  lib=${VBG_TORCH_LIB:-$(python3 -c 'import os, torch; print(os.path.dirname(torch.__file__) + "/lib")')}
  export LD_LIBRARY_PATH=$lib:$here/lib:${LD_LIBRARY_PATH:-}
  measure "$here/bin"
else
  cmake -S "$here/../.." -B build-gpu -G Ninja -D CMAKE_BUILD_TYPE=Release -D VBG_CUDA=ON -D VBG_CUDA_ARCHITECTURES=native \
    -D VBG_BENCHMARKS=ON "$@"
  cmake --build build-gpu --target bench_cuda vbg-model "${tests[@]}"
  if [ -n "${VBG_TEST_DATA:-}" ]; then
    build-gpu/bin/vbg-model fetch bodypix-mobilenet-075-16 --from "$VBG_TEST_DATA/models" --into build-gpu
    pictures build-gpu/pictures
  fi
  [ -z "${VBG_TORCH_LIB:-}" ] || export LD_LIBRARY_PATH=$VBG_TORCH_LIB:${LD_LIBRARY_PATH:-}
  measure build-gpu/bin
fi
