#!/usr/bin/env bash
# Builds the fuzz targets as a platform of the OSS-Fuzz and ClusterFuzz shape asks for them: it sets CC, CXX, CFLAGS,
# CXXFLAGS, LIB_FUZZING_ENGINE and the directories SRC, WORK and OUT, and takes from OUT each binary NAME with
# NAME_seed_corpus.zip, NAME.options and NAME.dict beside it. Libraries that a binary needs stand in OUT/lib.
#
# Needed where it runs: CMake, Ninja, clang, and the development packages of Boost.Context, fmt, CLI11, nlohmann-json and
# xxHash (./dev setup build). With -stdlib=libc++ the C++ libraries among them are fetched and built along.
set -euo pipefail
: "${CXX:?the C++ compiler}" "${LIB_FUZZING_ENGINE:?what to link for the main function of the fuzzer}"
: "${WORK:?a directory for the build}" "${OUT:?the directory to put targets into}"
source_tree=${SRC:+$SRC/twinloop}
[ -n "$source_tree" ] && [ -d "$source_tree" ] || source_tree=$(cd "$(dirname "$0")/.." && pwd)

engine=libfuzzer
case ${FUZZING_ENGINE:-libfuzzer} in afl) engine=afl ;; esac
find_packages=OPT_IN
case ${CXXFLAGS:-} in *-stdlib=libc++*) find_packages=NEVER ;; esac
CFLAGS=${CFLAGS:-} CXXFLAGS=${CXXFLAGS:-} cmake -S "$source_tree" -B "$WORK/twinloop" -G Ninja \
  -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_COMPILER="$CXX" -DCMAKE_BUILD_RPATH='$ORIGIN/lib' \
  -DFETCHCONTENT_TRY_FIND_PACKAGE_MODE=$find_packages \
  -DTWINLOOP_BUILD_FUZZ=ON -DTWINLOOP_BUILD_TESTS=OFF -DTWINLOOP_REAL=OFF -DTWINLOOP_WERROR=OFF \
  -DTWINLOOP_FUZZ_ENGINE=$engine -DTWINLOOP_FUZZ_LINK="$LIB_FUZZING_ENGINE" -DTWINLOOP_FUZZ_COVERAGE=
cmake --build "$WORK/twinloop" --target fuzz_targets -j "$(nproc)"

built=$WORK/twinloop/fuzz
mkdir -p "$OUT/lib"

# deliver BINARY NAME: the binary with its options, dictionary and seeds
deliver() {
  local binary=$1 name=$2 plain=${2#fuzz_} seeds=$WORK/seeds/$2
  cp "$built/$binary" "$OUT/$name"
  # Stacks of killed processes that cannot unwind are left where they are, and counted by the simulator.
  printf '[libfuzzer]\nmax_len = 4096\nlen_control = 0\nmutate_depth = 1\n[asan]\ndetect_leaks = 0\n' >"$OUT/$name.options"
  [ -f "$source_tree/fuzz/dict/$plain.dict" ] && cp "$source_tree/fuzz/dict/$plain.dict" "$OUT/$name.dict"
  rm -rf "$seeds"
  mkdir -p "$seeds"
  if [ -d "$source_tree/fuzz/corpus/$plain" ]; then
    cp "$source_tree/fuzz/corpus/$plain"/* "$seeds"
  else
    (cd "$OUT" && "./$name" --make-seeds "$seeds" 16)
  fi
  rm -f "$OUT/${name}_seed_corpus.zip"
  (cd "$seeds" && cmake -E tar cf "$OUT/${name}_seed_corpus.zip" --format=zip -- *)
}

# What a binary loads beyond the C and C++ libraries, which the platform has.
for binary in fuzz_kv fuzz_echo fuzz_bugs; do
  [ -f "$built/$binary" ] || continue
  ldd "$built/$binary" | sed -n 's/.*=> \(.*lib\(boost_context\|fmt\)[^ ]*\) .*/\1/p' | while read -r library; do
    cp -L "$library" "$OUT/lib/$(basename "$library")"
  done
done

deliver fuzz_kv fuzz_kv
deliver fuzz_kv fuzz_kv-crashes
deliver fuzz_kv fuzz_kv-expiry
deliver fuzz_echo fuzz_echo
deliver fuzz_resp_parser fuzz_resp_parser
deliver fuzz_reply_parser fuzz_reply_parser
deliver fuzz_replay_file fuzz_replay_file
