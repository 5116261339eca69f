#!/usr/bin/env bash
# Runs the guards (all, or those named) and their self-test; each prints `ok NAME` or file:line: message.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

names=("$@")
((${#names[@]} > 0)) || names=(layering public_includes coroutines promises words length docs weight alone selftest)
failed=0
for name in "${names[@]}"; do
  if [[ $name == selftest ]]; then
    ./selftest.sh || failed=1
  elif [[ -f $name.py && $name != repo ]]; then
    python3 -B "$name.py" || failed=1
  else
    echo "there is no guard '$name'" >&2
    failed=1
  fi
done
exit $failed
