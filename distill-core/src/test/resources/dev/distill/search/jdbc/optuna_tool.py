"""What the test has Optuna do: optuna_tool.py dump|make|make_several|enqueue|go_on URL STUDY"""

import json
import sys

import optuna
from optuna.distributions import distribution_to_json

optuna.logging.set_verbosity(optuna.logging.ERROR)
command, url, name = sys.argv[1:4]


def trial(t):
    return {
        "number": t.number,
        "state": t.state.name,
        "params": t.params,
        "values": t.values,
        "intermediate": [[step, value] for step, value in t.intermediate_values.items()],
        "user": t.user_attrs,
        "system": t.system_attrs,
        "distributions": {k: json.loads(distribution_to_json(d)) for k, d in t.distributions.items()},
        "started": t.datetime_start and t.datetime_start.isoformat(),
        "ended": t.datetime_complete and t.datetime_complete.isoformat(),
    }


def frame(study):
    try:
        return len(study.trials_dataframe())
    except ImportError:
        return "no pandas"


def dump():
    study = optuna.load_study(storage=url, study_name=name)
    several = len(study.directions) > 1
    print(
        json.dumps(
            {
                "directions": [d.name for d in study.directions],
                "user": study.user_attrs,
                "best": [t.number for t in study.best_trials] if several else study.best_trial.number,
                "trials": [trial(t) for t in study.trials],
                "rows": frame(study),
            }
        )
    )


def all_kinds(t):
    x = t.suggest_float("x", 1e-5, 1, log=True)
    y = t.suggest_float("y", 0, 1, step=0.25)
    n = t.suggest_int("n", -10, 10)
    m = t.suggest_int("m", 1, 64, log=True)
    k = t.suggest_int("k", 0, 10, step=5)
    c = t.suggest_categorical("c", ["a", "b", None, 1, 2.5, True])
    t.report(x, 0)
    t.report(float("nan"), 1)
    t.report(float("-inf"), 7)
    t.set_user_attr("hi", {"a": [1, 2.5, "x", None], "é\n": str(c)})
    if t.number == 3:
        raise optuna.TrialPruned()
    if t.number == 4:
        raise ValueError("bad")
    if t.number == 5:
        return float("inf")
    if t.number == 6:
        return float("nan")
    return x + y + n + m + k


def make():
    study = optuna.create_study(storage=url, study_name=name, direction="maximize")
    study.set_user_attr("owner", ["me", 1])
    study.enqueue_trial({"x": 0.5, "c": None}, user_attrs={"first": True})
    study.optimize(all_kinds, 9, catch=(ValueError,))
    study.enqueue_trial({"x": 1, "c": None})


def make_several():
    study = optuna.create_study(storage=url, study_name=name, directions=["minimize", "maximize"])

    def objective(t):
        kind = t.suggest_categorical("kind", ["p", "q"])
        x = t.suggest_float("x", 0, 1) if kind == "p" else t.suggest_int("i", 0, 2**40)
        return x, -x

    study.optimize(objective, 12)


def enqueue():
    study = optuna.create_study(storage=url, study_name=name)
    study.enqueue_trial({"x": 1})
    study.enqueue_trial({"x": 5})


def ours(t):
    value = t.suggest_int("rounds", 1, 500, log=True) / 500 + t.suggest_float("shift", -1, 1.5)
    if t.suggest_categorical("family", ["tree", "net"]) == "tree":
        return value + t.suggest_int("depth", -3, 12)
    return value + t.suggest_float("rate", 1e-5, 1, log=True)


def go_on():
    study = optuna.load_study(storage=url, study_name=name)
    study.optimize(ours if name == "study" else all_kinds, 12, catch=(ValueError,))


globals()[command]()
