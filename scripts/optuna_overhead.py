#!/usr/bin/env python3
"""Compares what a study takes for itself with Optuna's: the time of an ask and a tell after many trials, in one run.

Usage: mvn -q -B -pl distill-bench -am package -DskipTests && scripts/optuna_overhead.py [--jar benchmarks.jar]
Needs Optuna (Debian: python3-optuna). The space, the finished trials (drawn evenly) and the loss are those of
`benchmarks.jar search --overhead`; both keep their trials in memory. Nothing else should run meanwhile.
"""
import argparse
import math
import pathlib
import random
import re
import statistics
import subprocess
import time
import warnings

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

JAR = pathlib.Path(__file__).resolve().parent.parent / "distill-bench" / "target" / "benchmarks.jar"
SPACE = {
    **{f"real{i}": FloatDistribution(0, 1) for i in range(8)},
    **{f"log{i}": FloatDistribution(1e-5, 1, log=True) for i in range(4)},
    **{f"int{i}": IntDistribution(0, 20) for i in range(4)},
    **{f"logint{i}": IntDistribution(1, 1024, log=True) for i in range(2)},
    **{f"choice{i}": CategoricalDistribution(["a", "b", "c", "d"]) for i in range(2)},
}
MEASURED = 20


def draw(distribution, rng):
    if isinstance(distribution, CategoricalDistribution):
        return rng.choice(distribution.choices)
    whole = isinstance(distribution, IntDistribution)
    low, high = (distribution.low - 0.5, distribution.high + 0.5) if whole else (distribution.low, distribution.high)
    x = math.exp(rng.uniform(math.log(low), math.log(high))) if distribution.log else rng.uniform(low, high)
    return min(distribution.high, max(distribution.low, round(x))) if whole else min(high, max(low, x))


def loss(params):
    total = 0
    for name, value in params.items():
        if name.startswith("logint"):
            u = math.log(value) / math.log(1024)
        elif name.startswith("log"):
            u = 1 + math.log10(value) / 5
        elif name.startswith("int"):
            u = value / 20
        else:
            u = value if name.startswith("real") else 0.3 if value == "b" else 0.8
        total += (u - 0.3) ** 2
    return total


def theirs(sampler, finished):
    """Milliseconds of each ask and tell."""
    rng = random.Random(1)
    study = optuna.create_study(sampler=sampler)
    for _ in range(finished):
        params = {name: draw(distribution, rng) for name, distribution in SPACE.items()}
        study.add_trial(optuna.trial.create_trial(params=params, distributions=SPACE, value=loss(params)))
    times = []
    for i in range(MEASURED + 2):
        start = time.perf_counter()
        trial = study.ask(SPACE)
        asked = time.perf_counter()
        value = loss(trial.params)
        evaluated = time.perf_counter()
        study.tell(trial, value)
        times.append((time.perf_counter() - evaluated + asked - start) * 1e3)
    return times[2:]  # Two to warm up: imports are made late.


def ours(jar):
    """Milliseconds by the number of finished trials: mean, median."""
    printed = subprocess.run(["java", "-jar", jar, "search", "--overhead"], check=True, capture_output=True, text=True).stdout
    rows = re.findall(r"^\| tpe \| (\d+) \| ([\d.]+) \| ([\d.]+) \|", printed, re.M)
    if not rows:
        raise SystemExit(f"benchmarks.jar printed no figures:\n{printed}")
    return {int(finished): (float(mean), float(median)) for finished, mean, median in rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jar", type=pathlib.Path, default=JAR)
    args = parser.parse_args()
    if not args.jar.exists():
        raise SystemExit(f"{args.jar} is not there: see --help")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    samplers = {"TPE": lambda: optuna.samplers.TPESampler(seed=1),
                "TPE, multivariate": lambda: optuna.samplers.TPESampler(seed=1, multivariate=True)}
    print(f"Optuna {optuna.__version__}; ms an ask and tell, mean (median), 20 parameters, trials in memory\n")
    print("| finished trials | Optuna's sampler | Optuna | ours | Optuna / ours, means | medians |\n|---|---|---|---|---|---|")
    for finished, (mean, median) in ours(args.jar).items():
        for name, sampler in samplers.items():
            times = theirs(sampler(), finished)
            their_mean, their_median = statistics.mean(times), statistics.median(times)
            print(f"| {finished} | {name} | {their_mean:.2f} ({their_median:.2f}) | {mean:.3f} ({median:.3f}) "
                  f"| {their_mean / mean:.1f} | {their_median / median:.1f} |", flush=True)


if __name__ == "__main__":
    main()
