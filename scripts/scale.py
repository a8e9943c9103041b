#!/usr/bin/env python3
"""How a run's time and memory grow with the rows: `distill run` whole, on 10 000 to 1 000 000 made rows of 30 columns.

Usage: scripts/scale.py [--rows 10000,100000,1000000] [--out DIR] [-- FLAGS]
24 columns of numbers, of which some are whole and some have missing cells, 6 of texts, 3 classes that depend on 15 of them, with noise. The
teacher is an XGBoost model that is trained here on 20 000 other rows and answers as ONNX, so that rows can be made, five for each. Test rows are
20 000 others.
FLAGS go to `distill run`. Files and runs that are in DIR already are not made again.

A line for each size: seconds, CPU seconds, the most memory that the process had, what came out; and the power of n that the time grows with.
"""
import argparse
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
EFFECTS = random.Random(1)
WEIGHTS = [[EFFECTS.gauss(0, 1) for _ in range(30)] for _ in range(3)]
LEVEL_EFFECTS = [[[EFFECTS.gauss(0, 0.5) for _ in range(3)] for _ in range(n)] for n in LEVELS]
HEADER = ",".join([f"n{i}" for i in range(24)] + [f"t{i}" for i in range(6)] + ["class"])


def line(r):
    x = [r.gauss(0, 1) for _ in range(24)]
    codes = [int(n * r.random() ** 2) for n in LEVELS]
    best, label = -math.inf, 0
    for k, w in enumerate(WEIGHTS):
        score = (w[0] * x[0] + w[1] * x[1] * x[2] + 1.5 * w[2] * (x[3] > 0.5) * x[4] + w[3] * abs(x[5]) + w[4] * math.sin(2 * x[6])
                 + w[5] * max(x[7], x[8]) + 0.5 * w[6] * x[9] + w[7] * (x[10] > x[11]) + LEVEL_EFFECTS[3][codes[3]][k] + LEVEL_EFFECTS[5][codes[5]][k]
                 - 0.8 * math.log(-math.log(r.random())))
        if score > best:
            best, label = score, k
    cells = [f"{v:.5g}" for v in x[:16]] + [str(round(20 * v)) for v in x[16:20]]
    cells += ["" if r.random() < 0.1 else f"{math.exp(v):.4f}" for v in x[20:]]
    return ",".join(cells + [f"t{i}_{c}" for i, c in enumerate(codes)] + ["abc"[label]])


def rows(file, count, seed):
    if file.exists():
        return
    r = random.Random(seed)
    part = file.with_suffix(".part")
    with open(part, "w") as out:
        print(HEADER, file=out)
        for _ in range(count):
            print(line(r), file=out)
    part.rename(file)


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


def teacher(out):
    file = out / "teacher.onnx"
    if not file.exists():
        rows(out / "teacher.csv", 20_000, 2)
        # A run needs somebody's answers: the labels themselves, as a teacher would give them that knows no doubt.
        made = out / "teacher-probabilities.csv"
        with open(out / "teacher.csv") as lines, open(made, "w") as answers:
            print("a,b,c", file=answers)
            next(lines)
            for row in lines:
                print(",".join(str(int(row.rstrip().endswith(c))) for c in "abc"), file=answers)
        distill("run", "--train", out / "teacher.csv", "--label", "class", "--teacher", made, "--families", "xgboost.trees", "--trials", "6",
                "--out", out / "teacher-run")
        distill("export", out / "teacher-run" / "student.distill", "--to", "onnx", "--out", file)
    return file


def main():
    own, flags = sys.argv[1:], []
    if "--" in own:
        own, flags = own[:own.index("--")], own[own.index("--") + 1:]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default="10000,100000,1000000")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/scale"))
    args = parser.parse_args(own)
    args.out.mkdir(parents=True, exist_ok=True)
    model = teacher(args.out)
    rows(args.out / "test.csv", 20_000, 3)
    last = None
    for count in map(int, args.rows.split(",")):
        rows(args.out / f"train-{count}.csv", count, 4)
        run = args.out / f"run-{count}"
        figures = run / "figures.json"
        if not figures.exists():
            used = distill("run", "--train", args.out / f"train-{count}.csv", "--label", "class", "--teacher-model", model, "--test",
                           args.out / "test.csv", "--trials", "20", "--augment", "5", "--seed", "1", "--out", run, *flags)
            (run / "log.txt").write_text(used.pop("log"))
            figures.write_text(json.dumps(used))
        used = json.loads(figures.read_text())
        student = json.loads((run / "result.json").read_text())["student"]
        power = "" if last is None else f", n^{math.log(used['seconds'] / last[1]) / math.log(count / last[0]):.2f}"
        print(f"{count:,} rows: {used['seconds']:.0f} s{power}, {used['cpu']:.0f} s of CPU, {used['mib']:,} MiB; {student['family']}, ×{student['augment']}, "
              f"log loss {student['test']['log_loss']:.4f}", flush=True)
        last = count, used["seconds"]


if __name__ == "__main__":
    main()
