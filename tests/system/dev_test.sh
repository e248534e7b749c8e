#!/usr/bin/env bash
# ./dev on a system whose packages it does not know, which is this one without dpkg: it names just what is missing.
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
