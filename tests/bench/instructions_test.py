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

SLACK = 20  # instructions: a difference of two counts may be near nothing
TOLERANCE = 0.04  # compilers and C libraries of one major version differ by less
# A few that stand for the hot paths and are quick to count.
GATED = {"pingpong-c1", "timers-fire", "timers-rearm", "post-b1000", "turns", "sim-hold-p1000", "sim-pingpong",
         "sim-worlds", "sim-strategy"}


def skip(why):
    print(f"skipped: {why}")
    return 77


def gated_labels(counted):
    """Of what is compared with another program's count, all; else the library's plain figure."""
    if counted.name not in GATED:
        return []
    return counted.subjects if counted.minus else ["twinloop"]


def main(build):
    if shutil.which("valgrind") is None:
        return skip("valgrind is not installed, so instructions cannot be counted")
    try:
        programs = Programs(build)
        programs.require_built(["twinloop"])
    except WrongUse as wrong:
        return skip(str(wrong))
    kept = json.loads(counting.LIMITS.read_text()) if counting.LIMITS.is_file() else {}
    own = kept.get(counting.compiler_key(programs))
    if own is None:
        return skip(f"there are no instruction limits for {counting.compiler_key(programs)}")
    failed = False
    for counted in COUNTED:
        limits = own.get(counted.name, {})
        labels = [label for label in gated_labels(counted) if label in limits]
        less = counting.base_count(programs, counted) if labels else 0
        for label in labels:
            count = counting.instructions_per_operation(programs, counted, label) - less
            above = count > limits[label] + max(limits[label] * TOLERANCE, SLACK if less else 0)
            failed = failed or above
            print(f"{'ABOVE' if above else 'ok':<6} {counted.name:<16} {label:<25} {count:.1f} instructions, "
                  f"limit {limits[label]:.1f}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
