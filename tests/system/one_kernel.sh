#!/usr/bin/env bash
# Each kernel without the other: the tree configures, builds and passes the tests that are left with only one of them, as
# the rule "delete real/ and sim/ still builds, and the other way round" has it. Usage: one_kernel.sh BUILD_DIRECTORY
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: one_kernel.sh BUILD_DIRECTORY" >&2; exit 2; }
root=$(cd "$(dirname "$0")/../.." && pwd)

check() { # the kernel that is left out, then the test programs: folder/target
  local without=$1 program programs
  local build=$2/without-$without
  shift 2
  programs=("$@")
  cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug "-DTWINLOOP_${without^^}=OFF" >/dev/null
  cmake --build "$build" -j "$(nproc)" --target "${programs[@]##*/}" >"$build/log" || { tail -n 30 "$build/log" >&2; exit 1; }
  for program in "${programs[@]}"; do
    "$build/tests/$program" --gtest_brief=1 >"$build/log" 2>&1 || { tail -n 40 "$build/log" >&2; exit 1; }
    echo "one_kernel: without $without: ${program##*/}: $(tail -n 1 "$build/log")"
  done
}
check sim "$1" contract/contract_test unit/loop/unit_loop_test unit/real/unit_real
check real "$1" contract/contract_test unit/loop/unit_loop_test unit/sim/unit_sim
