#!/usr/bin/env python3
"""Four processes on one study: a run and three workers, of which one is killed, one stops for a while, one has a wrong clock.

Usage: scripts/workers.py [--stop SECONDS] [--postgres DRIVER.jar]
Runs on a part of the demo's data: once alone, then with the workers beside it. The student must be the same, byte for byte, no trial may be lost, and
none may count twice. The wrong clock, a day ahead, needs Debian's `faketime`; without it that worker has the right one, which the last line says.
--stop: how long the slow one stands still in the middle of its work.
--postgres: the study is in a PostgreSQL server, which is started for it and stopped; its JDBC driver is needed, Debian's package has the server.
"""
import argparse
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time

from kills import DATA, ROOT, some_rows, trials_of, twice

DISTILL = ROOT / "distill"
FAMILIES = "smile.tree,smile.gbm,tribuo.tree,xgboost.tree"


def run(folder, study, out):
    return [DISTILL, "run", "--train", folder / "train.csv", "--label", "soil", "--teacher", folder / "teacher.csv",
            "--test", DATA / "test.csv.gz", "--test-teacher", DATA / "test_teacher.csv.gz", "--families", FAMILIES, "--trials", "40",
            "--threads", "1", "--in-flight", "4", "--study", study, "--out", out]


class Sqlite:
    """A store in a file."""

    def __init__(self, folder):
        self.place = folder / "shared.db"
        self.environment = {}

    def rows(self, query):
        base = sqlite3.connect(self.place)
        try:
            return base.execute(query).fetchall()
        except sqlite3.OperationalError:
            return []  # not there yet
        finally:
            base.close()

    def stop(self):
        pass


class Postgres:
    """A store in a server of its own."""

    def __init__(self, folder, driver):
        self.bin = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
        self.data = folder / "postgres"
        self.data.mkdir()
        self.root = os.geteuid() == 0
        if self.root:
            folder.chmod(0o755)
            shutil.chown(self.data, "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.run("initdb", "-D", self.data / "data", "-A", "trust", "-U", "distill", "-E", "UTF8", "--no-sync")
        self.run("pg_ctl", "-D", self.data / "data", "-w", "-l", self.data / "log", "-o",
                 f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off", "start")
        self.place = f"jdbc:postgresql://127.0.0.1:{self.port}/postgres?user=distill"
        self.environment = {"DISTILL_CLASSPATH": str(driver)}

    def run(self, program, *args):
        user = ["runuser", "-u", "postgres", "--"] if self.root else []
        subprocess.run([*user, self.bin / program, *args], check=True, cwd=self.data, stdout=subprocess.DEVNULL)

    def rows(self, query):
        told = subprocess.run(["psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "distill", "-d", "postgres", "-At", "-F", "\t", "-c", query],
                              capture_output=True, text=True)
        return [tuple(line.split("\t")) for line in told.stdout.splitlines()]

    def stop(self):
        self.run("pg_ctl", "-D", self.data / "data", "-m", "immediate", "-w", "stop")


def begun(store, process):
    """Waits until the run has noted what it is made from."""
    while process.poll() is None:
        if store.rows("SELECT 1 FROM trials JOIN studies USING (study_id) WHERE study_name LIKE '%/twin'"):
            return
        time.sleep(0.1)
    raise SystemExit("the run ended before it began a trial")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stop", type=float, default=5)
    parser.add_argument("--postgres", type=pathlib.Path)
    args = parser.parse_args()
    clock = ["faketime", "-f", "+1d"] if shutil.which("faketime") else []
    with tempfile.TemporaryDirectory() as temp:
        folder = pathlib.Path(temp)
        some_rows(folder)
        subprocess.run([DISTILL, "--version"], check=True, stdout=subprocess.DEVNULL)
        start = time.time()
        subprocess.run(run(folder, folder / "alone.db", folder / "alone"), check=True, capture_output=True)
        alone = time.time() - start
        store = Postgres(folder, args.postgres.resolve()) if args.postgres else Sqlite(folder)
        try:
            shared(folder, store, alone, clock, args.stop)
        finally:
            store.stop()


def shared(folder, store, alone, clock, stop):
    """The run with workers beside it, against the one alone."""
    start = time.time()
    environment = dict(os.environ, DONT_FAKE_MONOTONIC="1", **store.environment)
    main_run = subprocess.Popen(run(folder, store.place, folder / "shared"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment)
    begun(store, main_run)
    words = [DISTILL, "worker", "--study", store.place]
    workers = {name: subprocess.Popen(before + words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
                                      start_new_session=True)
               for name, before in (("killed", []), ("slow", []), ("wrong clock", clock))}
    # All have joined when each has a trial.
    joined = set()
    while len(joined) < 4 and main_run.poll() is None:
        joined = set(store.rows("SELECT value_json FROM trial_system_attributes WHERE key = 'distill:worker'"))
        time.sleep(0.05)
    os.killpg(workers["killed"].pid, signal.SIGKILL)
    os.killpg(workers["slow"].pid, signal.SIGSTOP)
    time.sleep(stop)
    os.killpg(workers["slow"].pid, signal.SIGCONT)
    if main_run.wait() != 0:
        raise SystemExit(main_run.stderr.read())
    together = time.time() - start
    for name in ("slow", "wrong clock"):
        out, err = workers[name].communicate()
        if workers[name].returncode or "Nothing is left to do" not in out:
            raise SystemExit(f"{name}: exit {workers[name].returncode}\n{out}{err}")
    trials, running = trials_of(store.rows)
    shares = [int(n) for _, n in store.rows(
        "SELECT value_json, COUNT(*) FROM trial_system_attributes WHERE key = 'distill:worker' GROUP BY 1")]
    given = len(store.rows("SELECT 1 FROM trial_system_attributes WHERE key = 'distill:instead_of'"))
    same = (folder / "alone" / "student.distill").read_bytes() == (folder / "shared" / "student.distill").read_bytes()
    wrong = [what for what, is_so in (("students differ", not same), (f"{running} trials still run", running),
                                      (f"run twice: {twice(trials)}", twice(trials)), ("no worker took part", len(shares) < 4)) if is_so]
    if wrong:
        raise SystemExit("; ".join(map(str, wrong)))
    print(f"alone {alone:.0f} s, together {together:.0f} s; {len(trials)} trials by processes: {', '.join(map(str, sorted(shares)))}; "
          f"{given} given again; the same student, byte for byte; clock a day ahead: {'yes' if clock else 'no, faketime is not there'}")


if __name__ == "__main__":
    main()
