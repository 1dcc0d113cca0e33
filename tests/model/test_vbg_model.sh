#!/usr/bin/env bash
# vbg-model as a user meets it: exit codes, what is printed where, stopping and going on, full disks, no permission.
#   test_vbg_model.sh VBG_MODEL SOURCE_FOLDER
set -uo pipefail
tool=$1 source=$2
work=$(mktemp -d)
server=
# shellcheck disable=SC2317  # called by the trap
finish() {
  [ -z "$server" ] || kill "$server" 2>/dev/null
  umount "$work/tiny" 2>/dev/null
  rm -rf "$work"
}
trap finish EXIT
export VBG_MODEL_DIR=$work/models no_proxy=127.0.0.1
unset VBG_MODEL_PATH
failures=0

fail() { echo "FAILED: $*"; failures=$((failures + 1)); }
# run WANTED_CODE ARGUMENT...: runs the tool; its outputs are in $work/out and $work/err.
run() {
  local wanted=$1 code
  shift
  "$tool" "$@" >"$work/out" 2>"$work/err"
  code=$?
  [ $code = "$wanted" ] || fail "vbg-model $*: exit code $code, wanted $wanted: $(cat "$work/err")"
}
says() { grep -qF -- "$2" "$work/$1" || fail "'$2' is not in $1: $(head -c 2000 "$work/$1")"; }
silent() { [ ! -s "$work/$1" ] || fail "something in $1: $(head -c 500 "$work/$1")"; }

# --- use ---------------------------------------------------------------------------------------------------
run 0 --help
for word in list fetch convert inspect verify 130 VBG_MODEL_DIR; do says out "$word"; done
silent err
run 0 fetch --help
for word in NAME --from --into --force --allow-unpinned --javascript-dilation --timeout; do says out "$word"; done
for command in list convert inspect verify; do run 0 $command --help; done
run 0 --version
says out 0.
for wrong in "" dance "fetch" "convert one" "fetch selfie-general --timeout 0" "list --dance" inspect verify; do
  # shellcheck disable=SC2086
  run 2 $wrong
  silent out
done

# --- list --------------------------------------------------------------------------------------------------
run 0 list
for name in bodypix-mobilenet-100-8-float bodypix-mobilenet-075-16-quant2 bodypix-resnet50-32-quant1 selfie-landscape; do
  says out $name
done
silent err
run 0 list bodypix-mobilenet-075-16
for word in https:// Apache-2.0 group1-shard1of1.bin sha256: "stride 32" "2598784 bytes"; do says out "$word"; done
run 1 list bodypix-mobilenet-75-16
says err "did you mean 'bodypix-mobilenet-075-16"
silent out

# --- errors that need no files -----------------------------------------------------------------------------
run 1 fetch no-such
says err "no-such"
run 1 fetch selfie-general --from "$work/nowhere"
says err "$work/nowhere"
run 1 fetch selfie-general --from http://127.0.0.1:1/ --timeout 2
says err "127.0.0.1:1"
says err "--from FOLDER"
run 1 fetch bodypix-resnet50-32 --from "$work"
says err "--allow-unpinned"
run 1 verify selfie-general
says err "vbg-model fetch selfie-general"
run 1 inspect "$work/none.pt"
says err "none.pt"
echo '{}' >"$work/empty.json"
run 1 convert "$work/empty.json" "$work/empty.pt"
says err "empty.json"
[ ! -e "$work/empty.pt" ] || fail "empty.pt was made of nothing"
[ ! -e "$VBG_MODEL_DIR" ] || [ -z "$(ls -A "$VBG_MODEL_DIR")" ] || fail "leftovers: $(find "$VBG_MODEL_DIR")"

real=$(cd "${VBG_TEST_DATA:-$source/../shared}/models" 2>/dev/null && pwd)
if [ -z "$real" ]; then
  echo "SKIP: the rest needs real model files (set VBG_TEST_DATA)"
  exit $((failures > 0))
fi

# --- fetch, inspect, verify, convert -----------------------------------------------------------------------
run 0 fetch bodypix-mobilenet-075-16 selfie-general --from "$real"
says out "$VBG_MODEL_DIR/bodypix-mobilenet-075-16-quant2.pt"
says out "$VBG_MODEL_DIR/selfie-general.pt"
says err "getting group1-shard1of1.bin"
grep -q $'\r' "$work/err" && fail "a progress bar where there is no terminal"
run 0 -q fetch selfie-general --from "$real" --force
silent err
run 0 list
says out "* selfie-general"
run 0 inspect selfie-general
says out "Apache-2.0"
says out 8d13b7fae74af625c641226813616a2117bd6bca19eb3b75574621fc08557f27
for model in bodypix-mobilenet-075-16 "$VBG_MODEL_DIR/selfie-general.pt"; do
  run 0 verify "$model"
  says out "grey picture"
  [ "$(tail -n 1 "$work/out")" = ok ] || fail "verify $model did not end with ok"
done
run 0 convert "$real/tflite/selfie_segmentation.tflite" "$work/mine.pt" --name mine --licence Apache-2.0
run 0 inspect "$work/mine.pt"
says out mine
run 0 verify "$work/mine.pt"
run 0 inspect "$real/tflite/selfie_segmentation.tflite"
run 1 convert "$work/mine.pt" "$work/again.pt"
says err mine.pt

head -c 100000 "$work/mine.pt" >"$work/short.pt"
run 1 verify "$work/short.pt"
[ "$(tail -n 1 "$work/out")" = "NOT OK" ] || fail "verify of a cut-off file did not end with NOT OK"
says out short.pt
head -c 100000 "$real/tflite/selfie_segmentation.tflite" >"$work/short.tflite"
run 1 convert "$work/short.tflite" "$work/short2.pt"
run 1 fetch selfie-landscape --from "$work/short.tflite"
says err "wrong checksum"
[ ! -e "$work/short2.pt" ] || fail "a model was made of a cut-off file"
[ ! -e "$VBG_MODEL_DIR/selfie-landscape.pt" ] || fail "a model was made of a wrong file"

# --- the script that looks everywhere: with all models here it needs nothing -------------------------------
run 0 -q fetch selfie-landscape --from "$real"
VBG_MODEL=$tool "$source/examples/vbg-model/get-selfie.sh" 2>"$work/err" || fail "get-selfie.sh: $(cat "$work/err")"
says err "here"

# --- a full disk -------------------------------------------------------------------------------------------
mkdir "$work/tiny"
if mount -t tmpfs -o size=300k none "$work/tiny" 2>/dev/null; then
  run 1 fetch selfie-general --from "$real" --into "$work/tiny"
  umount "$work/tiny"
else
  echo "note: no small disk could be mounted; a limit on file sizes stands for it"
  (ulimit -f 300 && "$tool" fetch selfie-general --from "$real" --into "$work/tiny" >"$work/out" 2>"$work/err")
  [ $? = 1 ] || fail "no error on a full disk"
  [ ! -e "$work/tiny/selfie-general.pt" ] || fail "a model on a full disk"
fi
says err "selfie"
grep -qE "room|space|large" "$work/err" || fail "no word of a full disk: $(cat "$work/err")"

# --- no permission to write --------------------------------------------------------------------------------
mkdir "$work/locked"
chmod 555 "$work/locked"
chmod 755 "$work"
if [ "$(id -u)" != 0 ]; then
  run 1 fetch selfie-general --from "$real" --into "$work/locked/in"
  says err "--into"
elif command -v setpriv >/dev/null && setpriv --reuid 65534 --clear-groups test -x "$tool" -a -r "$real/tflite"; then
  setpriv --reuid 65534 --clear-groups "$tool" fetch selfie-general --from "$real" --into "$work/locked/in" \
    >"$work/out" 2>"$work/err"
  [ $? = 1 ] || fail "no error where writing is not allowed"
  says err "Permission denied"
  says err "--into"
else
  echo "SKIP: permissions do not bind root, and no other user can run the test"
fi

# --- Ctrl-C, and going on ----------------------------------------------------------------------------------
if ! command -v python3 >/dev/null; then
  echo "SKIP: no python3 to run the test's server with"
  exit $((failures > 0))
fi
mkfifo "$work/stdin"
python3 "$source/tests/support/bad_server.py" "$real/tflite" <"$work/stdin" >"$work/port" &
server=$!
exec 9>"$work/stdin"
for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.1; done
port=$(cat "$work/port")
part=$work/stopped/.fetch/selfie-general/selfie_segmentation.tflite.part
"$tool" fetch selfie-general --into "$work/stopped" --from "http://127.0.0.1:$port/slow/" >"$work/out" 2>"$work/err" &
child=$!
for _ in $(seq 100); do [ -s "$part" ] && break; sleep 0.1; done
kill -TERM $child  # a background job ignores Ctrl-C itself
wait $child
code=$?
[ $code = 130 ] || fail "stopped: exit code $code, wanted 130: $(cat "$work/err")"
says err "cancelled"
[ -s "$part" ] || fail "nothing was kept for going on"
[ ! -e "$work/stopped/selfie-general.pt" ] || fail "a model of half a file"
run 0 fetch selfie-general --into "$work/stopped" --from "http://127.0.0.1:$port/good/"
[ "$(ls -A "$work/stopped")" = selfie-general.pt ] || fail "leftovers: $(find "$work/stopped")"
python3 - "$port" <<'PY' || fail "the second run did not ask for the rest only"
import json, sys, urllib.request
with urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/log/") as answer:
    path, asked = json.load(answer)[-1]
sys.exit(not (path == "/good/selfie_segmentation.tflite" and asked.startswith("bytes=")))
PY

[ $failures = 0 ] && echo "all as it should be"
exit $((failures > 0))
