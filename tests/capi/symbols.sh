#!/usr/bin/env bash
# libvbg_c exports exactly the names in the list. A name is never taken away; new ones are added to the list.
#   symbols.sh LIBRARY LIST
set -euo pipefail
library=$1 list=$2
exported=$(nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | LC_ALL=C sort)
wanted=$(grep -v '^#' "$list")
if ! diff -u --label "capi/vbg_c.symbols" --label "$(basename "$library")" <(echo "$wanted") <(echo "$exported"); then
  echo "The exported names are not those of capi/vbg_c.symbols. A new function is added to that list (in order);" >&2
  echo "one that is gone breaks programs built before: put it back." >&2
  exit 1
fi
echo "$(echo "$exported" | wc -l) names, as listed"
