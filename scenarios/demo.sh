#!/usr/bin/env bash
# What ./dev demo shows: a real bug found, replayed, shrunk and explained in simulation; the fixed server searched; then the very
# same server on the real kernel, spoken to over TCP. Argument: the build directory.
set -euo pipefail
programs=$(cd "$1" && pwd)/scenarios/kv
bug=kv-ack_before_sync
work=$(mktemp -d)
server=
cleanup() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
cd "$work"
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' off=$'\e[0m'; else bold='' off=''; fi
title() { printf '\n%s%s%s\n' "$bold" "$*" "$off"; }
fail() {
  printf './dev demo: %s\n' "$*" >&2
  exit 1
}
expect() { # exit status, command...
  local wanted=$1 got=0
  shift
  printf '$ %s\n' "$(basename "$1") ${*:2}"
  "$@" || got=$?
  [ "$got" = "$wanted" ] || fail "'$(basename "$1") ${*:2}' ended with $got, not $wanted"
}

title "1. A key-value server acknowledges writes before they are durable. Search its schedules for that:"
expect 1 "$programs/kv" explore "$bug" --runs 20000 --stop-at-first --output found.twin
[ -s found.twin ] || fail "no replay file was written"
title "2. Replay the file: the same failure, the same trace hash."
expect 0 "$programs/kv" replay found.twin
title "3. Shrink it to the decisions that matter."
expect 0 "$programs/kv" shrink found.twin --output small.twin
title "4. Why it fails: the run beside the natural one, and a test to paste."
expect 0 "$programs/kv" explain small.twin
title "5. The fixed server, thousands of schedules with crashes and power failures:"
expect 0 "$programs/kv" explore kv --runs 5000
title "6. The same server on the real kernel, over TCP:"
mkdir data
mkfifo lines
"$programs/kv_server" --port 0 --dir "$work/data" >lines 2>server.log &
server=$!
line=
read -r line <lines || { cat server.log >&2; fail "the server did not start"; }
printf '%s\n' "$line"
port=${line##*:}
for words in "PING" "SET greeting hello" "GET greeting" "INCR visits" "KEYS *" "DBSIZE"; do
  printf '$ redis-cli -p %s %s\n' "$port" "$words"
  set -f
  # shellcheck disable=SC2086
  redis-cli -p "$port" $words
  set +f
done
kill "$server"
wait "$server" || true
server=
title "What to try next"
cat <<TEXT
  build/dev/scenarios/kv/kv list                       the server's other bugs, each a scenario
  build/dev/scenarios/kv/kv explore kv-NAME            find one
  build/dev/scenarios/kv/kv_server --help              run it for real, with redis-benchmark against it
  README.md                                            write a program of your own, and a test for it
TEXT
