#!/usr/bin/env python3
"""Whether the merged results of shards are those of the whole search: the same runs, the same failures, each as often
and first in the same run. Usage: same_results.py MERGED WHOLE RUNS; both are what the commands print with --json."""
import json
import sys

merged, whole = (json.load(open(path)) for path in sys.argv[1:3])
runs = int(sys.argv[3])
merged = merged["results"][0]["summary"]
whole = whole["results"]["summary"]


def essence(summary):
    keys = ("kind", "name", "site", "count", "run", "trace_hash", "message")
    return {
        "runs": summary["runs"],
        "choices": summary["choices"],
        "failing_runs": summary["failing_runs"],
        "failures": [{key: failure[key] for key in keys} for failure in summary["failures"]],
        "coverage": summary["coverage"],
    }


if essence(whole)["runs"] != runs:
    sys.exit(f"the whole search has {essence(whole)['runs']} runs, not {runs}")
if essence(merged) != essence(whole):
    sys.exit(f"they differ:\n{essence(merged)}\n{essence(whole)}")
if not essence(merged)["failures"]:
    sys.exit("no failure was found, so this shows little")
print(f"equal: {runs} runs, {essence(merged)['failing_runs']} of them failing")
