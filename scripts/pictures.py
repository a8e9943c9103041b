#!/usr/bin/env python3
"""Draws the pictures of docs/concepts.md from what the demo wrote; needs nothing but Python.

Usage: ./distill demo && scripts/pictures.py distill-demo docs/concepts
Writes soft-targets.svg, search.svg and gap.svg.
"""
import csv
import gzip
import html
import json
import math
import pathlib
import sys

INK, GREY, LINE = "#1f2933", "#6b7280", "#d1d5db"
BLUE, ORANGE, GREEN = "#2563eb", "#d97706", "#15803d"


class Picture:
    """An SVG of a fixed size, on white so that it is legible in the dark, too."""

    def __init__(self, width, height, title):
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="img" font-family="sans-serif" font-size="12" fill="{INK}"><title>{html.escape(title)}</title>',
            f'<rect width="{width}" height="{height}" fill="#fff"/>']

    def text(self, x, y, words, anchor="start", colour=INK, bold=False):
        weight = ' font-weight="bold"' if bold else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"{weight}>{html.escape(words)}</text>')

    def line(self, x1, y1, x2, y2, colour=LINE, width=1):
        self.parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"/>')

    def bar(self, x, y, width, height, colour):
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>')

    def dot(self, x, y, radius, colour, opacity=1.0):
        self.parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}" fill-opacity="{opacity:.2f}"/>')

    def write(self, path):
        path.write_text("\n".join(self.parts) + "\n</svg>\n", encoding="utf-8")


def rows(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def softened(p, t):
    powers = [x ** (1 / t) for x in p]
    return [x / sum(powers) for x in powers]


def soft_targets(demo, out):
    """One row's label, and the teacher's answer at three temperatures."""
    names = [c[2:] for c in rows(demo / "train_teacher.csv.gz")[0]]
    answers = [[float(v) for v in r.values()] for r in rows(demo / "train_teacher.csv.gz")]
    labels = [r["soil"] for r in rows(demo / "train.csv.gz")]
    # The row that tells most: right, and with the most to say about the other classes.
    entropy = lambda p: -sum(x * math.log(x) for x in p if x > 0)
    right = [i for i, p in enumerate(answers) if names[p.index(max(p))] == labels[i] and 0.6 < max(p) < 0.75]
    row = max(right, key=lambda i: entropy(answers[i]))
    hard = [float(name == labels[row]) for name in names]
    columns = [("label", hard, GREY)] + [
        (f"teacher, T = {t}", softened(answers[row], t), BLUE) for t in (1, 2, 5)]
    picture = Picture(760, 210, f"Training row {row + 1} of the demo: its label and the teacher's answer")
    picture.text(150, 22, f"training row {row + 1} of the demo", colour=GREY)
    for k, name in enumerate(names):
        picture.text(140, 64 + 24 * k, name, "end")
    for c, (title, p, colour) in enumerate(columns):
        x = 150 + 152 * c
        picture.text(x, 44, title, bold=True)
        picture.line(x, 50, x, 198)
        for k, value in enumerate(p):
            picture.bar(x, 54 + 24 * k, 90 * value, 14, colour)
            picture.text(x + 90 * value + 4, 65 + 24 * k, f"{value:.2f}", colour=GREY)
    picture.write(out / "soft-targets.svg")
    return row


def search(demo, out):
    """Where in T and alpha the trials of the students' search went, and which were good."""
    with open(demo / "leaderboard.csv", encoding="utf-8") as file:
        trials = [t for t in csv.DictReader(file) if t["search"] == "student" and t["state"] == "complete"]
    losses = [float(t["loss"]) for t in trials]
    low, high = min(losses), max(losses)
    left, top, width, height = 60, 30, 560, 230
    at_x = lambda t: left + width * (math.log(t) - math.log(0.5)) / (math.log(5) - math.log(0.5))
    at_y = lambda a: top + height * (1 - a)
    picture = Picture(660, 310, "Complete trials of the students' search of the demo by temperature and weight of the teacher")
    for t in (0.5, 1, 2, 5):
        picture.line(at_x(t), top, at_x(t), top + height)
        picture.text(at_x(t), top + height + 18, f"{t}", "middle", GREY)
    for a in (0, 0.5, 1):
        picture.line(left, at_y(a), left + width, at_y(a))
        picture.text(left - 8, at_y(a) + 4, f"{a}", "end", GREY)
    picture.text(left + width / 2, top + height + 38, "temperature T", "middle")
    picture.text(left - 8, top - 10, "weight of the teacher α", "start")
    for trial, loss in sorted(zip(trials, losses), key=lambda pair: -pair[1]):
        good = 1 - (loss - low) / (high - low) if high > low else 1
        x, y = at_x(float(trial["temperature"])), at_y(float(trial["alpha"]))
        picture.dot(x, y, 4 + 5 * good, ORANGE if loss == low else BLUE, 0.35 + 0.65 * good)
    best = trials[losses.index(low)]
    picture.text(at_x(float(best["temperature"])) - 14, at_y(float(best["alpha"])) + 4,
                 f"best: {best['family']}, {low:.4f}", "end", ORANGE, True)
    picture.write(out / "search.svg")


def gap(demo, out):
    """Log loss and KL of teacher, student, twin and prior, and the gap."""
    result = json.loads((demo / "result.json").read_text(encoding="utf-8"))
    of = lambda who, what: result[who]["test"][what]
    picture = Picture(760, 180, "Log loss and KL on the demo's test rows: teacher, student and hard-label twin")
    for row, (what, title) in enumerate((("log_loss", "log loss"), ("kl", "KL to the teacher"))):
        y = 60 + 80 * row
        teacher, student, twin = (of(who, what) for who in ("teacher", "student", "hard_twin"))
        low, high = min(teacher, student, twin), max(teacher, student, twin)
        at = lambda v: 190 + 480 * (v - low) / (high - low)
        picture.text(120, y + 4, title, "end", bold=True)
        picture.line(at(low), y, at(high), y, LINE, 2)
        picture.line(at(twin), y, at(student), y, GREEN, 5)
        for name, value, colour, dy in (("teacher", teacher, INK, 24), ("student", student, BLUE, -14),
                                        ("twin", twin, ORANGE, 24)):
            picture.dot(at(value), y, 6, colour)
            picture.text(at(value), y + dy, f"{name} {value:.4f}", "middle", colour)
    closed = result["comparison"]["gap_closed_log_loss"]
    picture.text(190, 20, f"green: from the twin to the student; in log loss {100 * closed:.0f} % of the way to the teacher",
                 colour=GREEN)
    picture.write(out / "gap.svg")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    demo, out = map(pathlib.Path, sys.argv[1:])
    if not (demo / "result.json").exists():
        raise SystemExit(f"{demo}/result.json is not there: run ./distill demo --out {demo} first")
    out.mkdir(parents=True, exist_ok=True)
    print(f"row {soft_targets(demo, out) + 1}")
    search(demo, out)
    gap(demo, out)
