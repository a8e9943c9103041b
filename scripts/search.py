#!/usr/bin/env python3
"""Compares searches on real data: lowest validation loss by trials, wall and CPU time, and the student that came out.

Usage: scripts/search.py FOLDER [SET ...] [--seeds N] [--out DIR] [--variant "NAME: FLAGS" ...]
A data set is a folder as scripts/compare.py takes them. Each variant is `distill run` with these flags, on each set and seed;
variants of one seed see the same split. Without --variant: 60 random trials against 30 of the default search, with and
without pruning.

A run that is in DIR already is not repeated: the figures can be collected in several goes.
"""
import argparse
import csv
import json
import pathlib
import resource
import shlex
import statistics
import subprocess
import time

DISTILL = pathlib.Path(__file__).resolve().parent.parent / "distill"
VARIANTS = ["random 60: --sampler random --pruner none --trials 60", "default 30: --trials 30",
            "default 30, no pruning: --pruner none --trials 30"]


def file(folder, name):
    plain = folder / name
    return plain if plain.exists() else folder / (name + ".gz")


def run(folder, flags, seed, out):
    """Figures of a run, from its files if it was made before."""
    done = out / "seconds.txt"
    if not done.exists():
        label = json.loads((folder / "meta.json").read_text())["label"]
        start = time.time()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        made = subprocess.run(
            [DISTILL, "run", "--train", file(folder, "train.csv"), "--label", label,
             "--teacher", file(folder, "train_teacher_oof.csv"), "--test", file(folder, "test.csv"),
             "--test-teacher", file(folder, "test_teacher.csv"), "--seed", str(seed), "--out", out] + shlex.split(flags),
            capture_output=True, text=True)
        if made.returncode:
            raise SystemExit(f"{folder.name}, {flags}: {made.stderr.strip().splitlines()[-1]}")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        done.write_text(f"{time.time() - start} {cpu}")
    with open(out / "leaderboard.csv", newline="") as lines:
        trials = [t for t in csv.DictReader(lines) if t["search"] == "student"]
    result = json.loads((out / "result.json").read_text())
    complete = [(int(t["trial"]), float(t["loss"])) for t in trials if t["loss"]]
    wall, cpu = map(float, done.read_text().split())
    return {"seconds": wall, "cpu": cpu, "best": min(loss for _, loss in complete),
            "best30": min(loss for number, loss in complete if number < 30),
            "pruned": sum(t["state"] == "pruned" for t in trials), "family": result["student"]["family"],
            "kl": result["student"]["test"]["kl"], "log_loss": result["student"]["test"]["log_loss"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("sets", nargs="*")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs"))
    parser.add_argument("--variant", action="append")
    args = parser.parse_args()
    variants = [v.split(":", 1) for v in args.variant or VARIANTS]
    print("medians over seeds\n| set | variant | best loss | best at 30 | test KL | test log loss | pruned | seconds | CPU seconds | families |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for folder in sorted(args.folder.iterdir()):
        if not (folder / "meta.json").exists() or (args.sets and folder.name not in args.sets):
            continue
        runs = {name: [] for name, _ in variants}
        for seed in range(1, args.seeds + 1):
            for name, flags in variants:
                out = args.out / f"{folder.name}-{name.replace(' ', '_').replace(',', '')}-{seed}"
                out.mkdir(parents=True, exist_ok=True)
                runs[name].append(run(folder, flags, seed, out))
        for name, rows in runs.items():
            median = {key: statistics.median(row[key] for row in rows) for key in rows[0] if key != "family"}
            families = ", ".join(sorted({row["family"] for row in rows}))
            print(f"| {folder.name} | {name} | {median['best']:.4f} | {median['best30']:.4f} | {median['kl']:.4f} "
                  f"| {median['log_loss']:.4f} | {median['pruned']:.0f} | {median['seconds']:.0f} | {median['cpu']:.0f} | {families} |", flush=True)


if __name__ == "__main__":
    main()
