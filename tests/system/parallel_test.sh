#!/usr/bin/env bash
# Goal: a search split with GNU parallel finds what the whole search finds, and shards that are searched a second time do
# nothing. Method: four shards, two at a time, merged and compared with the same search in one process.
# Usage: parallel_test.sh PROGRAM SCENARIO. Exit status 77: skipped, since GNU parallel is not installed here.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "$1") scenario=$2 runs=400
for tool in parallel python3; do
  command -v $tool >/dev/null || { echo "skipped: no $tool; ./dev setup test installs it"; exit 77; }
done
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
export PARALLEL_HOME=$directory

search() {
  parallel --will-cite --jobs 2 \
    "$program" explore "$scenario" --runs $runs --jobs 1 --shard {}/4 --results results-{} '>' {}.out ::: 1 2 3 4
}
failing=0
search || failing=$? # GNU parallel ends with the number of commands that did not end with 0
[ $failing = 4 ] || { echo "$failing shards found the failure, not 4"; cat ./*.out; exit 1; }
search || true
for shard in 1 2 3 4; do
  grep -q "nothing left to do" $shard.out || { echo "shard $shard was searched again:"; cat $shard.out; exit 1; }
done

"$program" merge results-* --into merged --json >merged.json || [ $? = 1 ]
"$program" explore "$scenario" --runs $runs --results whole --json >whole.json || [ $? = 1 ]
python3 "$here/same_results.py" merged.json whole.json $runs
