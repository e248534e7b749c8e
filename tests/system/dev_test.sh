#!/usr/bin/env bash
# ./dev on a system whose packages it does not know, which is this one without dpkg: it names just what is missing. And
# wrong use of it is told before anything is installed or built.
# Usage: dev_test.sh PATH_OF_DEV
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: dev_test.sh PATH_OF_DEV" >&2; exit 2; }
dev=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() {
  printf 'dev_test: %s\n' "$1" >&2
  cat "$scratch/words" >&2
  exit 1
}

# Every program of this system but dpkg's, and a compiler that does not find Boost.
mkdir "$scratch/bin"
for folder in /usr/local/bin /usr/bin /bin; do
  for program in "$folder"/*; do
    case ${program##*/} in dpkg* | ninja | apt*) ;; *) ln -sf "$program" "$scratch/bin/" ;; esac
  done
done
cat >"$scratch/bin/compiler" <<'TEXT'
#!/bin/sh
read -r line
case $line in *boost/*) exit 1 ;; *fmt/*) exit 0 ;; esac
echo "$line" | exec c++ "$@"
TEXT
chmod +x "$scratch/bin/compiler"

run() { PATH=$scratch/bin CXX=compiler bash "$dev" "$@" >"$scratch/words" 2>&1; }

if run setup build; then fail "must fail where Boost and Ninja are missing"; fi
grep -q 'libboost-context-dev (Boost.Context >= 1.74)' "$scratch/words" || fail "does not name Boost.Context"
grep -q 'ninja-build (Ninja)' "$scratch/words" || fail "does not name Ninja"
if grep -q 'libfmt-dev' "$scratch/words"; then fail "names fmt, which is there"; fi

printf '#!/bin/sh\n' >"$scratch/bin/ninja"
chmod +x "$scratch/bin/ninja"
printf '#!/bin/sh\nexit 0\n' >"$scratch/bin/compiler"
run setup build || fail "must not fail where nothing is missing"
echo "dev_test: names what is missing, and nothing else"

# What is built would be made in the tree of a script that is moved away: there is none.
mkdir "$scratch/tree"
cp "$dev" "$(dirname "$dev")/CMakePresets.json" "$scratch/tree/"
dev=$scratch/tree/dev
refuses() { # words it must say, arguments...
  local words=$1 status=0
  shift
  run "$@" || status=$?
  [ $status = 2 ] || fail "'$*' must be wrong use, status 2, and was $status"
  grep -qF -- "$words" "$scratch/words" || fail "'$*' is not told: $words"
}
refuses "no command 'nonsense'" nonsense
refuses 'demo takes no arguments, not: x' demo x
refuses 'test takes no arguments' test some
refuses "no preset 'nope'; there are: dev debug clang asan tsan" build nope
refuses 'build takes one preset' build dev asan
refuses "no preset 'nope'" check nope
refuses 'check needs a preset' check
refuses "no package group 'nope'" setup nope
for command in demo test build check rules format clean; do
  run "$command" --help || fail "'$command --help' must not fail"
  grep -q 'searches find rebuilt bugs' "$scratch/words" || fail "'$command --help' gives no help"
done
echo "dev_test: refuses what it does not take"

# A Debian that has everything but Slurm, and no way to get it: tests that need it skip, so ./dev test goes on.
cat >"$scratch/bin/dpkg-query" <<'TEXT'
#!/bin/sh
for package; do :; done
case $package in slurm*) exit 1 ;; esac
echo installed
TEXT
printf '#!/bin/sh\nexit 100\n' >"$scratch/bin/apt-get"
rm -f "$scratch/bin/cmake" "$scratch/bin/ctest"  # links to this system's
printf '#!/bin/sh\n' | tee "$scratch/bin/cmake" >"$scratch/bin/ctest"
chmod +x "$scratch/bin/dpkg-query" "$scratch/bin/apt-get" "$scratch/bin/cmake" "$scratch/bin/ctest"
run test || fail "must test without Slurm"
grep -q 'going on without slurmctld' "$scratch/words" || fail "does not say what it goes on without"
printf '#!/bin/sh\nexit 1\n' >"$scratch/bin/ctest"
if run test; then fail "must fail when tests fail"; fi
grep -q 'tests failed' "$scratch/words" || fail "does not say that tests failed"
echo "dev_test: goes on without what only some tests need, and fails when they do"
