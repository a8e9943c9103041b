#!/usr/bin/env python3
"""Compares the bill of materials with a copy of an advisory database; asks no network.

Usage: scripts/advisories.py ADVISORIES [--bom target/bom.json] [--fail-at low|moderate|high|critical]

ADVISORIES is one of
  a folder of OSV files, such as a checkout of github.com/github/advisory-database
  a .zip of OSV files, such as OSV's export of the ecosystem Maven
  a .csv without a header: id, published, summary, group:artifact, introduced, fixed, last affected, severity
The bill comes from `mvn package`. Exit code 1 if something at or above --fail-at (high unless given) is found, 2 if the
copy can't be right (no advisory of a Maven package in it).

>>> before("1.0-rc1", "1.0"), before("1.0", "1.0.1"), before("1.9", "1.10"), before("1.0", "1")
(True, True, True, False)
>>> before("4.2.0.Alpha1", "4.2.8.Final"), before("4.2.8.Final", "4.2.8"), before("31.0.1-jre", "32.0.0-android")
(True, False, True)
>>> before("1.0-SNAPSHOT", "1.0"), before("1.0", "1.0-sp"), before("2.0-beta-2", "2.0-beta-10"), before("3.53.4.0", "3.41.2.2")
(True, True, True, False)
>>> netty = Advisory("GHSA-1", "2026-01-02", "smuggling", "io.netty:netty-codec-http", "HIGH", (("4.2.0.Alpha1", "4.2.8.Final", ""),), ())
>>> [netty.hits(version) for version in ("4.1.9.Final", "4.2.0.Alpha1", "4.2.7.Final", "4.2.8.Final")]
[False, True, True, False]
>>> last = Advisory("GHSA-2", "2026-01-02", "", "a:b", "LOW", (("0", "", "1.5"),), ())
>>> [last.hits(version) for version in ("1.5", "1.5.1")]
[True, False]
>>> open_ended = {"id": "GHSA-3", "affected": [{"package": {"ecosystem": "Maven", "name": "a:b"}, "ranges": [{"type": "ECOSYSTEM",
...     "events": [{"introduced": "0"}, {"fixed": "1.2"}, {"introduced": "2.0"}]}]}], "database_specific": {"severity": "CRITICAL"}}
>>> [[a.hits(version) for version in ("1.1", "1.2", "2.0", "9")] for a in of_osv(open_ended)]
[[True, False, True, True]]
>>> list(of_osv(dict(open_ended, withdrawn="2026-01-01T00:00:00Z")))
[]
"""
import argparse
import collections
import csv
import itertools
import json
import pathlib
import re
import sys
import zipfile

SEVERITIES = ["LOW", "MODERATE", "HIGH", "CRITICAL"]
QUALIFIERS = {"alpha": 0, "a": 0, "beta": 1, "b": 1, "milestone": 2, "m": 2, "rc": 3, "cr": 3, "snapshot": 4,
              "": 5, "final": 5, "ga": 5, "release": 5, "sp": 6}


def key(version):
    """Maven's order: numbers by value and above qualifiers, those that it knows in their order, others after them by name."""
    parts = []
    for part in re.findall(r"\d+|[a-z]+", version.lower()):
        if part.isdigit():
            parts.append((2, int(part), ""))
        elif part in QUALIFIERS:
            parts.append((0 if QUALIFIERS[part] < 5 else 1, QUALIFIERS[part], ""))
        else:
            parts.append((1, 7, part))
    return parts


def before(a, b):
    """Whether version a comes before version b. What one of them lacks is a release, and 0."""
    for x, y in itertools.zip_longest(key(a), key(b)):
        x = x or ((2, 0, "") if y[0] == 2 else (1, 5, ""))
        y = y or ((2, 0, "") if x[0] == 2 else (1, 5, ""))
        if x != y:
            return x < y
    return False


class Advisory(collections.namedtuple("Advisory", "id published summary package severity ranges versions")):
    """What is known of one package; ranges are (introduced, fixed or '', last affected or '')."""

    def hits(self, version):
        return version in self.versions or any(
            (introduced in ("", "0") or not before(version, introduced))
            and (not fixed or before(version, fixed))
            and (not last or not before(last, version))
            for introduced, fixed, last in self.ranges)


def of_osv(entry):
    """The advisories of an OSV file, one a Maven package."""
    if entry.get("withdrawn"):
        return
    severity = entry.get("database_specific", {}).get("severity") or "CRITICAL"  # unknown: look at it
    for affected in entry.get("affected", []):
        package = affected.get("package", {})
        if package.get("ecosystem") != "Maven":
            continue
        ranges = []
        for events in (r["events"] for r in affected.get("ranges", []) if r.get("type") != "GIT"):
            for event in events:
                if "introduced" in event:
                    ranges.append((event["introduced"], "", ""))
                elif "fixed" in event and ranges:
                    ranges[-1] = (ranges[-1][0], event["fixed"], "")
                elif "last_affected" in event and ranges:
                    ranges[-1] = (ranges[-1][0], "", event["last_affected"])
        yield Advisory(entry["id"] + "".join(" " + a for a in entry.get("aliases", [])), entry.get("published", ""),
                       entry.get("summary", ""), package["name"], severity.upper(), tuple(ranges), tuple(affected.get("versions", ())))


def read(source):
    if source.suffix == ".csv":
        with open(source, newline="", encoding="utf-8") as lines:
            for row in csv.reader(lines):
                yield Advisory(row[0], row[1], row[2], row[3], row[7].upper(), ((row[4], row[5], row[6]),), ())
    elif source.suffix == ".zip":
        with zipfile.ZipFile(source) as archive:
            for name in archive.namelist():
                if name.endswith(".json"):
                    yield from of_osv(json.loads(archive.read(name)))
    else:
        for file in source.rglob("*.json"):
            text = file.read_text(encoding="utf-8")
            if '"Maven"' in text:
                yield from of_osv(json.loads(text))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    arguments.add_argument("advisories", type=pathlib.Path)
    arguments.add_argument("--bom", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent / "target" / "bom.json")
    arguments.add_argument("--fail-at", choices=[s.lower() for s in SEVERITIES], default="high")
    given = arguments.parse_args()
    shipped = {}
    for component in json.loads(given.bom.read_text(encoding="utf-8"))["components"]:
        shipped.setdefault(f"{component['group']}:{component['name']}", component["version"])
    count, newest, found = 0, "", set()
    for advisory in read(given.advisories):
        count += 1
        newest = max(newest, advisory.published)
        version = shipped.get(advisory.package)
        if version and advisory.hits(version):
            fixed = ", ".join(f for _, f, _ in advisory.ranges if f) or "none"
            found.add((SEVERITIES.index(advisory.severity), f"{advisory.severity:9}{advisory.package} {version}: {advisory.id}, "
                       f"fixed in {fixed}: {advisory.summary}"))
    if not count:
        sys.exit(print(f"{given.advisories}: expected OSV files with Maven packages, found none") or 2)
    for _, line in sorted(found, reverse=True):
        print(line)
    print(f"{len(shipped)} packages of {given.bom.name} against {count:,} advisories up to {newest[:10]}: {len(found)} apply")
    sys.exit(any(severity >= SEVERITIES.index(given.fail_at.upper()) for severity, _ in found))


if __name__ == "__main__":
    main()
