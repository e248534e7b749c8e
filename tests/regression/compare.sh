#!/usr/bin/env bash
# Every pasted test fails on the buggy twin, each with the failure it is named after, and passes on the fixed one.
set -u
buggy=$1 fixed=$2
count=$("$buggy" --gtest_list_tests | grep -c '^  ')
[ "$count" -ge 4 ] || { echo "only $count tests were pasted"; exit 1; }
output=$("$buggy")
[ $? = 1 ] || { printf '%s\n' "$output" "the tests of the buggy twin do not fail"; exit 1; }
failed=$(grep -c '^\[  FAILED  \] regression\..* (' <<<"$output")
[ "$failed" = "$count" ] || { printf '%s\n' "$output" "$failed of $count tests fail on the buggy twin"; exit 1; }
for name in B01.request_on_closing_connection B08.deleting_what_exists_succeeds B23.value_is_never_zero \
  kv.acknowledged_writes_survive; do
  grep -q "^$name: " <<<"$output" || { printf '%s\n' "$output" "none fails as $name"; exit 1; }
done
"$fixed" || { echo "a test fails on the fixed twin"; exit 1; }
