#!/usr/bin/env bash
# What ./dev fuzz SCENARIO does once the targets are built.   run.sh SCENARIO [--seconds N] [--afl]
# The corpus stays in build/fuzz-corpus/SCENARIO and is gone on with; what is found goes to build/fuzz-found/SCENARIO.
set -euo pipefail
cd "$(dirname "$0")/.."
scenario='' seconds=60 engine=libfuzzer
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=${2:?--seconds needs a number} && shift ;;
    --afl) engine=afl ;;
    -*) echo "./dev fuzz: no option $1" >&2 && exit 2 ;;
    *) scenario=$1 ;;
  esac
  shift
done
[ -n "$scenario" ] || { echo "./dev fuzz: which scenario? kv, kv-expiry, echo, B24, resp_parser, ..." >&2 && exit 2; }
folder=build/fuzz/fuzz
[ $engine = afl ] && folder=build/fuzz-afl/fuzz
case $scenario in
  *_parser | replay_file) binary=$folder/fuzz_$scenario ;;
  kv*) binary=$folder/fuzz_kv ;;
  echo*) binary=$folder/fuzz_echo ;;
  *) binary=$folder/fuzz_bugs ;;
esac
[ -x "$binary" ] || { echo "./dev fuzz: there is no target for $scenario" >&2 && exit 2; }
corpus=build/fuzz-corpus/$engine/$scenario found=build/fuzz-found/$scenario
mkdir -p "$corpus" "$found"
export TWINLOOP_REPLAY_DIR=$found ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0
if [ -d "fuzz/corpus/$scenario" ]; then
  cp -n "fuzz/corpus/$scenario"/* "$corpus"
else
  export TWINLOOP_FUZZ_SCENARIO=$scenario
  [ -n "$(ls -A "$corpus")" ] || "$binary" --make-seeds "$corpus" 16
fi
if [ $engine = afl ]; then
  export AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 AFL_BENCH_UNTIL_CRASH=1 AFL_NO_AFFINITY=1 AFL_AUTORESUME=1
  if [ -n "${TWINLOOP_FUZZ_SCENARIO:-}" ]; then
    export AFL_CUSTOM_MUTATOR_LIBRARY=$PWD/$folder/fuzz_afl_mutator.so AFL_CUSTOM_MUTATOR_ONLY=1
  fi
  status=0
  afl-fuzz -i "$corpus" -o "$found/afl" -V "$seconds" -t 5000 -- "$binary" || status=$?
  for input in "$found"/afl/default/crashes/id*; do
    [ -f "$input" ] || continue
    echo "found: $input"
    [ -z "${TWINLOOP_FUZZ_SCENARIO:-}" ] || "$binary" --to-replay "$input"
    status=1
  done
  exit $status
fi
dictionary=()
[ -f "fuzz/dict/$scenario.dict" ] && dictionary=(-dict="fuzz/dict/$scenario.dict")
exec "$binary" -max_total_time="$seconds" -max_len=4096 -mutate_depth=1 -timeout=60 -artifact_prefix="$found/" "${dictionary[@]}" "$corpus"
