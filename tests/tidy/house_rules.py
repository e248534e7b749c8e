#!/usr/bin/env python3
"""The house rules that a machine can check: who includes whom, words and symbols that loop/ and sim/ must not use,
sizes. Usage: house_rules.py ROOT [ARCHIVE...]; an archive is libtwinloop_loop.a or libtwinloop_sim.a.
Exit status: 0 when all hold, 1 when one is broken, 2 for wrong use."""
import pathlib
import re
import subprocess
import sys

# folder -> (own prefixes it may include, public headers it may not)
LAYERS = {
    "include": (("twinloop/",), ()),
    "loop": (("loop/", "twinloop/"), ("real.hpp", "sim.hpp", "choices.hpp", "testing.hpp")),
    "real": (("real/", "twinloop/"), ("sim.hpp", "choices.hpp", "testing.hpp")),
    # the one fiber class stands in loop/ (everything that switches stacks uses it), and what goes with it
    "sim": (("sim/", "twinloop/", "loop/fiber.hpp", "loop/race_checks.hpp"), ("real.hpp", "testing.hpp")),
    # the machines know no op, loop or process
    "sim/machine": (("sim/machine/", "sim/chooser.hpp", "sim/event_queue.hpp", "sim/names.hpp", "twinloop/"),
                    ("loop.hpp", "real.hpp", "sim.hpp", "testing.hpp")),
    "sim/testing": (("sim/testing/", "twinloop/", "loop/race_checks.hpp"), ("real.hpp",)),
}
SYSTEM_HEADERS = re.compile(r"<(sys/|netinet/|arpa/|linux/|unistd\.h|fcntl\.h|pthread\.h|signal\.h|poll\.h|thread|mutex|"
                            r"condition_variable|future|random|fstream|iostream|unordered_map|unordered_set|filesystem)")
BANNED_WORDS = [
    (r"\b(steady|system|high_resolution)_clock::now\b", "reads a clock"),
    (r"\brandom_device\b|\bmt19937\b|\bstd::shuffle\b|\w+_distribution\b", "draws from a library's generator"),
    (r"\bgetenv\b", "reads the environment"),
    (r"\bunordered_(map|set)\b|\bstd::hash\b", "depends on hash order"),
    (r"\bis_simulated\b", "asks which world it is in"),
    (r"\bstd::(thread|jthread|mutex|async)\b", "uses threads"),
]
BANNED_SYMBOLS = re.compile(
    r"^(clock_gettime|gettimeofday|time|nanosleep|usleep|sleep|rand|random|srand|getrandom|getentropy|getenv|secure_getenv|"
    r"pthread_create|v?fork|syscall|open(at)?(64)?|read|write|readv|writev|p(read|write)(64)?|f(data)?sync|rename|unlink|"
    r"rmdir|mkdir|ftruncate(64)?|f?stat(64)?|socket|connect|accept4?|bind|listen|shutdown|recv(from|msg)?|send(to|msg)?|"
    r"p?poll|p?select|epoll_\w+|eventfd|timerfd_\w+|fopen(64)?|getpid|gethostname|getaddrinfo|uname|"
    r"_ZNSt6chrono3_V2\d+(steady|system)_clock3nowEv|_ZNSt13random_device\w*|_ZNSt6thread\w*)(@|$)")
LINES_MAX, COLUMNS_MAX, FUNCTION_MAX = 600, 120, 70
# the machines may say what a call asks for, but operations stand above them
OPERATION_WORDS = re.compile(r"\b(op_kind|completion|on_complete|op_note|process_state|world_state|host_state)\b")
NEVER_EVERYWHERE = re.compile(r"\b(TODO|FIXME|XXX)\b")

problems = []


def report(path, line, text):
    problems.append(f"{path}:{line}: {text}" if line else f"{path}: {text}")


def layer_of(relative):
    text = str(relative)
    for part in ("sim/machine", "sim/testing"):
        if text.startswith(part + "/"):
            return part
    top = text.split("/")[0]
    return top if top in LAYERS else None


def check_includes(relative, lines, layer):
    own, hidden = LAYERS[layer]
    for number, line in enumerate(lines, 1):
        found = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if found:
            name = found.group(1)
            if not name.startswith(own):
                report(relative, number, f"{layer}/ must not include {name}")
            if name.startswith("twinloop/") and name.split("/", 1)[1] in hidden:
                report(relative, number, f"{layer}/ must not know {name}")
        if layer in ("include", "loop", "sim", "sim/machine") and SYSTEM_HEADERS.search(line) and "#include" in line:
            report(relative, number, f"{layer}/ must not include a header of the system, of threads or of random order")


def check_words(relative, lines, layer):
    for number, line in enumerate(lines, 1):
        code = line.split("//")[0]
        for pattern, why in BANNED_WORDS:
            if layer in ("loop", "sim", "sim/machine") and re.search(pattern, code):
                report(relative, number, f"{why}: not in {layer}/")
        if layer == "sim/machine" and OPERATION_WORDS.search(code):
            report(relative, number, "the machines know no operation, process or world")


def check_functions(relative, lines):
    """Functions at namespace level of a formatted file begin and end in column 0."""
    begun = None
    for number, line in enumerate(lines, 1):
        if re.match(r"[A-Za-z_].*[)a-z] (const )?(noexcept )?(override )?{$", line) and not line.startswith(("namespace", "struct", "class", "enum", "union", "extern")):
            begun = number
        elif line.startswith("}") and begun is not None:
            if number - begun - 1 > FUNCTION_MAX:
                report(relative, begun, f"a function of {number - begun - 1} lines; {FUNCTION_MAX} is the limit")
            begun = None


def check_source(root, path):
    relative = path.relative_to(root)
    lines = path.read_text().splitlines()
    layer = layer_of(relative)
    if layer:
        check_includes(relative, lines, layer)
        check_words(relative, lines, layer)
    if len(lines) > LINES_MAX:
        report(relative, 0, f"{len(lines)} lines; {LINES_MAX} is the limit")
    check_functions(relative, lines)
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS_MAX:
            report(relative, number, f"{len(line)} columns; {COLUMNS_MAX} is the limit")
        if NEVER_EVERYWHERE.search(line):
            report(relative, number, "a note for later: do it, or document the limit")


def check_archive(archive):
    listing = subprocess.run(["nm", "-u", "--demangle=none", archive], capture_output=True, text=True)
    if listing.returncode != 0:
        listing = subprocess.run(["nm", "-u", archive], capture_output=True, text=True, check=True)
    for line in listing.stdout.splitlines():
        symbol = line.strip().removeprefix("U ").strip()
        if BANNED_SYMBOLS.match(symbol):
            report(archive, 0, f"uses {symbol}, which only real/ may")


def main():
    if len(sys.argv) < 2 or not (pathlib.Path(sys.argv[1]) / "include" / "twinloop").is_dir():
        print(__doc__, file=sys.stderr)
        return 2
    root = pathlib.Path(sys.argv[1]).resolve()
    allowed = {"CMakeLists.txt", "README.md", "include", "loop", "real", "sim", "scenarios", "tests", "fuzz", "LICENSE",
               "CMakePresets.json", "CHANGELOG.md", "CONTRIBUTING.md", "docs", "cmake", "dev", ".ci", ".clang-format",
               ".clang-tidy", ".gitignore", ".git", "build"}
    for entry in root.iterdir():
        if entry.name not in allowed:
            report(entry.name, 0, "does not belong into the root of the tree")
    for folder in ("include", "loop", "real", "sim", "scenarios", "tests", "fuzz"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".cpp", ".hpp"):
                check_source(root, path)
    for archive in sys.argv[2:]:
        check_archive(archive)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
