#!/usr/bin/env bash
# The ABI that headers declare, by abidiff, against that of headers from before: functions may be added and structs
# may grow below their line "Version 0.1 ends here"; anything else breaks programs that were built before.
#   abi.sh HEADERS-FROM-BEFORE HEADERS
# Each set of headers becomes a library of empty functions with debug information. That the real library exports these
# functions is the business of symbols.sh. Exit code 77 (SKIP) without abidiff.
set -euo pipefail
if ! command -v abidiff >/dev/null; then echo "SKIP: no abidiff here (Debian: abigail-tools)"; exit 77; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

stub() { # HEADERS NAME
  local headers=$work/$2
  cp -r "$1" "$headers"
  find "$headers" -name '*.h' -exec sed -i '/Version 0\.1 ends here/,/^}/{/^}/!d}' {} +  # what came later
  {
    echo "#include <vbg/vbg.h>"
    # Every prototype, and nothing else, carries the attribute.
    gcc -E -P -I "$headers" "$headers/vbg/vbg.h" | tr '\n' ' ' | sed 's/;/;\n/g' |
      grep -o '__attribute__((visibility("default"))).*' | sed 's/;$/ { __builtin_trap(); }/'
  } >"$work/$2.c"
  gcc -std=gnu11 -g -O0 -w -shared -fPIC -I "$headers" "$work/$2.c" -o "$work/$2.so"
  echo "$2: $(nm -D --defined-only "$work/$2.so" | grep -c ' T vbg_') functions"
}
stub "$1" before
stub "$2" now
if ! abidiff --no-added-syms --no-show-locs "$work/before.so" "$work/now.so"; then
  echo "The ABI of $2 is not that of $1; programs built before would break." >&2
  exit 1
fi
