#!/usr/bin/env bash
# A program and headers of version 0.1's first days, which are never changed, with today's library.
#   frozen.sh FROZEN-FOLDER TODAYS-HEADERS TODAYS-LIBRARY TOMORROWS-LIBRARY
# Tomorrow's library is today's with longer structs. Both must run the program as it is compiled now and as it
# was compiled then.
set -euo pipefail
frozen=$1 headers=$2 today=$(dirname "$3") tomorrow=$(dirname "$4")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
strict=(-std=c11 -pedantic-errors -Wall -Wextra -Wconversion -Werror)

echo "-- a constant keeps its value"
{
  echo "#include <vbg/vbg.h>"
  grep -rhoE 'VBG_[A-Z0-9_]+ *= *[0-9]+' "$frozen/include" | sed -E 's/(VBG_\w+) *= *([0-9]+)/_Static_assert(\1 == \2, "\1");/'
} > "$work/constants.c"
[ "$(wc -l < "$work/constants.c")" -gt 60 ]
gcc "${strict[@]}" -fsyntax-only -I "$headers" "$work/constants.c"

echo "-- compiled with the headers of then"
gcc "${strict[@]}" -O1 -I "$frozen/include" "$frozen/program.c" -L "$today" -lvbg_c -o "$work/from-source"
programs=("$work/from-source")
if [ "$(uname -m)" = x86_64 ]; then
  gcc "$frozen/program.x86_64.s" -L "$today" -lvbg_c -o "$work/compiled-then"
  programs+=("$work/compiled-then")
else
  echo "SKIP: what was compiled then is for x86_64"
fi
for program in "${programs[@]}"; do
  for library in "$today" "$tomorrow"; do
    echo "-- $(basename "$program") with $library"
    LD_LIBRARY_PATH=$library:$today "$program"
  done
done
