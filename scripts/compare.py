#!/usr/bin/env python3
"""Runs `distill run --seed 1` on every data set of a folder and prints student, twin, teacher and reference students.

Usage: scripts/compare.py FOLDER [SET ...] [--teacher oof|insample] [--trials N] [--out DIR] [--each FAMILY,…|all]
A data set is a folder with train.csv, test.csv, train_teacher_oof.csv, train_teacher.csv, test_teacher.csv (each may be .gz),
meta.json with the label's name, and baseline.json with the reference students' scores.

Without --each: one run a set over all families (40 trials), against the best reference student.
With --each: one run a set and family (20 trials), against the reference students of the same kind; then which of the two goals
failed: KL below the family's own hard-label twin, and below the best reference of its kind.
"""
import argparse
import json
import pathlib
import resource
import subprocess
import time

DISTILL = pathlib.Path(__file__).resolve().parent.parent / "distill"

# The reference student of the same kind: logistic regression, one tree, a forest, boosted trees.
KINDS = {"linear": "lr", "softmax": "lr", "fm": "lr", "mlp": "lr", "tree": "dt6", "forest": "rf50x8",
         "gbm": "xgb50x4", "trees": "xgb50x4"}


def file(folder, name):
    plain = folder / name
    return plain if plain.exists() else folder / (name + ".gz")


def best_reference(folder, kind=None):
    students = json.loads((folder / "baseline.json").read_text())["students"]
    return min(row["kl_teacher_student"] for name, rows in students.items()
               if name != "teacher_itself" and kind in (None, name) for row in rows.values())


def run(folder, args, trials, families, out):
    """result.json of a run, and its seconds; None and the last line of what it said if it failed."""
    label = json.loads((folder / "meta.json").read_text())["label"]
    teacher = "train_teacher_oof.csv" if args.teacher == "oof" else "train_teacher.csv"
    start = time.time()
    done = subprocess.run(
        [DISTILL, "run", "--train", file(folder, "train.csv"), "--label", label, "--teacher", file(folder, teacher),
         "--test", file(folder, "test.csv"), "--test-teacher", file(folder, "test_teacher.csv"),
         "--trials", str(trials), "--seed", "1", "--out", out] + families,
        capture_output=True, text=True)
    if done.returncode:
        return None, done.stderr.strip().splitlines()[-1]
    return json.loads((out / "result.json").read_text()), time.time() - start


def sets(args):
    return [f for f in sorted(args.folder.iterdir())
            if (f / "meta.json").exists() and (not args.sets or f.name in args.sets)]


def whole(args):
    print("| set | KL student / twin / best reference | log loss student / twin / teacher | accuracy student / twin / teacher "
          "| family, α | bytes | ns a row | seconds |")
    print("|---|---|---|---|---|---|---|---|")
    for folder in sets(args):
        r, seconds = run(folder, args, args.trials or 40, [], args.out / f"{folder.name}-{args.teacher}")
        if r is None:
            print(f"| {folder.name} | failed: {seconds} |")
            continue
        s, t, p = r["student"]["test"], r["hard_twin"]["test"], r["teacher"]["test"]
        cost = r["student"]["cost"]
        print(f"| {folder.name} | {s['kl']:.4f} / {t['kl']:.4f} / {best_reference(folder):.4f} "
              f"| {s['log_loss']:.4f} / {t['log_loss']:.4f} / {p['log_loss']:.4f} "
              f"| {s['accuracy']:.4f} / {t['accuracy']:.4f} / {p['accuracy']:.4f} "
              f"| {r['student']['family']}, {r['student']['alpha']:.2g} | {cost['bytes']:,} | {cost['row_p50_ns']:,.0f} "
              f"| {seconds:.0f} |", flush=True)


def each(args):
    families = args.each.split(",")
    if families == ["all"]:
        listed = subprocess.run([DISTILL, "students"], capture_output=True, text=True, check=True).stdout
        families = [line.split(":")[0] for line in listed.splitlines() if line and not line.startswith(" ")]
    misses = []
    print("KL student / twin / reference of the kind, seconds")
    folders = sets(args)
    print("| family | " + " | ".join(f.name for f in folders) + " |")
    print("|---" * (len(folders) + 1) + "|")
    for family in families:
        cells = []
        for folder in folders:
            kind = KINDS.get(family.split(".")[1])
            r, seconds = run(folder, args, args.trials or 20, ["--families", family],
                             args.out / f"{folder.name}-{args.teacher}-{family}")
            if r is None:
                cells.append(f"failed: {seconds}")
                misses.append(f"{family} on {folder.name}: {seconds}")
                continue
            student, twin = r["student"]["test"]["kl"], r["hard_twin"]["test"]["kl"]
            reference = best_reference(folder, kind)
            cells.append(f"{student:.4f} / {twin:.4f} / {reference:.4f}, {seconds:.0f} s")
            if not student < twin:
                misses.append(f"{family} on {folder.name}: KL {student:.4f}, its twin's {twin:.4f}")
            if not student < reference:
                misses.append(f"{family} on {folder.name}: KL {student:.4f}, {kind}'s {reference:.4f}")
        print(f"| {family} | " + " | ".join(cells) + " |", flush=True)
    print("\nNot below:" if misses else "\nAll below.")
    for miss in misses:
        print("- " + miss)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("sets", nargs="*")
    parser.add_argument("--teacher", choices=["oof", "insample"], default="oof")
    parser.add_argument("--trials", type=int)
    parser.add_argument("--each", metavar="FAMILY,…|all")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs"))
    args = parser.parse_args()
    (each if args.each else whole)(args)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"\nPeak memory of a run: {peak / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
