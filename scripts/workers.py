#!/usr/bin/env python3
"""Four processes on one study: a run and three workers, of which one is killed, one stops for a while, one has a wrong clock.

Usage: scripts/workers.py [--stop SECONDS]
Runs on a part of the demo's data: once alone, then with the workers beside it. The student must be the same, byte for byte, no trial may be lost, and
none may count twice. The wrong clock, a day ahead, needs Debian's `faketime`; without it that worker has the right one, which the last line says.
--stop: how long the slow one stands still in the middle of its work.
"""
import argparse
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

from kills import DATA, ROOT, some_rows, trials, twice

DISTILL = ROOT / "distill"
FAMILIES = "smile.tree,smile.gbm,tribuo.tree,xgboost.tree"


def run(folder, study, out):
    return [DISTILL, "run", "--train", folder / "train.csv", "--label", "soil", "--teacher", folder / "teacher.csv",
            "--test", DATA / "test.csv.gz", "--test-teacher", DATA / "test_teacher.csv.gz", "--families", FAMILIES, "--trials", "40",
            "--threads", "1", "--in-flight", "4", "--study", study, "--out", out]


def begun(study, process):
    """Waits until the run has noted what it is made from."""
    while process.poll() is None:
        base = sqlite3.connect(study)
        try:
            if base.execute("SELECT 1 FROM trials JOIN studies USING (study_id) WHERE study_name LIKE '%/twin'").fetchone():
                return
        except sqlite3.OperationalError:
            pass
        finally:
            base.close()
        time.sleep(0.1)
    raise SystemExit("the run ended before it began a trial")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stop", type=float, default=5)
    args = parser.parse_args()
    clock = ["faketime", "-f", "+1d"] if shutil.which("faketime") else []
    with tempfile.TemporaryDirectory() as temp:
        folder = pathlib.Path(temp)
        some_rows(folder)
        subprocess.run([DISTILL, "--version"], check=True, stdout=subprocess.DEVNULL)
        start = time.time()
        subprocess.run(run(folder, folder / "alone.db", folder / "alone"), check=True, capture_output=True)
        alone = time.time() - start
        study = folder / "shared.db"
        start = time.time()
        main_run = subprocess.Popen(run(folder, study, folder / "shared"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        begun(study, main_run)
        environment = dict(os.environ, DONT_FAKE_MONOTONIC="1")
        words = [DISTILL, "worker", "--study", study]
        workers = {name: subprocess.Popen(before + words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
                                          start_new_session=True)
                   for name, before in (("killed", []), ("slow", []), ("wrong clock", clock))}
        # All have joined when each has a trial.
        joined = set()
        while len(joined) < 4 and main_run.poll() is None:
            base = sqlite3.connect(study)
            joined = set(base.execute("SELECT value_json FROM trial_system_attributes WHERE key = 'distill:worker'").fetchall())
            base.close()
            time.sleep(0.05)
        os.killpg(workers["killed"].pid, signal.SIGKILL)
        os.killpg(workers["slow"].pid, signal.SIGSTOP)
        time.sleep(args.stop)
        os.killpg(workers["slow"].pid, signal.SIGCONT)
        if main_run.wait() != 0:
            raise SystemExit(main_run.stderr.read())
        together = time.time() - start
        for name in ("slow", "wrong clock"):
            out, err = workers[name].communicate()
            if workers[name].returncode or "Nothing is left to do" not in out:
                raise SystemExit(f"{name}: exit {workers[name].returncode}\n{out}{err}")
        known, running = trials(study)
        base = sqlite3.connect(study)
        shares = [n for _, n in base.execute(
            "SELECT value_json, COUNT(*) FROM trial_system_attributes WHERE key = 'distill:worker' GROUP BY 1").fetchall()]
        given = base.execute("SELECT COUNT(*) FROM trial_system_attributes WHERE key = 'distill:instead_of'").fetchone()[0]
        base.close()
        same = (folder / "alone" / "student.distill").read_bytes() == (folder / "shared" / "student.distill").read_bytes()
        wrong = [what for what, is_so in (("students differ", not same), (f"{running} trials still run", running),
                                          (f"run twice: {twice(known)}", twice(known)), ("no worker took part", len(shares) < 4)) if is_so]
        if wrong:
            raise SystemExit("; ".join(map(str, wrong)))
        print(f"alone {alone:.0f} s, together {together:.0f} s; {len(known)} trials by processes: {', '.join(map(str, sorted(shares)))}; "
              f"{given} given again; the same student, byte for byte; clock a day ahead: {'yes' if clock else 'no, faketime is not there'}")


if __name__ == "__main__":
    main()
