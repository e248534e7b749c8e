"""The benchmark programs of a build: which are there, and running one."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

from rows import PROGRAMS

NOT_SERVED = 77  # a program's exit status: it has no such workload


class WrongUse(Exception):
    """A command line or a build that cannot be measured; the text says what to do."""


class Programs:
    def __init__(self, build):
        self.build = Path(build)
        listing = self.build / "tests" / "bench" / "programs.json"
        if not listing.is_file():
            raise WrongUse(f"{listing} is not there: configure the build first, as in `cmake --preset dev`")
        known = json.loads(listing.read_text())
        self.compiler = known.pop("compiler")
        self.build_type = known.pop("build_type")
        self.known = known
        self.environment = dict(os.environ)
        self._raise_limits()

    def _raise_limits(self):
        """1000 connections need 2000 descriptors; the two sides need two CPUs that this process may use."""
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        allowed = sorted(os.sched_getaffinity(0), reverse=True)
        self.environment.setdefault("BENCH_CPUS", f"{allowed[0]},{allowed[min(1, len(allowed) - 1)]}")

    def missing_packages(self):
        """program -> Debian package, for the peers that were not built."""
        return {name: entry["package"] for name, entry in self.known.items() if "package" in entry}

    def require_built(self, labels):
        for label in labels:
            entry = self.known.get(PROGRAMS[label][0], {})
            if "path" in entry and not Path(entry["path"]).is_file():
                raise WrongUse(f"{entry['path']} is not built: cmake --build {self.build} --target bench")

    def command(self, label, arguments):
        """The command line of a labelled program, or None where it is not there."""
        program, fixed = PROGRAMS[label]
        path = self.known.get(program, {}).get("path")
        return [path, *arguments.split(), *fixed.split()] if path else None

    def run(self, label, arguments, wrapper=(), limit=300):
        """The completed process, or None where the program is not there or has no such workload."""
        command = self.command(label, arguments)
        if command is None:
            return None
        try:
            done = subprocess.run([*wrapper, *command], env=self.environment, capture_output=True, text=True,
                                  timeout=limit, check=False)
        except subprocess.TimeoutExpired as expired:
            raise RuntimeError(f"{' '.join(command)}: no result within {limit} s") from expired
        if done.returncode == NOT_SERVED:
            return None
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: exit status {done.returncode}: {done.stderr.strip()[-800:]}")
        return done


def note(text):
    print(text, file=sys.stderr, flush=True)
