#!/usr/bin/env python3
"""Writes the table of families into README.md, from what the contract kit wrote of each family that keeps every rule.

Usage: mvn -B verify && scripts/families.py
Reads distill-models-*/target/contract/*.properties; a family's licence is that of its module's pom.xml, or else the parent's.
"""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- families -->", "<!-- /families -->"
LEVELS = {"loss_gradient": "the loss itself", "soft_targets": "distributions", "weighted_labels": "weighted labels",
          "hard_labels": "labels alone (twin)"}
MISSING = {"as_is": "as they are", "binned": "a bin of their own", "standardized": "mean, and a 0/1 feature",
           "hinged": "mean, and a 0/1 feature"}


def licence(module):
    for pom in (module / "pom.xml", ROOT / "pom.xml"):
        found = re.search(r"<license>\s*<name>(.*?)</name>", pom.read_text())
        if found:
            return found.group(1)
    raise SystemExit(f"no licence in {module}/pom.xml or its parent's")


def row(file):
    f = dict(line.split("=", 1) for line in file.read_text().splitlines())
    yes = lambda name: "yes" if f[name] == "true" else "no"
    return (f"| `{f['id']}` | {LEVELS[f['level']]} | {int(f['classes']):,} | {MISSING[f['encoding']]} | {yes('deterministic')} "
            f"| {yes('exact_temperature')} | {f['portable']} | {licence(file.parents[2])} | {f['description']} |")


files = sorted(ROOT.glob("distill-models-*/target/contract/*.properties"), key=lambda file: file.stem)
if not files:
    raise SystemExit("no family has passed the contract yet: run mvn -B verify first")
table = "\n".join([
    "| family | learns from | classes, at most | missing values | deterministic | exact T | portable form | licence | good for |",
    "|---|---|---|---|---|---|---|---|---|", *map(row, files)])
readme = ROOT / "README.md"
text = readme.read_text()
if BEGIN not in text or END not in text:
    raise SystemExit(f"README.md lacks {BEGIN} or {END}")
head, tail = text.split(BEGIN)[0], text.split(END)[1]
readme.write_text(f"{head}{BEGIN}\n{table}\n{END}{tail}")
print(table)
