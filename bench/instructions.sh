#!/usr/bin/env bash
# What it costs in instructions that tasks note where they wait and for what: bench as it is, and built without that.
# Instructions of one item are those of 60,000 less those of 20,000, divided by the difference; on one worker, so that
# the figures are the same each time.
#
# usage: bench/instructions.sh WITH WITHOUT [WORKLOAD...]: two bench programs, and some of their workloads
set -euo pipefail

with=$1 without=$2
shift 2
workloads=("$@")
((${#workloads[@]} != 0)) || workloads=(spsc_buffered pingpong_unbuffered select mutex_contended event spawn_join task_await generator)

instructions() { # PROGRAM WORKLOAD ITEMS
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$1" "$2" --threads 1 --n "$3" 2>&1 |
    sed -n 's/^==[0-9]*== Collected : \([0-9]*\)$/\1/p'
}

of_one() { # PROGRAM WORKLOAD
  local few many
  few=$(instructions "$1" "$2" 20000)
  many=$(instructions "$1" "$2" 60000)
  awk -v few="$few" -v many="$many" 'BEGIN {printf "%.1f", (many - few) / 40000}'
}

echo "Instructions of one item, one worker. $(date +%F), $(uname -m), g++ $(g++ -dumpfullversion), $(valgrind --version)."
echo
echo "| workload | noted | not noted | difference |"
echo "|---|---:|---:|---:|"
for workload in "${workloads[@]}"; do
  a=$(of_one "$with" "$workload")
  b=$(of_one "$without" "$workload")
  awk -v w="$workload" -v a="$a" -v b="$b" 'BEGIN {printf "| %s | %s | %s | %+.1f %% |\n", w, a, b, (a / b - 1) * 100}'
done
