#!/usr/bin/env python3
"""Runs `distill run` with several seeds, and for several limits of latency, and prints how much of the teacher's lead is kept.

Usage: scripts/gap.py FOLDER [SET ...] [--teacher model|oof|insample|auto] [--at 0,10,30,100,300] [--seeds 5] [--out DIR] [-- FLAGS]
A data set is a folder as for scripts/compare.py; for `--teacher model` it has teacher_xgb.ubj too.
--at N: the student may take 1/N of the teacher's time for a row (0: as long as it likes); only with `--teacher model`.
FLAGS go to `distill run`, such as --trials 20 --families smile.tree --timeout 10m. A run that is there already is not made again.

A line for each run: accuracy and log loss of teacher, twin and student, the share of the gap closed with its 95 % interval (where the
gap is beyond noise), how many times faster than the teacher it is, and what it is. "worse" marks a student whose log loss is above its
twin's beyond noise. After the runs of one set and limit a line with the means.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys

DISTILL = pathlib.Path(__file__).resolve().parent.parent / "distill"


def file(folder, name):
    plain = folder / name
    return plain if plain.exists() else folder / (name + ".gz")


def distill(folder, teacher, out, flags):
    """result.json of a run."""
    if not (out / "result.json").exists():
        label = json.loads((folder / "meta.json").read_text())["label"]
        args = [DISTILL, "run", "--train", file(folder, "train.csv"), "--label", label, "--test", file(folder, "test.csv"), "--out", out]
        if teacher == "auto":
            args += ["--teacher", "auto"]
        elif teacher == "model":
            args += ["--teacher-model", folder / "teacher_xgb.ubj"]
        else:
            name = "train_teacher_oof.csv" if teacher == "oof" else "train_teacher.csv"
            args += ["--teacher", file(folder, name), "--test-teacher", file(folder, "test_teacher.csv")]
        done = subprocess.run(args + flags, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{folder.name}: {done.stderr.strip().splitlines()[-1]}")
        (out / "log.txt").write_text(done.stderr + done.stdout)
    return json.loads((out / "result.json").read_text())


def closed(interval):
    if interval["low"] is None:
        return "within noise"
    return f"{100 * interval['estimate']:.0f} % ({100 * interval['low']:.0f} to {100 * interval['high']:.0f})"


def scores(r, name):
    return [r[who]["test"][name] for who in ("teacher", "hard_twin", "student")]


def row(folder, at, seed, r):
    c = r["comparison"]
    teacher_ns = r["teacher"].get("row_p50_ns")
    faster = f"{teacher_ns / r['student']['cost']['row_p50_ns']:.0f}" if teacher_ns else ""
    worse = " worse" if c["log_loss_gain"]["high"] < 0 else ""
    print(f"| {folder.name} | {f'1/{at}' if at else 'any'} | {seed} | " + " / ".join(f"{v:.4f}" for v in scores(r, "accuracy"))
          + f" | {closed(c['gap_closed_accuracy_interval'])} | " + " / ".join(f"{v:.4f}" for v in scores(r, "log_loss"))
          + f" | {closed(c['gap_closed_log_loss_interval'])}{worse} | {faster} | {r['student']['family']}, α {r['student']['alpha']:.2g}, "
          + f"×{r['student']['augment']} | {r['student']['cost']['bytes']:,} |", flush=True)


def mean(folder, at, runs):
    cells = []
    for name in ("accuracy", "log_loss"):
        teacher, twin, student = (statistics.mean(scores(r, name)[i] for r in runs) for i in range(3))
        own = [r["comparison"][f"gap_closed_{name}_interval"] for r in runs]
        beyond = [o["estimate"] for o in own if o["low"] is not None]
        share = f"{100 * (student - twin) / (teacher - twin):.0f} %, beyond noise in {len(beyond)}" if beyond else "within noise in all"
        cells.append(f"{teacher:.4f} / {twin:.4f} / {student:.4f} | {share}")
    worse = sum(r["comparison"]["log_loss_gain"]["high"] < 0 for r in runs)
    faster = [r["teacher"]["row_p50_ns"] / r["student"]["cost"]["row_p50_ns"] for r in runs if "row_p50_ns" in r["teacher"]]
    print(f"| **{folder.name}** | {f'1/{at}' if at else 'any'} | mean of {len(runs)} | {cells[0]} | {cells[1]}; worse than the twin: {worse} | "
          + (f"{statistics.median(faster):.0f}" if faster else "") + " | | |", flush=True)


def main():
    own, flags = sys.argv[1:], []
    if "--" in own:
        own, flags = own[:own.index("--")], own[own.index("--") + 1:]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("sets", nargs="*")
    parser.add_argument("--teacher", choices=["model", "oof", "insample", "auto"], default="model")
    parser.add_argument("--at", default="0")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/gap"))
    args = parser.parse_args(own)
    limits = [int(n) for n in args.at.split(",")]
    if any(limits) and args.teacher != "model":
        parser.error("--at needs --teacher model: others' time is not known before")
    print("| set | time | seed | accuracy teacher / twin / student | gap closed | log loss teacher / twin / student | gap closed "
          "| times faster | student | bytes |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for folder in sorted(args.folder.iterdir()):
        if (args.sets and folder.name not in args.sets) or not (folder / "meta.json").exists() \
                or (args.teacher == "model" and not (folder / "teacher_xgb.ubj").exists()):
            continue
        if any(limits):
            first = distill(folder, "model", args.out / f"{folder.name}-time",
                            ["--trials", "1", "--families", "xgboost.tree", "--augment", "0"])
        for at in limits:
            limit = [f"--max-latency={first['teacher']['row_p50_ns'] / at:.0f}ns"] if at else []
            runs = []
            for seed in range(1, args.seeds + 1):
                out = args.out / f"{folder.name}-{args.teacher}-{at}-{seed}"
                runs.append(distill(folder, args.teacher, out, ["--seed", str(seed), *limit, *flags]))
                row(folder, at, seed, runs[-1])
            mean(folder, at, runs)


if __name__ == "__main__":
    main()
