"""Tables for people. Colours only on a terminal."""

import math
import os
import sys


def figure(number):
    """Three significant digits with a suffix: 213 k, 5.23 M."""
    if number is None:
        return "-"
    if number == 0:
        return "0"
    for limit, suffix in ((1e9, " G"), (1e6, " M"), (1e4, " k")):
        if abs(number) >= limit:
            return digits(number / (1e3 if suffix == " k" else limit)) + suffix
    return digits(number)


def digits(number):
    decimals = 2 - math.floor(math.log10(abs(number)))
    return f"{number:.{max(decimals, 0)}f}"


def ratio_text(ratio):
    return "-" if ratio is None else f"{ratio:.2f}" if ratio >= 0.1 else digits(ratio)


def paint(text, colour):
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\x1b[{ {'red': 31, 'green': 32, 'dim': 2}[colour] }m{text}\x1b[0m"


def verdict(row):
    if row["absent"]:
        return paint(f"not served: {row['absent']}", "dim")
    if row["value"] is None:
        return paint("failed", "red")
    if row["met"] is None:
        return ""
    return paint("met", "green") if row["met"] else paint("MISSED", "red")


def print_rows(rows):
    """One line a row, and one with the ratios of the others to the same limit."""
    head = ("what", "twinloop", "unit", "low - high", "limit", "ratio", "by CPU", "budget", "")
    layout = "{:<24} {:>9} {:<11} {:>19}  {:<20} {:>6} {:>6} {:>7}  {}"
    print(layout.format(*head).rstrip())
    for row in rows:
        spread = "-" if row["low"] is None else f"{figure(row['low'])} - {figure(row['high'])}"
        budget = "" if row["budget"] is None else f">={row['budget']:g}"
        limit = f"{row['limit_program']} {figure(row['limit'])}"
        print(layout.format(row["name"], figure(row["value"]), row["unit"], spread, limit, ratio_text(row["ratio"]),
                            ratio_text(row["cpu_ratio"]), budget, verdict(row)).rstrip())
        others = "  ".join(f"{label} {ratio_text(peer['ratio'])}" for label, peer in row["peers"].items())
        if others:
            print(paint(f"    {others}", "dim"))
    budgeted = [row for row in rows if row["budget"] is not None]
    met = sum(1 for row in budgeted if row["met"])
    print(f"\n{met} of {len(budgeted)} budgets met.")
    print("Ratios are medians of the ratios within one repetition: of the figures, and of CPU time per operation.")


def print_grid(title, rows, columns):
    """rows: [(name, {column: text})]"""
    widths = {column: max(len(column), *(len(cells.get(column, "-")) for _, cells in rows)) for column in columns}
    first = max(len(title), *(len(name) for name, _ in rows))
    print("  ".join([f"{title:<{first}}"] + [f"{column:>{widths[column]}}" for column in columns]))
    for name, cells in rows:
        texts = [f"{cells.get(column, '-'):>{widths[column]}}" for column in columns]
        print("  ".join([f"{name:<{first}}"] + texts))
