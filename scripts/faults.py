#!/usr/bin/env python3
"""Breaks what Distill stands on, and sees what it does: disks, temporary folders, homes, signals, memory, clocks, locales, stacks, paths, huge files.

Usage: scripts/faults.py [--long] [--only TEXT] [--seed N]
Prints a line for each fault; exits with 1 if one was not survived. docs/faults.md says what each of them must come to. A fault that can't be made here
(no right to mount, no `faketime`, no `javac`) is named and left out. --only: the faults with that text in their name.
"""
import argparse
import csv
import gzip
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from kills import DATA, ROOT

DISTILL = str(ROOT / "distill")
FAULTS = []
FAMILY = ["--families", "tribuo.tree", "--trials", "3", "--threads", "1"]


class Wrong(Exception):
    """It was not survived."""


class Impossible(Exception):
    """It can't be tried here."""


def fault(name, long=False):
    def add(function):
        FAULTS.append((name, function, long))
        return function
    return add


def environment(options="", **more):
    own = dict(os.environ, DISTILL_JAVA_OPTS="-Xmx1g " + options)
    own.update(more)
    return own


def told(done):
    """What a command said, if it is what a command may say: all well, or one line."""
    text = done.stderr.strip()
    if done.returncode not in (0, 1, 2):
        raise Wrong(f"exit code {done.returncode}: {text[-300:]}")
    if re.search(r"^\s+at |Exception in|\bException:", text, re.M):
        raise Wrong("a stack trace: " + text[:300].replace("\n", " "))
    lines = [line for line in text.splitlines() if line.startswith("distill: ")]
    if done.returncode and len(lines) != 1:
        raise Wrong(f"exit code {done.returncode}, and {len(lines)} lines that say why: {text[-300:]}")
    return lines[0] if done.returncode else ""


def distill(*words, code=None, before=(), timeout=240, **more):
    """Runs a command to its end; the line that says why it failed, or ''."""
    try:
        done = subprocess.run([*before, DISTILL, *map(str, words)], capture_output=True, text=True, errors="replace", timeout=timeout,
                              **{"env": environment(), **more})
    except subprocess.TimeoutExpired:
        raise Wrong(f"hangs: distill {' '.join(map(str, words))[:200]}")
    line = told(done)
    if code is not None and done.returncode != code:
        raise Wrong(f"exit code {done.returncode}, expected {code}: {done.stderr.strip()[-300:]}")
    return line


def some_rows(folder, every=20):
    for name in ("train", "train_teacher", "test", "test_teacher"):
        with gzip.open(DATA / f"{name}.csv.gz", "rt") as lines:
            (folder / f"{name}.csv").write_text("".join(line for i, line in enumerate(lines) if i % every == 0))


def run_words(folder, out, *more):
    return ["run", "--train", folder / "train.csv", "--label", "soil", "--teacher", folder / "train_teacher.csv", "--test", folder / "test.csv",
            "--test-teacher", folder / "test_teacher.csv", *FAMILY, "--out", out, *more]


def figures(out):
    """What a run came to: the student's bytes, and the leaderboard but for times."""
    with open(out / "leaderboard.csv", newline="") as lines:
        board = [tuple(v for k, v in line.items() if k != "seconds") for line in csv.DictReader(lines)]
    return (out / "student.distill").read_bytes(), board


class Base:
    """Data, and a run that nothing disturbed."""

    def __init__(self, folder, seed):
        self.folder = folder
        self.random = random.Random(seed)
        some_rows(folder)
        self.out = folder / "undisturbed"
        start = time.time()
        distill(*run_words(folder, self.out), code=0)
        self.seconds = time.time() - start
        self.student = self.out / "student.distill"

    def same(self, out):
        if figures(out) != figures(self.out):
            raise Wrong("another student or leaderboard than that of a run that nothing disturbed")

    def many_rows(self, place, times):
        lines = (self.folder / "test.csv").read_text().splitlines(keepends=True)
        with open(place, "w") as out:
            out.write(lines[0])
            for _ in range(times):
                out.writelines(lines[1:])
        return place


def within(script, *words, env=None):
    """A shell's script where it may mount what no other process sees."""
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode:
        raise Impossible("no right to mount a file system")
    return subprocess.run(["unshare", "-rm", "sh", "-c", script, "sh", *map(str, words)], capture_output=True, text=True, timeout=300,
                          env=env or environment())


def leftovers(folder, but=()):
    found = sorted(p.name for p in folder.iterdir() if p.name not in but)
    if found:
        raise Wrong(f"left behind: {', '.join(found)}")


# ---- disks ----

FILLED = """disk=$1; shift
mount -t tmpfs -o size=4m tmpfs "$disk"
"$@" & run=$!
while [ ! -e "$disk/study.db" ] && kill -0 $run 2>/dev/null; do sleep 0.05; done
dd if=/dev/zero of="$disk/fill" bs=1k 2>/dev/null
wait $run; code=$?
rm "$disk/fill"
ls -A "$disk" "$disk/run" 2>/dev/null | grep -E '\\.tmp$|unfinished' | sed 's/^/LEFT /'
"$@" --resume >/dev/null || echo AGAIN $?
[ -s "$disk/run/student.distill" ] || echo NOTHING
exit $code
"""


@fault("the disk is full while a run keeps its trials and writes its results")
def disk_full_run(base, folder):
    disk = folder / "disk"
    disk.mkdir()
    done = within(FILLED, disk, DISTILL, *run_words(base.folder, disk / "run", "--study", disk / "study.db"))
    for word in ("LEFT", "AGAIN", "NOTHING"):
        if word in done.stdout:
            raise Wrong(done.stdout + done.stderr[-400:])
    line = told(done)
    if not done.returncode:
        raise Wrong("it says that all went well")
    return f"'{shortened(line)}'; nothing half-written, and --resume comes to an end when there is room"


FULL_WRITE = """disk=$1; shift
mount -t tmpfs -o size=64k tmpfs "$disk"
"$@"; code=$?
ls -A "$disk" | sed 's/^/LEFT /'
exit $code
"""


@fault("the disk is full while predictions are written")
def disk_full_predict(base, folder):
    disk = folder / "disk"
    disk.mkdir()
    rows = base.many_rows(folder / "rows.csv", 50)
    done = within(FULL_WRITE, disk, DISTILL, "predict", "--student", base.student, "--data", rows, "--out", disk / "p.csv")
    return full(done)


@fault("the disk is full while made rows are written")
def disk_full_augment(base, folder):
    disk = folder / "disk"
    disk.mkdir()
    done = within(FULL_WRITE, disk, DISTILL, "augment", "--train", base.folder / "train.csv", "--label", "soil", "--factor", "50", "--out", disk / "a.csv")
    return full(done)


@fault("the disk is full while a student is exported")
def disk_full_export(base, folder):
    disk = folder / "disk"
    disk.mkdir()
    script = FULL_WRITE.replace("size=64k", "size=4k")
    return full(within(script, disk, DISTILL, "export", base.student, "--to", "json", "--out", disk / "s.json"))


def full(done):
    line = told(done)
    if not done.returncode or "LEFT" in done.stdout:
        raise Wrong(f"exit code {done.returncode}, {done.stdout.strip()[-200:]} {line}")
    return f"'{shortened(line)}'; nothing is left"


@fault("standard output is full")
def stdout_full(base, folder):
    with open("/dev/full", "w") as full_device:
        done = subprocess.run([DISTILL, "inspect", str(base.student)], stdout=full_device, stderr=subprocess.PIPE, text=True, env=environment())
    line = told(done)
    if done.returncode != 1:
        raise Wrong(f"exit code {done.returncode}")
    return f"exit code 1, '{shortened(line)}'"


@fault("who reads its output goes away")
def reader_gone(base, folder):
    done = subprocess.run(f"{DISTILL} students | true", shell=True, capture_output=True, text=True, env=environment())
    if done.stderr.strip():
        raise Wrong(done.stderr[:300])
    return "it ends without a word"


# ---- folders ----

@fault("there is no folder for temporary files")
def no_temp(base, folder):
    gone = environment(f"-Djava.io.tmpdir={folder / 'gone'}")
    said = []
    distill(*run_words(base.folder, folder / "out"), code=0, env=gone)
    base.same(folder / "out")
    for words in (["augment", "--train", base.folder / "train.csv", "--label", "soil", "--factor", "1", "--out", folder / "a.csv"],
                  ["predict", "--student", base.student, "--data", base.folder / "test.csv", "--out", folder / "p.csv"],
                  ["inspect", base.student]):
        distill(*words, code=0, env=gone)
    line = distill("verify", base.student, export(base, folder), env=gone)
    if "gone" not in line:
        raise Wrong(line)
    noted = subprocess.run([DISTILL, *map(str, run_words(base.folder, folder / "again"))], capture_output=True, text=True, env=gone).stderr
    if "no folder for temporary files" not in noted.splitlines()[0]:
        raise Wrong(noted)
    return f"'{shortened(noted.splitlines()[0])}'; the same run, predictions and made rows; '{shortened(line)}'"


def export(base, folder):
    file = folder / "Student.java"
    distill("export", base.student, "--to", "java", "--out", file, code=0)
    return file


READ_ONLY = """home=$1; shift
mount -t tmpfs -o size=64k,ro tmpfs "$home"
HOME="$home" "$@"
"""


@fault("the home can only be read")
def read_only_home(base, folder):
    home = folder / "home"
    home.mkdir()
    env = environment(f"-Duser.home={home}")
    done = within(READ_ONLY, home, DISTILL, *run_words(base.folder, folder / "out", "--study", folder / "study.db"), env=env)
    told(done)
    if done.returncode:
        raise Wrong(done.stderr[-300:])
    base.same(folder / "out")
    done = within(READ_ONLY, home, DISTILL, "predict", "--student", base.student, "--data", base.folder / "test.csv", "--out", home / "p.csv", env=env)
    line = told(done)
    if done.returncode != 2:
        raise Wrong(f"exit code {done.returncode}")
    return f"a run is the same; written there: '{shortened(line)}'"


@fault("a path with blanks, quotes and Unicode")
def odd_path(base, folder):
    odd = folder / "a b 'c' \"d\" ü 東京 🌋 [x]*? $HOME ;&#%41"
    odd.mkdir()
    for name in ("train", "train_teacher", "test", "test_teacher"):
        shutil.copy(base.folder / f"{name}.csv", odd)
    out = odd / "out 1"
    distill(*run_words(odd, out, "--study", odd / "study 1.db"), code=0)
    base.same(out)
    distill("predict", "--student", out / "student.distill", "--data", odd / "test.csv", "--out", odd / "p 1.csv", code=0)
    distill("studies", odd / "study 1.db", code=0)
    distill("rerun", out, code=0)
    distill("report", out, code=0)
    return "run, study, predict, rerun and report work"


@fault("the same path where the locale knows ASCII alone")
def ascii_locale(base, folder):
    odd = folder / "ü 東京"
    odd.mkdir()
    shutil.copy(base.folder / "test.csv", odd)
    env = environment(LC_ALL="C", LANG="C")
    distill("predict", "--student", base.student, "--data", odd / "test.csv", "--out", odd / "p.csv", code=0, env=env)
    if not (odd / "p.csv").exists():
        raise Wrong("the predictions stand elsewhere: " + str(list(odd.parent.rglob("p.csv"))))
    return "predictions are read and written there"


# ---- where it runs ----

@fault("locale tr_TR, where i is no I")
def turkish(base, folder):
    return elsewhere(base, folder, "-Duser.language=tr -Duser.country=TR", LC_ALL="tr_TR.UTF-8")


@fault("locale ar_EG with its own digits")
def arabic(base, folder):
    return elsewhere(base, folder, "-Duser.language=ar -Duser.country=EG -Duser.extensions=u-nu-arab", LC_ALL="ar_EG.UTF-8")


def elsewhere(base, folder, options="", **more):
    env = environment(options, **more)
    done = subprocess.run([DISTILL, *map(str, run_words(base.folder, folder / "out", "--study", folder / "study.db"))], capture_output=True, text=True, env=env)
    told(done)
    if done.returncode:
        raise Wrong(done.stderr[-300:])
    base.same(folder / "out")
    again = subprocess.run([DISTILL, "studies", str(folder / "study.db")], capture_output=True, text=True, env=env)
    texts = [done.stdout, done.stderr, again.stdout] + [(folder / "out" / name).read_text() for name in ("result.json", "leaderboard.csv", "run.yaml", "MODEL_CARD.md")]
    for text in texts:
        odd = re.search(r"[^\W\d_a-zA-Z]*[\u0660-\u0669\u06f0-\u06f9\u066b\u066c]", text)
        if odd:
            raise Wrong("digits that are not ASCII: " + text[max(0, odd.start() - 60):odd.end() + 20])
    return "the same student and leaderboard, ASCII digits everywhere"


@fault("a time zone of half hours")
def half_hours(base, folder):
    elsewhere(base, folder, TZ="Asia/Kolkata")
    # Studies note local times, as Optuna does.
    env = environment(TZ="Asia/Kolkata")
    text = subprocess.run([DISTILL, "studies", str(folder / "study.db")], capture_output=True, text=True, env=env).stdout
    noted = re.search(r"from (\S+ \S+) to", text)
    shown = time.mktime(time.strptime(noted.group(1), "%Y-%m-%d %H:%M:%S")) if noted else 0
    now = time.mktime(time.gmtime(time.time() + 5.5 * 3600))
    if not 0 <= now - shown < 600:
        raise Wrong(f"the study began at {noted and noted.group(1)}")
    return "the same student and leaderboard; times are local ones"


@fault("a stack of 512 kB")
def small_stack(base, folder):
    env = environment("-Xss512k -XX:CompilerThreadStackSize=2048")
    distill(*run_words(base.folder, folder / "out", "--study", folder / "study.db"), code=0, env=env)
    base.same(folder / "out")
    deep = folder / "deep.yaml"
    deep.write_text("train: " + "[" * 100_000)
    line = distill("run", "--config", deep, code=2, env=env)
    (folder / "deep.json").write_text("[" * 100_000)
    distill("predict", "--student", base.student, "--data", folder / "deep.json", "--out", folder / "p.csv", code=2, env=env)
    return f"the same student and leaderboard; YAML 100 000 deep: '{shortened(line)}'"


@fault("the clock is set back during a run")
def clock_back(base, folder):
    library = next((p for p in pathlib.Path("/usr/lib").glob("*/faketime/libfaketime*.so.1") if "MT" in p.name), None)
    if not library:
        raise Impossible("faketime is not there")
    clock = folder / "clock"
    clock.write_text("+0")
    env = environment(LD_PRELOAD=str(library), FAKETIME_TIMESTAMP_FILE=str(clock), FAKETIME_CACHE_DURATION="1", DONT_FAKE_MONOTONIC="1")
    run = subprocess.Popen([DISTILL, *map(str, run_words(base.folder, folder / "out", "--study", folder / "study.db"))], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True, env=env)
    while run.poll() is None and not (folder / "study.db").exists():
        time.sleep(0.05)
    clock.write_text("-1h")
    try:
        out, err = run.communicate(timeout=240)
    except subprocess.TimeoutExpired:
        run.kill()
        raise Wrong("it hangs")
    told(subprocess.CompletedProcess(run.args, run.returncode, out, err))
    if run.returncode:
        raise Wrong(err[-300:])
    base.same(folder / "out")
    result = (folder / "out" / "result.json").read_text()
    if re.search(r'"\w*seconds"\s*:\s*-', result):
        raise Wrong("a time below 0 in result.json")
    return "the same student and leaderboard, no time below 0"


# ---- memory ----

GREEDY = """package greedy;
import dev.distill.spi.*;
import java.util.ArrayList;
import java.util.List;
public final class Greedy implements StudentModel {
  public String id() { return "greedy.list"; }
  public int spiVersion() { return SPI_VERSION; }
  public String description() { return "takes all memory"; }
  public Capabilities capabilities() { return new Capabilities(TargetLevel.SOFT_TARGETS, 100, Encoding.BINNED, true); }
  public SearchSpace searchSpace(TaskShape shape) { return SearchSpace.builder().build(); }
  public FittedStudent fit(TrainingSet rows, Hyperparameters values, FitContext context) {
    List<long[]> all = new ArrayList<>();
    while (true) all.add(new long[1 << 16]);
  }
}
"""


@fault("a family takes memory without end")
def greedy(base, folder):
    if not shutil.which("javac"):
        raise Impossible("no javac")
    source = folder / "greedy" / "Greedy.java"
    source.parent.mkdir()
    source.write_text(GREEDY)
    classes = folder / "classes"
    app = ROOT / "distill-cli" / "target" / "app" / "*"
    made = subprocess.run(["javac", "-proc:none", "-nowarn", "-cp", str(app), "-d", str(classes), str(source)], capture_output=True, text=True)
    if made.returncode:
        raise Wrong("the family does not compile: " + made.stderr[:300])
    (classes / "META-INF" / "services").mkdir(parents=True)
    (classes / "META-INF" / "services" / "dev.distill.spi.StudentModel").write_text("greedy.Greedy\n")
    jar = folder / "greedy.jar"
    shutil.make_archive(str(folder / "greedy"), "zip", classes)
    (folder / "greedy.zip").rename(jar)
    words = run_words(base.folder, folder / "out", "--plugin", jar, "--study", folder / "study.db")
    words[words.index("tribuo.tree")] = "greedy.list,tribuo.tree"
    env = dict(environment(), DISTILL_JAVA_OPTS="-Xmx256m")
    distill(*words, code=0, env=env)
    _, board = figures(folder / "out")
    failed = [line for line in board if "greedy.list" in line]
    others = [line for line in board if "tribuo.tree" in line]
    if not failed or any("OutOfMemoryError" not in str(line) for line in failed):
        raise Wrong(f"greedy.list: {failed[:1]}")
    if not others or any("failed" in line for line in others):
        raise Wrong(f"tribuo.tree: {[line for line in others if 'failed' in line][:1]}")
    return f"its {len(failed)} trials failed with OutOfMemoryError, the {len(others)} of the other family did not"


# ---- signals ----

WRITERS = {
    "predict": lambda base, folder: ["predict", "--student", base.student, "--data", base.many_rows(folder / "rows.csv", 2000), "--out", folder / "o" / "p.csv"],
    "augment": lambda base, folder: ["augment", "--train", base.folder / "train.csv", "--label", "soil", "--factor", "300", "--out", folder / "o" / "a.csv"],
    "run": lambda base, folder: run_words(base.folder, folder / "o"),
}


@fault("SIGTERM at random")
def terminated(base, folder):
    return signalled(base, folder, signal.SIGTERM, 2)


@fault("SIGKILL at random")
def killed(base, folder):
    return signalled(base, folder, signal.SIGKILL, 1)


@fault("SIGTERM and SIGKILL, thirty times each", long=True)
def signalled_often(base, folder):
    signalled(base, folder, signal.SIGTERM, 30)
    return signalled(base, folder, signal.SIGKILL, 30)


def signalled(base, folder, which, times):
    caught = 0
    for command, words_of in WRITERS.items():
        words = [str(word) for word in words_of(base, folder)]
        takes = None
        for _ in range(times + 1):
            out = folder / "o"
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()
            if takes is None:
                start = time.time()
                distill(*words, code=0)
                takes = time.time() - start
                continue
            process = subprocess.Popen([DISTILL, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment())
            try:
                process.communicate(timeout=base.random.uniform(0.3, 0.95) * takes)
            except subprocess.TimeoutExpired:
                process.send_signal(which)
                caught += 1
                try:
                    _, err = process.communicate(timeout=60)
                except subprocess.TimeoutExpired:
                    process.kill()
                    raise Wrong(f"{command} does not end")
                if re.search(r"^\s+at |Exception in", err, re.M):
                    raise Wrong(f"{command}: {err[:300]}")
            for file in out.iterdir():
                whole(command, file, which)
    if not caught:
        raise Wrong("no signal came in time")
    return f"{caught} signals hit augment, predict and run: each file is whole or not there" + ("" if which == signal.SIGKILL else ", and nothing else is left")


def whole(command, file, which):
    if re.search(r"\.tmp$|unfinished", file.name):
        # Nobody can clean up after SIGKILL.
        if which != signal.SIGKILL:
            raise Wrong(f"{command} left {file.name}")
    elif file.name == "student.distill":
        distill("inspect", file, code=0)
    elif not file.read_text().endswith(("\n", "}", "</html>")):
        raise Wrong(f"{command}: {file.name} is cut off")


@fault("a server under load is sent SIGTERM, then SIGKILL")
def served(base, folder):
    models = folder / "models"
    models.mkdir()
    shutil.copy(base.student, models / "m.distill")
    for which in (signal.SIGTERM, signal.SIGKILL):
        with socket.socket() as any_port:
            any_port.bind(("127.0.0.1", 0))
            port = any_port.getsockname()[1]
        server = subprocess.Popen([DISTILL, "serve", str(models), "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                  env=environment())
        address = f"http://127.0.0.1:{port}/v2/health/ready"
        for _ in range(600):
            try:
                urllib.request.urlopen(address, timeout=5).read()
                break
            except OSError:
                time.sleep(0.1)
        else:
            server.kill()
            raise Wrong("the server does not start: " + server.communicate()[1][-300:])
        server.send_signal(which)
        try:
            _, err = server.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()
            raise Wrong("the server does not end")
        if re.search(r"^\s+at |Exception in", err, re.M):
            raise Wrong(err[:300])
        if which == signal.SIGTERM and server.returncode not in (0, 143):
            raise Wrong(f"exit code {server.returncode}")
    distill("inspect", models / "m.distill", code=0)
    return "it ends at once, and its folder is as it was"


# ---- files ----

@fault("a table of 10 000 columns")
def wide(base, folder):
    draw = base.random
    rows = folder / "wide.csv"
    teacher = folder / "teacher.csv"
    with open(rows, "w") as out, open(teacher, "w") as probabilities:
        out.write(",".join(f"c{i}" for i in range(10_000)) + ",kind\n")
        probabilities.write("p_a,p_b\n")
        for i in range(60):
            out.write(",".join(f"{draw.random():.3f}" for _ in range(10_000)) + f",{'ab'[i % 2]}\n")
            probabilities.write("0.75,0.25\n" if i % 2 == 0 else "0.25,0.75\n")
    env = dict(environment(), DISTILL_JAVA_OPTS="-Xmx2g")
    start = time.time()
    distill("run", "--train", rows, "--label", "kind", "--teacher", teacher, *FAMILY, "--out", folder / "out", code=0, env=env)
    ran = time.time() - start
    distill("predict", "--student", folder / "out" / "student.distill", "--data", rows, "--out", folder / "p.csv", code=0, env=env)
    return f"run in {ran:.0f} s, and predict"


@fault("100 MB in one field", long=True)
def long_field(base, folder):
    rows = folder / "rows.csv"
    with open(rows, "w") as out:
        out.write("size,colour,kind\n")
        for i in range(60):
            out.write(f"{i},red,{'ab'[i % 2]}\n")
        out.write("1," + "x" * 100_000_000 + ",a\n")
    env = dict(environment(), DISTILL_JAVA_OPTS="-Xmx2g")
    distill("run", "--train", rows, "--label", "kind", "--teacher", "auto", *FAMILY, "--out", folder / "out", code=0, env=env)
    header = folder / "header.csv"
    header.write_text("x" * 100_000_000 + ",x,kind\n1,2,a\n1,2,b\n")
    line = distill("run", "--train", header, "--label", "kind", "--teacher", "auto", *FAMILY, "--out", folder / "out2", env=env)
    if len(line) > 3_000:
        raise Wrong(f"a message of {len(line)} characters")
    return "it is a category like others, within 2 GB; a message that names a column of 100 MB has 2 000 characters at most"


def shortened(line):
    line = re.sub(r"/\S*/faults\w*/[\w/.-]*?([\w.-]+)(?=[\s:;,']|$)", r"\1", line.removeprefix("distill: "))
    return line if len(line) <= 150 else line[:147] + "..."


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help="those too that take minutes")
    parser.add_argument("--only", default="", help="the faults with this text in their name")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    lost = 0
    tried = 0
    start = time.time()
    with tempfile.TemporaryDirectory(prefix="faults") as temp:
        subprocess.run([DISTILL, "--version"], check=True, stdout=subprocess.DEVNULL)
        folder = pathlib.Path(temp)
        base = Base(folder, args.seed)
        for number, (name, function, long) in enumerate(FAULTS):
            if args.only not in name or (long and not args.long):
                continue
            own = folder / f"{number}"
            own.mkdir()
            begun = time.time()
            tried += 1
            try:
                outcome = "survived: " + function(base, own)
            except Impossible as e:
                outcome = f"not tried: {e}"
                tried -= 1
            except (Wrong, OSError, subprocess.SubprocessError) as e:
                outcome = f"NOT SURVIVED: {e}"
                lost += 1
            print(f"{name}: {outcome} ({time.time() - begun:.1f} s)", flush=True)
            shutil.rmtree(own, ignore_errors=True)
    print(f"{tried} faults tried, {tried - lost} survived, in {time.time() - start:.0f} s")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
