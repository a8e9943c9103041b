#!/usr/bin/env python3
"""Kills `distill run --study` at random moments and resumes it, until it ends; nothing may be lost, run twice or come out otherwise.

Usage: scripts/kills.py [--kills N] [--seed N] [--pruner NAME]
Runs on the demo's data with one thread: once undisturbed, then again and again with `kill -9` at random moments from the start of the process to
the writing of its results, and `--resume` after each. After each kill the study must be a sound SQLite file that still has every trial that had
ended, as it was; at each end the student's bytes and the leaderboard must be those of the undisturbed run, and no trial may have been run twice.
"""
import argparse
import csv
import gzip
import json
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "distill-cli" / "src" / "main" / "resources" / "dev" / "distill" / "cli" / "demo"
FAMILIES = "smile.tree,tribuo.tree,xgboost.tree"
ENDED = ("COMPLETE", "PRUNED", "FAIL")


def command(folder, pruner, out):
    return [ROOT / "distill", "run", "--train", folder / "train.csv", "--label", "soil", "--teacher", folder / "teacher.csv",
            "--test", DATA / "test.csv.gz", "--test-teacher", DATA / "test_teacher.csv.gz", "--families", FAMILIES, "--trials", "8",
            "--threads", "1", "--pruner", pruner, "--study", out / "study.db", "--resume", "--out", out / "run"]


def some_rows(folder):
    for name, to in (("train.csv.gz", "train.csv"), ("train_teacher.csv.gz", "teacher.csv")):
        with gzip.open(DATA / name, "rt") as lines:
            (folder / to).write_text("".join(line for i, line in enumerate(lines) if i % 3 == 0))


def trials(file):
    """What is known of each ended trial of each study, and how many are running."""
    if not file.exists():
        return {}, 0
    base = sqlite3.connect(file)
    try:
        if base.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise SystemExit(f"{file} is not sound")
        if not base.execute("SELECT 1 FROM sqlite_master WHERE name = 'trials'").fetchall():
            return {}, 0
        return trials_of(lambda query: base.execute(query).fetchall())
    finally:
        base.close()


def trials_of(rows):
    """The same of any store whose rows a function gives."""
    told, running = {}, 0
    parts = []
    for columns in ("param_name, param_value FROM trial_params", "objective, value FROM trial_values",
                    "step, intermediate_value FROM trial_intermediate_values", "key, value_json FROM trial_user_attributes",
                    "key, value_json FROM trial_system_attributes"):
        part = {}
        for trial, key, value in rows("SELECT trial_id, " + columns):
            part.setdefault(trial, []).append((key, value))
        parts.append(part)
    for trial, study, number, state in rows("SELECT trial_id, study_name, number, state FROM trials JOIN studies USING (study_id)"):
        running += state == "RUNNING"
        if state in ENDED:
            told[study, int(number)] = state, *(tuple(sorted(part.get(trial, []))) for part in parts)
    return told, running


def twice(known):
    """Trials that ended in the place of one that had ended already."""
    seen, again = set(), []
    for (study, number), trial in known.items():
        system = dict(trial[5])
        if "distill:abandoned" in system:
            continue
        place = study, int(json.loads(system.get("distill:instead_of", str(number))))
        if place in seen:
            again.append(place)
        seen.add(place)
    return again


def result(out):
    """What must be the same: the student's bytes, and the leaderboard but for times and the numbers of trials that were given again."""
    with open(out / "run" / "leaderboard.csv", newline="") as lines:
        board = [tuple(v for k, v in row.items() if k not in ("seconds", "trial")) for row in csv.DictReader(lines)]
    return (out / "run" / "student.distill").read_bytes(), sorted(board)


def run(args):
    return subprocess.Popen(args, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pruner", default="median")
    args = parser.parse_args()
    draw = random.Random(args.seed)
    with tempfile.TemporaryDirectory() as temp:
        folder = pathlib.Path(temp)
        some_rows(folder)
        undisturbed = folder / "undisturbed"
        undisturbed.mkdir()
        subprocess.run([ROOT / "distill", "--version"], check=True, stdout=subprocess.DEVNULL)
        start = time.time()
        first = subprocess.run(command(folder, args.pruner, undisturbed), capture_output=True, text=True)
        if first.returncode:
            raise SystemExit(first.stderr.strip())
        takes = time.time() - start
        expected = result(undisturbed)
        print(f"undisturbed: {takes:.1f} s, {len(trials(undisturbed / 'study.db')[0])} trials", flush=True)
        kills, ends, caught, before, given = 0, 0, 0, 0, 0
        wrong = []
        while kills < args.kills or ends == 0:
            out = folder / f"run{ends}"
            out.mkdir()
            known = {}
            while True:
                process = run(command(folder, args.pruner, out))
                try:
                    # Later and later, so that it gets to the end sometime.
                    wait = draw.uniform(0.1, takes) if kills < args.kills else None
                    _, errors = process.communicate(timeout=wait)
                    if process.returncode:
                        wrong.append(f"exit code {process.returncode}: {errors.strip().splitlines()[-1:]}")
                    break
                except subprocess.TimeoutExpired:
                    process.send_signal(signal.SIGKILL)
                    process.communicate()
                    kills += 1
                now, running = trials(out / "study.db")
                caught += running > 0
                before += not now
                wrong += [f"{key} was {known[key]}, is {now.get(key)}" for key in known if now.get(key) != known[key]]
                known = now
            ends += 1
            now, _ = trials(out / "study.db")
            wrong += [f"{key} was {known[key]}, is {now.get(key)}" for key in known if now.get(key) != known[key]]
            wrong += [f"{place} was run twice" for place in twice(now)]
            given += sum("distill:abandoned" in dict(trial[5]) for trial in now.values())
            if not wrong:
                student, board = result(out)
                if student != expected[0]:
                    wrong.append("another student")
                wrong += [f"leaderboard: {line}" for line in set(board) ^ set(expected[1])]
            if wrong:
                break
        print(f"{kills} kills in {ends} runs to the end: {before} before the first trial had ended, {caught} while trials ran, {given} trials given again")
        for line in wrong[:10]:
            print("WRONG:", line)
        print("every ended trial kept as it was, none run twice, the same student and leaderboard each time" if not wrong else f"{len(wrong)} things wrong")
        return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
