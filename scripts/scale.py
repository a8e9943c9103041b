#!/usr/bin/env python3
"""How a run's time and memory grow with rows, columns and classes: `distill run` whole, on made rows.

Usage: scripts/scale.py [--rows 10000,100000,1000000] [--columns 30] [--classes 3] [--out DIR] [-- FLAGS]
24 columns of numbers, of which some are whole and some have missing cells, 6 of texts, 3 classes that depend on 15 of them, with noise. Columns
beyond 30 are numbers that say little; more classes depend on the same columns. The teacher is an XGBoost model that is trained here on 20 000 other
rows and answers as ONNX, so that rows can be made, five for each. Test rows are 20 000 others.
FLAGS go to `distill run`. Files and runs that are in DIR already are not made again.

A line for each size: seconds, CPU seconds, the most memory that the process had, what came out; and the power that the time grows with from one to the
next.
"""
import argparse
import itertools
import json
import math
import os
import pathlib
import random
import resource
import subprocess
import sys
import time

DISTILL = pathlib.Path(__file__).resolve().parent.parent / "distill"
LEVELS = [2, 3, 4, 20, 30, 60]


class Data:
    """What rows of so many columns and classes are like."""

    def __init__(self, columns, classes, out):
        self.columns, self.classes = columns, [f"c{k}" for k in range(classes)] if classes > 3 else list("abc")[:classes]
        self.out = out if (columns, classes) == (30, 3) else out / f"{columns}x{classes}"
        self.out.mkdir(parents=True, exist_ok=True)
        effects = random.Random(1)
        self.weights = [[effects.gauss(0, 1) for _ in range(30)] for _ in range(classes)]
        self.levels = [[[effects.gauss(0, 0.5) for _ in range(classes)] for _ in range(n)] for n in LEVELS]
        self.header = ",".join([f"n{i}" for i in range(24)] + [f"t{i}" for i in range(6)] + [f"m{i}" for i in range(columns - 30)] + ["class"])

    def line(self, r):
        x = [r.gauss(0, 1) for _ in range(24)]
        codes = [int(n * r.random() ** 2) for n in LEVELS]
        more = [r.gauss(0, 1) for _ in range(self.columns - 30)]
        best, label = -math.inf, 0
        for k, w in enumerate(self.weights):
            score = (w[0] * x[0] + w[1] * x[1] * x[2] + 1.5 * w[2] * (x[3] > 0.5) * x[4] + w[3] * abs(x[5]) + w[4] * math.sin(2 * x[6])
                     + w[5] * max(x[7], x[8]) + 0.5 * w[6] * x[9] + w[7] * (x[10] > x[11]) + self.levels[3][codes[3]][k]
                     + self.levels[5][codes[5]][k] + (0.1 * w[8] * sum(more[k::len(self.weights)]) if more else 0)
                     - 0.8 * math.log(-math.log(r.random())))
            if score > best:
                best, label = score, k
        cells = [f"{v:.5g}" for v in x[:16]] + [str(round(20 * v)) for v in x[16:20]]
        cells += ["" if r.random() < 0.1 else f"{math.exp(v):.4f}" for v in x[20:]]
        cells += [f"t{i}_{c}" for i, c in enumerate(codes)] + [f"{v:.5g}" for v in more]
        return ",".join(cells + [self.classes[label]])

    def rows(self, name, count, seed):
        file = self.out / name
        if not file.exists():
            r = random.Random(seed)
            part = file.with_suffix(".part")
            with open(part, "w") as out:
                print(self.header, file=out)
                for _ in range(count):
                    print(self.line(r), file=out)
            part.rename(file)
        return file

    def teacher(self):
        file = self.out / "teacher.onnx"
        if not file.exists():
            train = self.rows("teacher.csv", 20_000, 2)
            # A run needs somebody's answers: the labels themselves, as a teacher would give them that knows no doubt.
            made = self.out / "teacher-probabilities.csv"
            with open(train) as lines, open(made, "w") as answers:
                print(",".join(self.classes), file=answers)
                next(lines)
                for row in lines:
                    label = row.rstrip().rsplit(",", 1)[1]
                    print(",".join(str(int(label == c)) for c in self.classes), file=answers)
            run = self.out / "teacher-run"
            distill("run", "--train", train, "--label", "class", "--teacher", made, "--families", "xgboost.trees", "--trials", "6", "--out", run)
            distill("export", run / "student.distill", "--to", "onnx", "--out", file)
        return file


def distill(*args):
    """Seconds, CPU seconds and peak memory (MiB) of a command, and what it said."""
    start, before = time.time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen([DISTILL, *args], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(said.strip().splitlines()[-1])
    return {"seconds": time.time() - start, "cpu": used.ru_utime + used.ru_stime, "mib": used.ru_maxrss // 1024, "log": said}


def run(data, count, flags):
    """Figures of a run, from its files if it was made before."""
    model, test = data.teacher(), data.rows("test.csv", 20_000, 3)
    train = data.rows(f"train-{count}.csv", count, 4)
    out = data.out / f"run-{count}"
    figures = out / "figures.json"
    if not figures.exists():
        trials = [] if "--trials" in flags else ["--trials", "20"]
        used = distill("run", "--train", train, "--label", "class", "--teacher-model", model, "--test", test, "--augment", "5",
                       "--seed", "1", "--out", out, *trials, *flags)
        (out / "log.txt").write_text(used.pop("log"))
        figures.write_text(json.dumps(used))
    return json.loads(figures.read_text()) | {"student": json.loads((out / "result.json").read_text())["student"]}


def main():
    own, flags = sys.argv[1:], []
    if "--" in own:
        own, flags = own[:own.index("--")], own[own.index("--") + 1:]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default="10000,100000,1000000")
    parser.add_argument("--columns", default="30", help="30 and more")
    parser.add_argument("--classes", default="3")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/scale"))
    args = parser.parse_args(own)
    sizes = [[int(n) for n in text.split(",")] for text in (args.rows, args.columns, args.classes)]
    if min(sizes[1]) < 30:
        parser.error("--columns: 30 are the fewest")
    last = None
    for size in itertools.product(*sizes):
        count, columns, classes = size
        used = run(Data(columns, classes, args.out), count, flags)
        student = used["student"]
        grown = [b / a for a, b in zip(last[0], size) if a != b] if last else []
        power = f", n^{math.log(used['seconds'] / last[1]) / math.log(grown[0]):.2f}" if len(grown) == 1 else ""
        print(f"{count:,} rows, {columns:,} columns, {classes} classes: {used['seconds']:.0f} s{power}, {used['cpu']:.0f} s of CPU, {used['mib']:,} MiB; "
              f"{student['family']}, ×{student['augment']}, log loss {student['test']['log_loss']:.4f}", flush=True)
        last = size, used["seconds"]


if __name__ == "__main__":
    main()
