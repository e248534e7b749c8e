#!/usr/bin/env bash
# One bounded run of a libFuzzer target with a fixed seed.
#   smoke.sh clean BINARY SCENARIO RUNS             exit status 0: nothing was found in so many executions
#   smoke.sh finds BINARY SCENARIO RUNS REPLAYER    0: something was, and REPLAYER shows the same failure and hash
# SEEDS=N in the environment: how many runs of a search it begins from.
set -euo pipefail
what=$1 binary=$2 scenario=$3 runs=$4 replayer=${5:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=$(cd "$(dirname "$0")" && pwd)
mkdir "$work/corpus"
# Leaks are what the world itself looks for; stacks of killed processes that cannot unwind are counted there.
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0:detect_stack_use_after_return=0
export TWINLOOP_REPLAY_DIR=$work
case $scenario in
  *_parser | replay_file) cp "$here/corpus/$scenario"/* "$work/corpus" ;;
  *)
    export TWINLOOP_FUZZ_SCENARIO=$scenario
    count=8
    [ "$what" = clean ] || count=1  # a buggy twin: the natural run only
    "$binary" --make-seeds "$work/corpus" "${SEEDS:-$count}"
    ;;
esac
dictionary=()
[ -f "$here/dict/$scenario.dict" ] && dictionary=(-dict="$here/dict/$scenario.dict")
status=0
"$binary" -seed=1 -runs="$runs" -max_len=4096 -mutate_depth=1 -timeout=60 -artifact_prefix="$work/" "${dictionary[@]}" "$work/corpus" \
  >"$work/log" 2>&1 || status=$?
executions=$(sed -n 's/^#\([0-9]*\)\t.*/\1/p' "$work/log" | tail -n 1)
if [ "$what" = clean ]; then
  [ "$status" = 0 ] || { tail -n 60 "$work/log"; exit 1; }
  echo "$scenario: nothing in $runs executions"
  exit 0
fi
[ "$status" != 0 ] || { tail -n 5 "$work/log"; echo "$scenario: nothing was found in $runs executions"; exit 1; }
files=("$work"/*.twin)
[ -f "${files[0]}" ] || { tail -n 60 "$work/log"; echo "$scenario: it ended without a replay file"; exit 1; }
"$replayer" replay "${files[0]}" >"$work/replay" 2>&1 || { cat "$work/replay"; exit 1; }
# The input alone leads to the same file.
crash=$(ls "$work"/crash-* | head -n 1)
"$binary" --to-replay "$crash" "$work/again.twin" >"$work/again" 2>&1 || { cat "$work/again"; exit 1; }
cmp "${files[0]}" "$work/again.twin"
grep '^FAILED' "$work/replay"
echo "$scenario: found after about ${executions:-0} executions"
