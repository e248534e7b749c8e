#!/usr/bin/env bash
# One bounded run of AFL++ with our mutator alone, from the natural run and with a fixed seed: it finds what is planted,
# and what it finds replays.   smoke_afl.sh BINARY MUTATOR SCENARIO RUNS REPLAYER
# Exit status 77: skipped, since AFL++ was not installed when the build was configured, or is not now.
set -euo pipefail
if [ $# -eq 0 ] || ! command -v afl-fuzz >/dev/null; then
  echo 'skipped: no AFL++; ./dev setup fuzz installs it, then configure again'
  exit 77
fi
binary=$1 mutator=$2 scenario=$3 runs=$4 replayer=$5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/seeds" "$work/found"
export TWINLOOP_FUZZ_SCENARIO=$scenario TWINLOOP_REPLAY_DIR=$work/found
# As AFL++ demands of the first two; leaks are what the world itself looks for.
export ASAN_OPTIONS=abort_on_error=1:symbolize=0:detect_leaks=0:detect_stack_use_after_return=0
unset UBSAN_OPTIONS
"$binary" --make-seeds "$work/seeds" 1 >/dev/null
# The kernel may hand core dumps to a program, and its clock may be scaled: that is the machine's, and costs AFL++ time.
export AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_NO_UI=1 AFL_BENCH_UNTIL_CRASH=1
AFL_CUSTOM_MUTATOR_LIBRARY=$mutator AFL_CUSTOM_MUTATOR_ONLY=1 \
  afl-fuzz -s 1 -E "$runs" -t 5000 -i "$work/seeds" -o "$work/out" -- "$binary" >"$work/log" 2>&1 \
  || { tail -n 40 "$work/log"; exit 1; }
crashes=("$work"/out/default/crashes/id:*)
crash=${crashes[0]}
[ -f "$crash" ] || { tail -n 5 "$work/log"; echo "$scenario: nothing was found in $runs executions"; exit 1; }
case $crash in
  *op:fuzz_afl_mutator*) ;;
  *) echo "$crash was not made by our mutator"; exit 1 ;;
esac
# The target left a file when it failed; the input that AFL++ kept leads to one of the same name and bytes.
TWINLOOP_REPLAY_DIR=$work "$binary" --to-replay "$crash" >"$work/again" 2>&1 || { cat "$work/again"; exit 1; }
made=("$work"/*.twin)
cmp "${made[0]}" "$work/found/$(basename "${made[0]}")"
"$replayer" replay "${made[0]}" >"$work/replay" 2>&1 || { cat "$work/replay"; exit 1; }
grep '^FAILED' "$work/replay"
executions=$(sed -n 's/.*execs:\([0-9]*\).*/\1/p' <<<"$crash")
echo "$scenario: AFL++ found it after $executions executions"
