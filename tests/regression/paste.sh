#!/usr/bin/env bash
# Finds failures, has them explained, and pastes the tests that are printed into one source file. For the fixed twin the
# scenario is exchanged, as a fix of the program would: nothing else of the tests changes.
set -euo pipefail
twin=$1 source=$2 bugs=$3 kv=$4
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

explain() { # program scenario
  "$1" explore "$2" --stop-at-first --output "$scratch/found.twin" >"$scratch/log" 2>&1 || true  # 1: found
  "$1" explain "$scratch/found.twin" >"$scratch/text" || { cat "$scratch/log" >&2; exit 1; }
  sed '1,/^  a test for it:$/d' "$scratch/text"
  rm "$scratch/found.twin"
}

{
  printf '%s\n' '#include <gtest/gtest.h>' '#include "scenarios/bugs/rows.hpp"' '#include "scenarios/kv/scenarios.hpp"'
  # an order of two callbacks; of pool calls; a value and an order; a crash and what the disk loses
  for row in B01 B08 B23; do explain "$bugs" "$row"; done
  explain "$kv" kv-ack_before_sync
} >"$scratch/all.cpp"
if [ "$twin" = fixed ]; then
  sed -i -E 's/(all_scenarios\(\), "B[0-9]+)"/\1.fixed"/; s/\{"twin", "buggy"\}/{"twin", "fixed"}/
             s/"kv-ack_before_sync"/"kv"/; s/\{"bug", "ack_before_sync"\}/{"bug", ""}/' "$scratch/all.cpp"
fi
mv "$scratch/all.cpp" "$source"
