#!/usr/bin/env bash
# One seed gives one trace hash across builds by different compilers. Arguments: two build directories.
set -euo pipefail
# As ./dev sets it: with it on, locals of suspended fibers live where LeakSanitizer does not look.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=0}
[ $# -eq 2 ] || { echo "usage: same_hash.sh BUILD BUILD" >&2; exit 2; }
hashes() { # build directory
  local scenario run
  for scenario in kv kv-crashes kv-expiry; do
    for run in 0 2 3 4 5 6 7 8 9 10 11 12; do
      "$1/scenarios/kv/kv" run "$scenario" --seed 42 --run "$run" --json | grep -o '"trace_hash": "[^"]*"'
    done
  done
}
first=$(hashes "$1")
second=$(hashes "$2")
count=$(wc -l <<<"$first")
[ "$count" -eq 36 ] || { echo "same_hash: only $count hashes from $1" >&2; exit 1; }
if [ "$first" != "$second" ]; then
  diff <(printf '%s\n' "$first") <(printf '%s\n' "$second") >&2 || true
  echo "same_hash: the builds in $1 and $2 differ (above)" >&2
  exit 1
fi
[ "$(sort -u <<<"$first" | wc -l)" -gt 30 ] || { echo "same_hash: different runs have equal hashes" >&2; exit 1; }
echo "same_hash: $count runs, equal hashes in $1 and $2"
