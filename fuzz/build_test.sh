#!/usr/bin/env bash
# Runs build.sh in directories of its own, with the variables a platform sets, and checks what it leaves: each target
# runs on its own seeds, from OUT alone.   build_test.sh [COMPILER]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/src" "$scratch/work" "$scratch/out"
compiler=${1:-clang++-19}
flags='-O1 -g1 -fno-omit-frame-pointer -fsanitize=address -fsanitize=fuzzer-no-link'
SRC=$scratch/src WORK=$scratch/work OUT=$scratch/out CC=${compiler/++/} CXX=$compiler CFLAGS=$flags CXXFLAGS=$flags \
  LIB_FUZZING_ENGINE=-fsanitize=fuzzer SANITIZER=address FUZZING_ENGINE=libfuzzer \
  bash "$here/build.sh" >"$scratch/log" 2>&1 || { tail -n 40 "$scratch/log"; exit 1; }
targets=0
for zip in "$scratch"/out/*_seed_corpus.zip; do
  name=$(basename "$zip" _seed_corpus.zip)
  [ -x "$scratch/out/$name" ] || { echo "$name: no binary"; exit 1; }
  grep -q '^max_len' "$scratch/out/$name.options" || { echo "$name: no options"; exit 1; }
  mkdir "$scratch/$name"
  (cd "$scratch/$name" && cmake -E tar xf "$zip")
  [ -n "$(ls -A "$scratch/$name")" ] || { echo "$name: no seeds"; exit 1; }
  (cd "$scratch/out" && ASAN_OPTIONS=detect_leaks=0 "./$name" -runs=200 -seed=1 -max_len=4096 "$scratch/$name" \
    >"$scratch/run" 2>&1) || { tail -n 30 "$scratch/run"; exit 1; }
  echo "$name: $(ls "$scratch/$name" | wc -l) inputs after 200 runs"
  targets=$((targets + 1))
done
[ "$targets" -eq 7 ] || { echo "$targets targets instead of 7"; exit 1; }
