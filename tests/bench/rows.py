"""What is measured: the programs, the workloads, and the budgets of the design (its section on speed).

A row is one figure of twinloop. Its budget is a least ratio to a limit taken in the same repetition:
  against "limit"     the workload's limit program
  against "best"      the best of libuv, libev, libevent and Asio
  against "absolute"  a figure of its own
  against "most"      a figure of its own that it may not be above
"""

from dataclasses import dataclass, field

# label -> (program, fixed arguments)
PROGRAMS = {
    "raw": ("raw", ""),
    "heap4": ("raw", "impl=heap4"),
    "heap2": ("raw", "impl=heap2"),
    "lazy4": ("raw", "impl=lazy4"),
    "wheel": ("raw", "impl=wheel"),
    "vwheel": ("raw", "impl=vwheel"),
    "libuv": ("libuv", ""),
    "libuv-try": ("libuv", "write=try"),
    "libev": ("libev", ""),
    "libevent": ("libevent", ""),
    "libevent-bufferevent": ("libevent", "api=bufferevent"),
    "libevent-common": ("libevent", "common=1"),
    "asio": ("asio", ""),
    "des4": ("sim_limit", ""),
    "des4-kernel": ("sim_limit", "model=kernel"),
    "twinloop": ("twinloop", ""),
    "twinloop-stream": ("twinloop", "api=stream"),
    "twinloop-function": ("twinloop", "impl=function"),
    "twinloop-random": ("twinloop", "order=random"),
    "twinloop-anew": ("twinloop", "mode=anew"),
    "twinloop-unrecorded": ("twinloop", "record=0"),
}
# What each strategy may cost a decision, in ns: the baselines have no budget.
STRATEGIES = {"random_walk": 100, "static_priority": 100, "defer": 100, "corner": 100, "pct": 100, "pos": 100,
              "delay_bounded": 100, "urw": 200, "surw": 200, "nodefz": None, "nacd": None}
PROGRAMS |= {f"twinloop-{how}": ("twinloop", f"how={how}") for how in ("order", "told", *STRATEGIES)}

RIVALS = ["libuv", "libev", "libevent", "asio"]


@dataclass(frozen=True)
class Budget:
    least: float
    against: str = "limit"


@dataclass(frozen=True)
class Row:
    name: str
    subject: str = "twinloop"
    budget: Budget | None = None


@dataclass(frozen=True)
class Workload:
    arguments: str
    limit: str | None
    labels: list
    rows: list = field(default_factory=list)
    absent: str = ""  # why twinloop does not serve it yet

    def all_labels(self):
        subjects = [row.subject for row in self.rows]
        return list(dict.fromkeys(([self.limit] if self.limit else []) + self.labels + subjects))


def network():
    streams = [*RIVALS, "libuv-try", "libevent-bufferevent", "twinloop-stream"]
    for size in (64, 1024):
        for threads in (1, 2):
            for connections in (1, 100, 1000):
                name = f"pingpong-{size}B-c{connections}-t{threads}"
                arguments = f"pingpong size={size} conns={connections} threads={threads}"
                yield Workload(arguments, "raw", streams, [Row(name, budget=Budget(0.97))])
    plain = [*RIVALS, "twinloop-stream"]
    best = Budget(0.97, "best")
    for threads in (1, 2):
        yield Workload(f"stream threads={threads}", "raw", plain, [Row(f"stream-64K-c1-t{threads}", budget=best)])
    for inflight, threads in ((1, 1), (64, 1), (64, 2)):
        arguments = f"accept inflight={inflight} threads={threads}"
        yield Workload(arguments, "raw", plain, [Row(f"accept-i{inflight}-t{threads}", budget=best)])


def timers():
    twice = Budget(2.0)
    yield Workload("timers-fire n=1000000", "heap4", ["vwheel", *RIVALS], [Row("timers-fire-n1000000", budget=twice)])
    yield Workload("timers-fire n=10000", "heap4", ["vwheel", *RIVALS], [Row("timers-fire-n10000")])
    labels = ["lazy4", "wheel", *RIVALS, "libevent-common"]
    yield Workload("timers-rearm n=1000000", "heap4", labels, [Row("timers-rearm-n1000000", budget=twice)])
    yield Workload("timers-rearm n=10000", "heap4", labels, [Row("timers-rearm-n10000")])


def threads_and_queues():
    for threads in (4, 2):
        labels = ["libuv", "asio", "twinloop-function"]
        for inflight, least in ((1, 0.95), (10000, 0.25)):
            name, arguments = f"pool-i{inflight}-w{threads}", f"pool inflight={inflight} threads={threads}"
            yield Workload(arguments, "raw", labels, [Row(name, budget=Budget(least))])
    best = Budget(0.97, "best")
    for mode in ("same", "cross"):
        yield Workload(f"wake mode={mode}", "raw", RIVALS, [Row(f"wake-{mode}", budget=best)])
    yield Workload("xpost", "raw", RIVALS, [Row("xpost-w1024")])
    yield Workload("post batch=1", "raw", [*RIVALS, "twinloop-function"], [Row("post-b1")])
    posts = [Row("post-b1000", budget=Budget(0.4)), Row("post-b1000-function", "twinloop-function", Budget(0.12))]
    yield Workload("post batch=1000", "raw", RIVALS, posts)
    yield Workload("turns", "raw", [*RIVALS, "twinloop-function"], [Row("turns", budget=best)])
    for inflight in (1, 64):
        labels = ["libuv", "twinloop-function"]
        yield Workload(f"fread inflight={inflight}", "raw", labels, [Row(f"fread-i{inflight}", budget=best)])


def simulation():
    for pending, least in ((2, 0.4), (1000, 0.6), (100000, 0.55)):
        rows = [Row(f"sim-hold-p{pending}", budget=Budget(least))]
        yield Workload(f"sim-hold pending={pending} n=1000000", "des4", ["twinloop-random"], rows)
    rows = [Row("sim-pingpong", budget=Budget(0.5))]
    yield Workload("sim-pingpong n=100000", "des4-kernel", ["des4", "twinloop-random"], rows)
    yield Workload("sim-mesh", "des4", [], [Row("sim-mesh-100", budget=Budget(0.25))], "there are no datagrams yet")
    for count in (10000, 1000000):
        yield Workload(f"sim-timers n={count}", "des4", [], [Row(f"sim-timers-n{count}")])
    worlds = [Row("sim-worlds", budget=Budget(0.5)), Row("sim-worlds-anew", "twinloop-anew", Budget(0.2))]
    yield Workload("sim-worlds n=20000", "des4-kernel", ["des4", "twinloop-random"], worlds)
    rows = [Row("sim-schedules", budget=Budget(50000, "absolute"))]
    yield Workload("sim-schedules", None, [], rows)
    for how, most in STRATEGIES.items():
        rows = [Row(f"sim-strategy-{how}", budget=Budget(most, "most") if most else None)]
        yield Workload(f"sim-strategy how={how}", None, [], rows)


WORKLOADS = [*network(), *timers(), *threads_and_queues(), *simulation()]

# The geometric mean over all rows of a family: steadier than its rows.
FAMILIES = {"pingpong-all": ("pingpong-", 0.97)}


@dataclass(frozen=True)
class Counted:
    """Counted in two runs that differ in the number of operations only, so that start-up cancels out."""

    name: str
    arguments: str
    key: str
    small: int
    large: int
    labels: list
    subjects: tuple = ("twinloop",)
    minus: str = ""  # the label whose count is taken off the others': what they add to it
    per: int = 1  # operations in one of `key`


_sim = ["des4", "des4-kernel"]
_recorded = ("twinloop", "twinloop-unrecorded", "twinloop-random")
COUNTED = [
    Counted("pingpong-c1", "pingpong conns=1", "ops", 2000, 6000, ["raw", *RIVALS], ("twinloop", "twinloop-stream")),
    Counted("pingpong-c100", "pingpong conns=100", "ops", 2000, 6000, ["raw", *RIVALS],
            ("twinloop", "twinloop-stream")),
    Counted("timers-fire", "timers-fire window=1000", "n", 10000, 20000, ["heap4", "vwheel", *RIVALS]),
    Counted("timers-rearm", "timers-rearm n=10000", "ops", 20000, 60000, ["heap4", "lazy4", *RIVALS]),
    Counted("post-b1", "post batch=1", "n", 10000, 30000, ["raw", *RIVALS], ("twinloop", "twinloop-function")),
    Counted("post-b1000", "post batch=1000", "n", 50000, 150000, ["raw", *RIVALS], ("twinloop", "twinloop-function")),
    Counted("turns", "turns", "n", 10000, 30000, ["raw", *RIVALS], ("twinloop", "twinloop-function")),
    Counted("sim-hold-p2", "sim-hold pending=2", "n", 20000, 60000, _sim, _recorded),
    Counted("sim-hold-p1000", "sim-hold pending=1000", "n", 20000, 60000, _sim, _recorded),
    Counted("sim-pingpong", "sim-pingpong", "n", 2000, 6000, _sim, _recorded),
    Counted("sim-worlds", "sim-worlds", "n", 200, 600, _sim, (*_recorded, "twinloop-anew")),
    Counted("sim-schedules", "sim-schedules", "n", 200, 600, []),
    Counted("sim-strategy", "sim-strategy pair=0 chains=8 length=16", "n", 100, 300, [],
            tuple(f"twinloop-{how}" for how in ("told", *STRATEGIES)), minus="twinloop-order", per=8 * 16),
]
