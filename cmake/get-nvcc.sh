#!/usr/bin/env bash
# Prints the path of a CUDA compiler: the installed one ($CUDACXX, nvcc, /usr/local/cuda), or else CUDA 13.0's, put together from
# NVIDIA's Python wheels (105 MB) in ~/.cache/vbg. Fails, and says why, where neither can be had.
#   CUDACXX=$(cmake/get-nvcc.sh) cmake --preset release -D VBG_CUDA=ON
set -euo pipefail

for nvcc in "${CUDACXX:-}" "$(command -v nvcc || true)" /usr/local/cuda/bin/nvcc; do
  if [ -n "$nvcc" ] && [ -x "$nvcc" ]; then
    echo "$nvcc"
    exit 0
  fi
done

if [ "$(uname -m)" != x86_64 ]; then
  echo "No CUDA compiler (nvcc) is installed, and only that for x86-64 is fetched" >&2
  exit 1
fi
folder=${XDG_CACHE_HOME:-$HOME/.cache}/vbg/cuda-13.0
cuda=nvidia/cu13
if [ ! -x "$folder/$cuda/bin/nvcc" ]; then
  rm -rf "$folder" "$folder.new"
  mkdir -p "$folder.new"
  if ! python3 -m pip download --quiet --no-deps --only-binary=:all: --python-version 3.11 --platform manylinux_2_17_x86_64 \
    --platform manylinux2014_x86_64 --platform manylinux2010_x86_64 --dest "$folder.new" nvidia-cuda-nvcc==13.0.88 \
    nvidia-cuda-crt==13.0.88 nvidia-nvvm==13.0.88 nvidia-cuda-runtime==13.0.96 nvidia-cuda-cccl==13.0.85 >&2; then
    echo "No CUDA compiler (nvcc) is installed, and its wheels cannot be downloaded from here (see pip's words above)" >&2
    exit 1
  fi
  for wheel in "$folder.new"/*.whl; do python3 -m zipfile -e "$wheel" "$folder.new"; rm "$wheel"; done
  chmod -R +x "$folder.new/$cuda/bin" "$folder.new/$cuda/nvvm/bin"
  ln -s lib "$folder.new/$cuda/lib64"                               # where nvcc looks
  ln -s libcudart.so.13 "$folder.new/$cuda/lib/libcudart.so"        # what CMake looks for
  mv "$folder.new" "$folder"
fi
echo "$folder/$cuda/bin/nvcc"
