#!/usr/bin/env bash
# run.sh BUILD_DIR: installs a finished build into a fresh prefix, builds the consumer against it, and runs that.
set -euo pipefail
build_dir=$(realpath "$1")
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/empty"
compiler=$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' "$build_dir/CMakeCache.txt")

cmake --install "$build_dir" --prefix "$work/prefix" >"$work/install.log" || {
  cat "$work/install.log"
  exit 1
}
cmake -S "$source_dir" -B "$work/build" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$work/prefix"
cmake --build "$work/build"

cd "$work/empty"
output=$("$work/build/consumer")
echo "the consumer printed: $output"
[[ $output == "sum 4950" ]] || {
  echo "expected: sum 4950"
  exit 1
}
output=$("$work/build/simulated_consumer")
echo "the simulated consumer printed: $output"
[[ $output == "10 schedules: none failed; 7" ]] || {
  echo "expected: 10 schedules: none failed; 7"
  exit 1
}
