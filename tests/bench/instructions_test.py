#!/usr/bin/env python3
"""The speed gate without noise: instructions per operation, counted by callgrind, against committed limits.

Fails when a count is clearly above its limit, and says which. Exit status 77 (skipped) where nothing can be compared.
After a change that is worth its instructions: run.py BUILD --callgrind --write-limits.
"""

import json
import shutil
import sys

sys.dont_write_bytecode = True  # the source tree stays clean

import counting
from programs import Programs, WrongUse
from rows import COUNTED

TOLERANCE = 0.04  # compilers and C libraries of one major version differ by less
# A few that stand for the hot paths and are quick to count.
GATED = {"pingpong-c1", "timers-fire", "timers-rearm", "post-b1000", "turns", "sim-hold-p1000", "sim-pingpong",
         "sim-worlds"}


def skip(why):
    print(f"skipped: {why}")
    return 77


def main(build):
    if shutil.which("valgrind") is None:
        return skip("valgrind is not installed, so instructions cannot be counted")
    try:
        programs = Programs(build)
        programs.require_built(["twinloop"])
    except WrongUse as wrong:
        return skip(str(wrong))
    limits = json.loads(counting.LIMITS.read_text()) if counting.LIMITS.is_file() else {}
    own = limits.get(counting.compiler_key(programs))
    if own is None:
        return skip(f"there are no instruction limits for {counting.compiler_key(programs)}")
    failed = False
    for counted in COUNTED:
        if counted.name not in GATED or "twinloop" not in own.get(counted.name, {}):
            continue
        limit = own[counted.name]["twinloop"]
        count = counting.instructions_per_operation(programs, counted, "twinloop")
        above = count > limit * (1 + TOLERANCE)
        failed = failed or above
        print(f"{'ABOVE' if above else 'ok':<6} {counted.name:<16} {count:.1f} instructions, limit {limit:.1f}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
