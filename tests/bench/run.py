#!/usr/bin/env python3
"""Runs the benchmarks: twinloop beside its limits and its peers, interleaved, in one run.

    run.py build/dev                        everything: about 20 minutes
    run.py build/dev --quick                short windows, the rows with budgets
    run.py build/dev --only '^timers'       some rows
    run.py build/dev --syscalls             system calls per message
    run.py build/dev --callgrind            instructions per operation

Exit status: 0 everything ran (a missed budget is a result, not a failure), 1 something did not run, 2 wrong use.
"""

import argparse
import dataclasses
import json
import re
import sys

sys.dont_write_bytecode = True  # the source tree stays clean

import counting
from measuring import measure, summarise
from programs import Programs, WrongUse, note
from rows import WORKLOADS
from table import print_rows


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", default="build/dev", help="build directory (default: %(default)s)")
    parser.add_argument("--repetitions", type=int, default=5, metavar="N", help="of everything (default: 5)")
    parser.add_argument("--only", default="", metavar="REGEX", help="rows whose name matches")
    parser.add_argument("--quick", action="store_true", help="short windows, only the rows with budgets")
    parser.add_argument("--json", metavar="FILE", help="write one JSON object a row to FILE")
    parser.add_argument("--list", action="store_true", help="name the rows and their budgets")
    parser.add_argument("--syscalls", action="store_true", help="count system calls per message (strace)")
    parser.add_argument("--callgrind", action="store_true", help="count instructions per operation (valgrind)")
    parser.add_argument("--write-limits", action="store_true", help="with --callgrind: make the counts the new limits")
    options = parser.parse_args(argv)
    if options.repetitions < 1:
        parser.error("--repetitions wants at least 1")
    if options.write_limits and not options.callgrind:
        parser.error("--write-limits goes with --callgrind")
    try:
        re.compile(options.only)
    except re.error as wrong:
        parser.error(f"--only: {wrong}")
    return options


def choose(options):
    """The workloads with the rows that were asked for."""
    chosen = []
    for work in WORKLOADS:
        rows = [row for row in work.rows if re.search(options.only, row.name) and (row.budget or not options.quick)]
        if rows:
            chosen.append(dataclasses.replace(work, rows=rows))
    if not chosen:
        raise WrongUse(f"no row matches {options.only!r}; --list names them")
    return chosen


def list_rows(workloads):
    for work in workloads:
        for row in work.rows:
            budget = ""
            if row.budget and row.budget.against == "limit":
                budget = f">= {row.budget.least:g} x {work.limit}"
            elif row.budget and row.budget.against == "best":
                budget = f">= {row.budget.least:g} x the best of libuv, libev, libevent, asio"
            elif row.budget and row.budget.against == "most":
                budget = f"<= {row.budget.least:g}"
            elif row.budget:
                budget = f">= {row.budget.least:g}"
            print(f"{row.name:<24} {work.arguments:<44} {budget}".rstrip())


def run_counts(options, programs):
    if options.syscalls:
        counting.require_tool("strace")
        return counting.print_system_calls(programs)
    counting.require_tool("valgrind")
    found, failures = counting.count_all(programs, options.only, peers=not options.write_limits)
    counting.print_instructions(found)
    if options.write_limits and not failures:
        counting.write_limits(programs, found)
        note(f"limits written to {counting.LIMITS}")
    return failures


def run_rows(options, programs, workloads):
    programs.require_built({label for work in workloads for label in work.all_labels()})
    window = "dur=200 warm=50" if options.quick else "dur=600 warm=150"
    samples, failures = measure(programs, workloads, options.repetitions, window)
    rows = summarise(workloads, samples)
    print_rows(rows)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as out:
            out.writelines(json.dumps(row) + "\n" for row in rows)
    return failures


def main(argv):
    options = parse(argv)
    try:
        workloads = choose(options)
        if options.list:
            list_rows(workloads)
            return 0
        if options.json:
            open(options.json, "a", encoding="utf-8").close()  # fails now rather than in 20 minutes
        programs = Programs(options.build)
        for name, package in programs.missing_packages().items():
            note(f"not compared with {name}: not found when the build was configured (apt-get install {package})")
        if programs.build_type not in ("RelWithDebInfo", "Release"):
            note(f"this is a {programs.build_type or 'plain'} build: its figures mean little")
        counts = options.syscalls or options.callgrind
        failures = run_counts(options, programs) if counts else run_rows(options, programs, workloads)
    except (WrongUse, OSError) as wrong:
        note(f"run.py: {wrong}")
        return 2
    for failure in failures:
        note(f"failed: {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
