#!/bin/sh
# Compiles the probe with g++ and clang++ at several levels of optimisation, runs it, and prints a Markdown table
# (form x compiler). Compilers: CXX_GNU (default g++) and CXX_CLANG (default clang++); a missing one is left out.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gnu=${CXX_GNU:-g++}
clang=${CXX_CLANG:-clang++}

names=
for config in "$gnu -O0" "$gnu -O1" "$gnu -O2" "$clang -O0" "$clang -O2"; do
  compiler=${config% *}
  command -v "$compiler" >/dev/null 2>&1 || continue
  name=$(echo "$config" | tr -c 'A-Za-z0-9\n' '_')
  # shellcheck disable=SC2086
  $config -std=c++20 "$here"/*.cpp -o "$work/probe_$name"
  "$work/probe_$name" >"$work/$name.tsv"
  echo "$config" >"$work/$name.title"
  names="$names $name"
done

title='| form |'
rule='|---|'
for name in $names; do
  title="$title $(sed "s/.*\///; s/|//g" "$work/$name.title") |"
  rule="$rule---|"
  set -- "$@" "$work/$name.tsv"
done
echo "$title"
echo "$rule"
awk -F '\t' '
  FNR == 1 { ++column }
  { if (!($1 in seen)) { seen[$1] = 1; order[++n] = $1 } cell[$1, column] = $2 }
  END {
    for (i = 1; i <= n; ++i) {
      name = order[i]; gsub(/\|/, "\\|", name)
      line = "| " name " |"
      for (c = 1; c <= column; ++c) line = line " " cell[order[i], c] " |"
      print line
    }
  }' "$@"
