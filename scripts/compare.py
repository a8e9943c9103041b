#!/usr/bin/env python3
"""Runs `distill run --trials 40 --seed 1` on every data set of a folder and prints student, twin, teacher and best reference.

Usage: scripts/compare.py FOLDER [--teacher oof|insample] [--trials N] [--out DIR] [SET ...]
A data set is a folder with train.csv, test.csv, train_teacher_oof.csv, train_teacher.csv, test_teacher.csv (each may be .gz),
meta.json with the label's name, and baseline.json with the reference students' scores.
"""
import argparse
import json
import pathlib
import resource
import subprocess
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("sets", nargs="*")
parser.add_argument("--teacher", choices=["oof", "insample"], default="oof")
parser.add_argument("--trials", default="40")
parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs"))
args = parser.parse_args()
distill = pathlib.Path(__file__).resolve().parent.parent / "distill"


def file(folder, name):
    plain = folder / name
    return plain if plain.exists() else folder / (name + ".gz")


def best_reference(folder):
    students = json.loads((folder / "baseline.json").read_text())["students"]
    rows = [s for name, kinds in students.items() if name != "teacher_itself" for s in kinds.values()]
    return min(r["kl_teacher_student"] for r in rows)


print("| set | KL student / twin / best reference | log loss student / twin / teacher | accuracy student / twin / teacher "
      "| family, α | bytes | ns a row | seconds |")
print("|---|---|---|---|---|---|---|---|")
for folder in sorted(args.folder.iterdir()):
    if not (folder / "meta.json").exists() or (args.sets and folder.name not in args.sets):
        continue
    label = json.loads((folder / "meta.json").read_text())["label"]
    teacher = "train_teacher_oof.csv" if args.teacher == "oof" else "train_teacher.csv"
    out = args.out / f"{folder.name}-{args.teacher}"
    start = time.time()
    done = subprocess.run(
        [distill, "run", "--train", file(folder, "train.csv"), "--label", label, "--teacher", file(folder, teacher),
         "--test", file(folder, "test.csv"), "--test-teacher", file(folder, "test_teacher.csv"),
         "--trials", args.trials, "--seed", "1", "--out", out],
        capture_output=True, text=True)
    seconds = time.time() - start
    if done.returncode:
        print(f"| {folder.name} | failed: {done.stderr.strip().splitlines()[-1]} |")
        continue
    r = json.loads((out / "result.json").read_text())
    s, t, p = r["student"]["test"], r["hard_twin"]["test"], r["teacher"]["test"]
    cost = r["student"]["cost"]
    print(f"| {folder.name} | {s['kl']:.4f} / {t['kl']:.4f} / {best_reference(folder):.4f} "
          f"| {s['log_loss']:.4f} / {t['log_loss']:.4f} / {p['log_loss']:.4f} "
          f"| {s['accuracy']:.4f} / {t['accuracy']:.4f} / {p['accuracy']:.4f} "
          f"| {r['student']['family']}, {r['student']['alpha']:.2g} | {cost['bytes']:,} | {cost['row_p50_ns']:,.0f} | {seconds:.0f} |",
          flush=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(f"\nPeak memory of a run: {peak / 1024:.0f} MiB")
