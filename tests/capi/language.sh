#!/usr/bin/env bash
# Builds and runs one of examples/languages against an installed library, and compares what it made with vbg-cam.
#   language.sh PREFIX SOURCE-FOLDER c|python|rust|go|java|node|prepare
# 'prepare' comes first: it makes the pictures, and what vbg-cam makes of them, in PREFIX/pictures.
# Exit code 77 (SKIP) where the language's tools are missing.
set -euo pipefail
prefix=$1 examples=$2/examples/languages language=$3
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT  # Go writes its cache read-only
lib=$(dirname "$(find "$prefix" -name libvbg_c.so -print -quit)")
export LD_LIBRARY_PATH=$lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} PKG_CONFIG_PATH=$lib/pkgconfig
need() {
  if ! command -v "$1" >/dev/null; then
    echo "SKIP: no $1 here${2:+ ($2)}"
    exit 77
  fi
}

pictures=$prefix/pictures room="$prefix/pictures/a room, with a comma.png" me=$prefix/pictures/me.png
models=${VBG_TEST_DATA:-}/models portrait=${VBG_TEST_DATA:-}/goldens/bodypix/inputs/astronaut_512.png
export VBG_MODEL_DIR=$prefix/models
cases=("chroma_key $me" "constant:value=77 $me")
if [ -d "$models" ] && [ -e "$portrait" ]; then
  cases+=("selfie $portrait")
else
  echo "SKIP: the network, for no $models and $portrait (set VBG_TEST_DATA)"
fi

prepare() {
  mkdir -p "$pictures"
  local cam=("$prefix/bin/vbg-cam" --quiet --preset none) one segmenter
  "${cam[@]}" --segmenter constant:value=255 --source pattern:frames=1,size=322x241 --sink "image:path=$me"
  "${cam[@]}" --segmenter constant:value=255 --source pattern:frames=1,size=400x200 --foreground grayscale \
    --sink "image:path='$room'"
  if [ ${#cases[@]} = 3 ]; then
    "$prefix/bin/vbg-model" fetch selfie-general --from "$models" >/dev/null 2>&1
  fi
  for one in "${cases[@]}"; do
    segmenter=${one%% *}
    "${cam[@]}" --segmenter "$segmenter" --source "image:path=${one#* }" --background "image:fit=cover,path='$room'" \
      --sink "image:path=$pictures/wanted-${segmenter%%:*}.png"
  done
}

run=()
case $language in
  prepare)
    prepare
    exit ;;
  c)
    read -ra flags <<<"$(pkg-config --cflags --libs vbg-c)"
    gcc -std=c11 -pedantic-errors -Wall -Wextra -Wconversion -Werror "$examples/picture.c" "${flags[@]}" -o "$work/picture"
    run=("$work/picture") ;;
  python)
    run=(/usr/bin/python3 "$examples/picture.py") ;;
  rust)
    need rustc "Debian: rustc"
    if ! rustc --version >/dev/null 2>&1; then echo "SKIP: rustc does not run: $(rustc --version 2>&1 | head -1)"; exit 77; fi
    rustc -O -D warnings "$examples/picture.rs" -L "$lib" -o "$work/picture"
    run=("$work/picture") ;;
  go)
    need go "Debian: golang-go"
    export GOCACHE=$work/cache GOPATH=$work/go GOFLAGS=-mod=mod GOTOOLCHAIN=local
    cp -r "$examples/go" "$work/src"
    (cd "$work/src" && go vet ./... && go build -o "$work/picture" .)
    run=("$work/picture") ;;
  java)
    need java "Debian: default-jdk-headless"
    need javac "Debian: default-jdk-headless"
    jar=/usr/share/java/jna.jar
    if [ ! -e "$jar" ]; then echo "SKIP: no $jar (Debian: libjna-java)"; exit 77; fi
    javac -Xlint:all -Werror -cp "$jar" -d "$work/classes" "$examples/Picture.java"
    run=(java -Djna.library.path="$lib" -cp "$jar:$work/classes" Picture) ;;
  node)
    need node "Debian: nodejs"
    modules=${VBG_NODE_MODULES:-}
    if [ ! -e "$modules/node_modules/koffi" ]; then
      echo "SKIP: no koffi; set VBG_NODE_MODULES to a folder where 'npm install koffi' was run"
      exit 77
    fi
    cd "$modules"  # where it looks for the package
    run=(node "$examples/picture.mjs") ;;
  *)
    echo "language.sh: '$language' is none; wanted c, python, rust, go, java, node or prepare" >&2
    exit 2 ;;
esac

for one in "${cases[@]}"; do
  segmenter=${one%% *}
  "${run[@]}" "${one#* }" "$room" "$work/out.png" "$segmenter"
  cmp "$work/out.png" "$pictures/wanted-${segmenter%%:*}.png"
done

# What fails says why, and ends with 1.
if "${run[@]}" "$work/none.png" "$me" "$work/out.png" chroma_key 2>"$work/error"; then exit 1; fi
grep -q "none.png" "$work/error"
if "${run[@]}" "$me" "$me" "$work/out.png" no_such_segmenter 2>"$work/error"; then exit 1; fi
grep -q "no_such_segmenter" "$work/error"
