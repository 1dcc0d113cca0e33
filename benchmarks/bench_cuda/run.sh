#!/usr/bin/env bash
# Everything that needs a GPU, with one command and in about ten minutes (without the build): measures, and runs the tests of kernels
# and pipelines on the GPU. Leaves gpu-results.json and gpu-results.txt in the folder it is called from. What fails is said at the
# end, and the rest is done all the same.
#
#   benchmarks/bench_cuda/run.sh [CMAKE-OPTION...]    builds here: needs nvcc, what cmake/install-dependencies.sh installs, and a
#                                                     LibTorch with CUDA (-D VBG_TORCH_ROOT=.../torch -D VBG_TORCH_CUDA=ON)
#   benchmarks/bench_cuda/run.sh --bundle BUILD DIR   makes of a build with VBG_CUDA=ON and VBG_TORCH_CUDA=ON a folder for a machine
#                                                     that has a GPU and LibTorch but nothing to build with; DIR/run.sh does the
#                                                     rest there. Built with VBG_MEDIA, VBG_PREVIEW, VBG_PIPEWIRE and VBG_FETCH
#                                                     OFF it needs a fifth of the libraries.
#
# VBG_TORCH_LIB: folder of LibTorch's libraries, where they are not found by themselves (a Python wheel's torch/lib).
# VBG_TEST_DATA: folder with the networks and pictures; without it a pipeline is measured without a network.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tests=(vbg_test_cuda vbg_test_core vbg_test_mask vbg_test_effect vbg_test_composite vbg_test_segment_network
  vbg_test_pipeline)

# Some of the films' pictures, as bench_cuda reads them.
pictures() {
  local python=python3
  "$python" -c 'import cv2' 2>/dev/null || python=/usr/bin/python3 # OpenCV is in Debian's Python
  mkdir -p "$1"
  find "$VBG_TEST_DATA/media" -path '*/frames/*.jpg' | sort | awk 'NR % 18 == 1' | head -16 | while read -r picture; do
    "$python" -c 'import cv2, sys; cv2.imwrite(sys.argv[2], cv2.imread(sys.argv[1]))' "$picture" \
      "$1/$(basename "${picture%/frames/*}")-$(basename "${picture%.*}").ppm"
  done
}

# What the other machine has of its own: the C library, LibTorch's libraries and CUDA's.
theirs='(/|^\s*)(libc|libm|ld-linux[^/]*|linux-vdso|libpthread|libdl|librt|libgomp|libtorch[^/]*|libc10[^/]*|libcuda|libcudart|libcublas(Lt)?|libcudnn[^/]*|libcufft'
theirs+='|libcufile|libcupti|libcurand|libcusparse(Lt)?|libcusolver|libnccl|libnvJitLink|libnvshmem[^/]*|libnvrtc[^/]*|libnvToolsExt)\.so'

bundle() {
  local build=$1 out=$2 program library missing
  mkdir -p "$out/bin" "$out/lib"
  for program in bench_cuda vbg-model "${tests[@]}"; do
    cp "$build/bin/$program" "$out/bin/"
    strip "$out/bin/$program"
  done
  ldd "$out"/bin/* "$build"/lib/libvbg.so | awk '/=> \//{print $3}' | sort -u | grep -vE "$theirs" |
    while read -r library; do cp -L "$library" "$out/lib/"; done
  missing=$(LD_LIBRARY_PATH=$out/lib:${LD_LIBRARY_PATH:-} ldd "$out"/bin/* | grep -F '=>' | grep -vF "=> $out/lib/" | grep -vE "$theirs" || true)
  [ -z "$missing" ] || { printf 'the bundle lacks\n%s\n' "$missing" >&2; return 1; }
  cp "$here/run.sh" "$out/"
  if [ -n "${VBG_TEST_DATA:-}" ]; then
    "$build/bin/vbg-model" fetch bodypix-mobilenet-075-16 --from "$VBG_TEST_DATA/models" --into "$out"
    pictures "$out/pictures"
  fi
  du -sh "$out"
}

failed=()
# attempt SECONDS NAME COMMAND...: whatever becomes of it, the next one has its turn.
attempt() {
  local seconds=$1 name=$2 status=0
  echo "== $name"
  timeout "$seconds" "${@:3}" || status=$?
  [ "$status" = 0 ] || failed+=("$name ($status)")
}

measure() {
  local bin=$1 program model network=()
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv
  model=$(find . "$bin/.." -maxdepth 1 -name 'bodypix*.pt' 2>/dev/null | head -1)
  [ -z "$model" ] || network=(--segmenter "bodypix:model=$model")
  # The numbers first: nothing that is wrong is timed, and there may be no time left behind the tests.
  attempt 240 "measurements" "$bin/bench_cuda" "${network[@]}" --pictures "$bin/../pictures" --json gpu-results.json
  attempt 30 "pipelines, without CUDA graphs for whole frames" env VBG_GRAPHS=off "$bin/bench_cuda" "${network[@]}" pipelines
  for program in "${tests[@]}"; do
    attempt 60 "$program" env VBG_DEVICE=cuda:0 "$bin/$program" --minimal
  done
  if [ ${#failed[@]} -gt 0 ]; then
    printf 'FAILED on the GPU: %s\n' "${failed[*]}"
    return 1
  fi
}

if [ "${1:-}" = --bundle ]; then
  bundle "$2" "$3"
elif [ -d "$here/bin" ]; then
  lib=${VBG_TORCH_LIB:-$(python3 -c 'import os, torch; print(os.path.dirname(torch.__file__) + "/lib")')}
  export LD_LIBRARY_PATH=$lib:$here/lib:${LD_LIBRARY_PATH:-}
  measure "$here/bin" | tee gpu-results.txt
else
  cmake -S "$here/../.." -B build-gpu -G Ninja -D CMAKE_BUILD_TYPE=Release -D VBG_CUDA=ON -D VBG_CUDA_ARCHITECTURES=native \
    -D VBG_BENCHMARKS=ON "$@"
  cmake --build build-gpu --target bench_cuda vbg-model "${tests[@]}"
  if [ -n "${VBG_TEST_DATA:-}" ]; then
    build-gpu/bin/vbg-model fetch bodypix-mobilenet-075-16 --from "$VBG_TEST_DATA/models" --into build-gpu
    pictures build-gpu/pictures
  fi
  [ -z "${VBG_TORCH_LIB:-}" ] || export LD_LIBRARY_PATH=$VBG_TORCH_LIB:${LD_LIBRARY_PATH:-}
  measure build-gpu/bin | tee gpu-results.txt
fi
