"""Figures without noise: instructions per operation (callgrind) and system calls per message (strace)."""

import json
import re
import shutil
import tempfile
from pathlib import Path

from measuring import Progress
from programs import WrongUse
from rows import COUNTED
from table import figure, print_grid

LIMITS = Path(__file__).parent / "instruction_limits.json"
CALLS = ["read", "recvfrom", "readv", "recvmsg", "write", "sendto", "writev", "sendmsg", "epoll_wait", "epoll_pwait",
         "epoll_pwait2", "epoll_ctl", "ioctl"]
CALLED = ["raw", "libuv", "libev", "libevent", "asio", "twinloop", "twinloop-stream"]


def require_tool(tool):
    if shutil.which(tool) is None:
        raise WrongUse(f"{tool} is not installed: apt-get install {tool}")


def instructions(programs, label, arguments):
    """All instructions of one run, or None where the program has no such workload."""
    wrapper = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    done = programs.run(label, arguments, wrapper)
    if done is None:
        return None
    found = re.search(r"Collected\s*:\s*(\d+)", done.stderr)
    if not found:
        raise RuntimeError(f"valgrind printed no count for {label} {arguments}: {done.stderr[-400:]}")
    return int(found.group(1))


def instructions_per_operation(programs, counted, label):
    small = instructions(programs, label, f"{counted.arguments} {counted.key}={counted.small}")
    if small is None:
        return None
    large = instructions(programs, label, f"{counted.arguments} {counted.key}={counted.large}")
    return (large - small) / (counted.large - counted.small) / counted.per


def base_count(programs, counted):
    """What is taken off every count of `counted`."""
    return instructions_per_operation(programs, counted, counted.minus) if counted.minus else 0


def count_all(programs, only, peers=True):
    """{counted name: {label: instructions an operation}}, and what failed."""
    chosen = [counted for counted in COUNTED if re.search(only, counted.name)]
    labels = {counted.name: ([*counted.labels] if peers else []) + [*counted.subjects] for counted in chosen}
    progress = Progress(sum(len(each) for each in labels.values()))
    found, failures = {}, []
    for counted in chosen:
        found[counted.name] = {}
        less = base_count(programs, counted)
        for label in labels[counted.name]:
            try:
                count = instructions_per_operation(programs, counted, label)
                if count is not None:
                    found[counted.name][label] = count - less
            except RuntimeError as failed:
                failures.append(str(failed))
            progress.step(f"{label} {counted.name}")
    progress.end()
    return found, failures


def print_instructions(found):
    for name, counts in found.items():
        cells = {label: figure(count) for label, count in counts.items()}
        print_grid(f"{name} (instructions)", [("", cells)], list(counts))
        recorded, unrecorded = counts.get("twinloop"), counts.get("twinloop-unrecorded")
        if recorded and unrecorded:
            print(f"    recording: {recorded - unrecorded:+.1f} instructions, {recorded / unrecorded - 1:+.1%}")
        print()


def compiler_key(programs):
    """Counts depend on the compiler: limits are kept for each, by name and major version."""
    name, version = programs.compiler.split()
    return f"{name} {version.split('.')[0]}"


def write_limits(programs, found):
    limits = json.loads(LIMITS.read_text()) if LIMITS.is_file() else {}
    own = limits.setdefault(compiler_key(programs), {})
    for name, counts in found.items():
        for label, count in counts.items():
            if label.startswith("twinloop"):
                own.setdefault(name, {})[label] = round(count, 1)
    LIMITS.write_text(json.dumps(limits, indent=2, sort_keys=True) + "\n")


def calls_in(programs, label, arguments):
    """{system call: count} of one run."""
    with tempfile.NamedTemporaryFile("r") as summary:
        done = programs.run(label, arguments, ["strace", "-f", "-c", "-U", "name,calls", "-o", summary.name])
        if done is None:
            return None
        fields = [line.split() for line in summary.read().splitlines()]
    return {each[0]: int(each[1]) for each in fields if len(each) == 2 and each[1].isdigit()}


def calls_per_message(programs, label, connections, small=2000, large=6000):
    arguments = f"pingpong conns={connections} threads=1"
    few, many = (calls_in(programs, label, f"{arguments} ops={count}") for count in (small, large))
    if few is None or many is None:
        return None
    messages = 2 * (large - small)  # a round trip is one message each way
    return {call: (many.get(call, 0) - few.get(call, 0)) / messages for call in CALLS}


def print_system_calls(programs):
    failures = []
    for connections in (1, 100):
        rows = []
        for label in CALLED:
            try:
                calls = calls_per_message(programs, label, connections)
            except RuntimeError as failed:
                failures.append(str(failed))
                continue
            if calls is None:
                continue
            cells = {call: f"{count:.3f}" for call, count in calls.items() if count >= 0.0005}
            rows.append((label, cells | {"all": f"{sum(calls.values()):.3f}"}))
        if rows:
            used = [call for call in CALLS if any(call in cells for _, cells in rows)]
            print_grid(f"system calls per message, {connections} connections", rows, [*used, "all"])
            print()
    return failures
