#!/usr/bin/env bash
# Builds and runs one of examples/languages against an installed library, and compares what it made with vbg-cam.
#   language.sh PREFIX SOURCE-FOLDER c|python|rust|go|java|node
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

run=()
case $language in
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
    echo "language.sh: '$language' is none; wanted c, python, rust, go, java or node" >&2
    exit 2 ;;
esac

compare() { # SPEC PICTURE
  "${run[@]}" "$2" "$work/a room, with a comma.png" "$work/out.png" "$1"
  "$prefix/bin/vbg-cam" --quiet --preset none --source "image:path=$2" --segmenter "$1" \
    --background "image:fit=cover,path='$work/a room, with a comma.png'" --sink "image:path=$work/wanted.png"
  cmp "$work/out.png" "$work/wanted.png"
}

cam=("$prefix/bin/vbg-cam" --quiet --preset none --segmenter constant:value=255)
"${cam[@]}" --source pattern:frames=1,size=322x241 --sink "image:path=$work/me.png"
"${cam[@]}" --source pattern:frames=1,size=400x200 --foreground grayscale --sink "image:path='$work/a room, with a comma.png'"
compare "chroma_key" "$work/me.png"
compare "constant:value=77" "$work/me.png"

# What fails says why, and ends with 1.
if "${run[@]}" "$work/none.png" "$work/me.png" "$work/out.png" chroma_key 2>"$work/error"; then exit 1; fi
grep -q "none.png" "$work/error"
if "${run[@]}" "$work/me.png" "$work/me.png" "$work/out.png" no_such_segmenter 2>"$work/error"; then exit 1; fi
grep -q "no_such_segmenter" "$work/error"

models=${VBG_TEST_DATA:-}/models portrait=${VBG_TEST_DATA:-}/goldens/bodypix/inputs/astronaut_512.png
if [ -d "$models" ] && [ -e "$portrait" ]; then
  export VBG_MODEL_DIR=$prefix/models
  "$prefix/bin/vbg-model" fetch selfie-general --from "$models" >/dev/null 2>&1
  compare "selfie" "$portrait"
else
  echo "SKIP: the network, for no $models and $portrait (set VBG_TEST_DATA)"
fi
