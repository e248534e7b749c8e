"""Interleaved runs, and what becomes of them: medians, spreads, ratios within a repetition."""

import math
import statistics
import sys
import time
from dataclasses import dataclass

from programs import note
from rows import FAMILIES, RIVALS


@dataclass(frozen=True)
class Sample:
    """What one run of one program printed."""

    value: float
    unit: str = ""
    cpu: float | None = None  # CPU time per operation, of the open-ended workloads

    @staticmethod
    def parse(line):
        fields = line.split()
        extras = dict(field.split("=", 1) for field in fields[3:])
        cpu = extras.get("cpu_ns_per_op")
        return Sample(float(fields[1]), fields[2], float(cpu) if cpu else None)


class Progress:
    """One line on stderr with the time left; a terminal sees it rewritten."""

    def __init__(self, total):
        self.total, self.done, self.begun = total, 0, time.monotonic()
        self.live = sys.stderr.isatty()

    def step(self, text):
        self.done += 1
        left = (time.monotonic() - self.begun) / self.done * (self.total - self.done)
        line = f"{self.done}/{self.total}  {left / 60:.0f} min left  {text}"
        if self.live:
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
        elif self.done % 50 == 0 or self.done == self.total:
            note(line)

    def end(self):
        if self.live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def measure(programs, workloads, repetitions, window):
    """{workload's arguments: {label: [Sample or None a repetition]}}, and what failed."""
    samples = {work.arguments: {label: [] for label in work.all_labels()} for work in workloads}
    failures = []
    progress = Progress(repetitions * sum(len(labels) for labels in samples.values()))
    for repetition in range(repetitions):
        for work in workloads:
            labels = work.all_labels()
            for offset in range(len(labels)):
                label = labels[(offset + repetition) % len(labels)]  # another order each time
                try:
                    done = programs.run(label, f"{work.arguments} {window}")
                    sample = Sample.parse(done.stdout) if done else None
                except RuntimeError as failed:
                    failures.append(str(failed))
                    sample = None
                samples[work.arguments][label].append(sample)
                progress.step(f"{label} {work.arguments}")
    progress.end()
    return samples, failures


def values(samples):
    return [sample.value for sample in samples if sample]


def ratio(samples, limits):
    """The median of the ratios taken within one repetition."""
    each = [own.value / limit.value for own, limit in zip(samples, limits) if own and limit and limit.value > 0]
    return statistics.median(each) if each else None


def cpu_ratio(samples, limits):
    """The same by CPU time per operation: steadier than the rate where other jobs share the machine."""
    each = [limit.cpu / own.cpu for own, limit in zip(samples, limits) if own and limit and own.cpu and limit.cpu]
    return statistics.median(each) if each else None


def limit_of(work, row, taken):
    """The label whose figure is the row's limit."""
    if row.budget is None or row.budget.against != "best":
        return work.limit
    rivals = [label for label in RIVALS if values(taken.get(label, []))]
    return max(rivals, key=lambda label: statistics.median(values(taken[label])), default=work.limit)


def summarise_row(work, row, taken):
    """The row as an object of the JSON output."""
    own = taken[row.subject]
    absolute = row.budget is not None and row.budget.against in ("absolute", "most")
    limit = None if absolute else limit_of(work, row, taken)
    limits = [Sample(row.budget.least)] * len(own) if absolute else taken.get(limit, [])
    found = values(own)
    units = [sample.unit for samples in taken.values() for sample in samples if sample]
    most = row.budget is not None and row.budget.against == "most"
    own_ratio = ratio(limits, own) if most else ratio(own, limits)
    least = None if row.budget is None else 1.0 if absolute else row.budget.least
    peers = {}
    for label, samples in taken.items():
        if label not in (row.subject, limit) and values(samples):
            peers[label] = {"value": statistics.median(values(samples)), "ratio": ratio(samples, limits)}
    return {
        "name": row.name,
        "value": statistics.median(found) if found else None,
        "unit": units[0] if units else "",
        "limit": statistics.median(values(limits)) if values(limits) else None,
        "ratio": own_ratio,
        "cpu_ratio": cpu_ratio(own, limits),
        "peers": peers,
        "budget": least,
        "met": None if least is None or own_ratio is None else own_ratio >= least,
        "limit_program": "the budget itself" if absolute else limit,
        "low": min(found, default=None),
        "high": max(found, default=None),
        "repetitions": len(found),
        "absent": work.absent,
    }


def geometric_mean(numbers):
    return math.exp(statistics.fmean(math.log(number) for number in numbers))


def family_row(name, prefix, least, rows):
    """One row over all of a family: the geometric mean of their ratios."""
    members = [row for row in rows if row["name"].startswith(prefix) and row["ratio"]]
    if len(members) < 2:
        return None
    own = geometric_mean([row["ratio"] for row in members])
    by_cpu = [row["cpu_ratio"] for row in members if row["cpu_ratio"]]
    labels = set.intersection(*[{label for label, peer in row["peers"].items() if peer["ratio"]} for row in members])
    means = {label: geometric_mean([row["peers"][label]["ratio"] for row in members]) for label in sorted(labels)}
    return {
        "name": name, "value": own, "unit": "x", "limit": 1.0, "ratio": own,
        "cpu_ratio": geometric_mean(by_cpu) if by_cpu else None,
        "peers": {label: {"value": mean, "ratio": mean} for label, mean in means.items()},
        "budget": least, "met": own >= least, "limit_program": members[0]["limit_program"],
        "low": min(row["ratio"] for row in members), "high": max(row["ratio"] for row in members),
        "repetitions": min(row["repetitions"] for row in members), "absent": "",
    }


def summarise(workloads, samples):
    rows = [summarise_row(work, row, samples[work.arguments]) for work in workloads for row in work.rows]
    for name, (prefix, least) in FAMILIES.items():
        if family := family_row(name, prefix, least, rows):
            rows.append(family)
    return rows
