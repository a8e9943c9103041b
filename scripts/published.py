#!/usr/bin/env python3
"""Checks what would be published: jars, sources, Javadoc, POM metadata, the bill of materials. Asks no network.

Usage: scripts/published.py [FOLDER] [--release], after mvn -Prelease -DskipTests package
With --release, placeholders and SNAPSHOT versions are problems too. Exit code 1 if there are any.
"""
import json
import pathlib
import sys
import xml.etree.ElementTree as xml
import zipfile

NAMESPACE = "{http://maven.apache.org/POM/4.0.0}"
WANTED = ["modelVersion", "groupId", "artifactId", "version", "name", "description", "url", "licenses/license/name", "licenses/license/url",
          "developers/developer/name", "scm/url", "scm/connection"]
arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
release = "--release" in sys.argv
root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).resolve().parent.parent)
problems = []


def text(pom, path):
    found = pom.find("/".join(NAMESPACE + name for name in path.split("/")))
    return "" if found is None or found.text is None else found.text.strip()


def check_pom(file, alone):
    pom = xml.parse(file).getroot()
    problems.extend(f"{file}: no <{path}>" for path in WANTED if not text(pom, path))
    if alone and pom.find(NAMESPACE + "parent") is not None:
        problems.append(f"{file}: has a parent, expected one that stands alone")
    for dependency in pom.iter(NAMESPACE + "dependency"):
        version = text(dependency, "version")
        if alone and (not version or "${" in version):
            problems.append(f"{file}: {text(dependency, 'artifactId')} has version '{version}'")
        if text(dependency, "scope") == "test" and alone:
            problems.append(f"{file}: {text(dependency, 'artifactId')} is of tests")
    if release:
        problems.extend(f"{file}: {path} is a placeholder" for path in WANTED if "example.org" in text(pom, path))
        if text(pom, "version").endswith("-SNAPSHOT"):
            problems.append(f"{file}: version {text(pom, 'version')}")
    return pom


def names(jar, suffix):
    with zipfile.ZipFile(jar) as archive:
        return [n for n in archive.namelist() if n.endswith(suffix)]


def one(folder, name):
    found = list(folder.rglob(name))
    if len(found) != 1:
        problems.append(f"{folder}: expected one {name}, found {len(found)}")
    return found[0] if found else None


parent = check_pom(root / "pom.xml", False)
check_pom(root / "distill-bom" / "pom.xml", False)
bill = {(c.get("group"), c["name"], c["version"]) for c in json.loads((root / "target" / "bom.json").read_text())["components"]}
modules = [m.text for m in parent.find(NAMESPACE + "modules") if m.text not in ("distill-bom", "distill-bench")]
version = text(parent, "version")
for module in modules:
    target = root / module / "target"
    flat = target / ".flattened-pom.xml"
    if flat.is_file():
        check_pom(flat, True)
    else:
        problems.append(f"{flat}: is not there: build with -Prelease")
    jar = one(target, f"{module}-{version}.jar")
    sources = one(target, f"{module}-{version}-sources.jar")
    javadoc = one(target, f"{module}-{version}-javadoc.jar")
    if jar and sources and javadoc:
        packages = {n.rsplit("/", 1)[0] for n in names(jar, ".class") if "/" in n}
        missing = packages - {n.rsplit("/", 1)[0] for n in names(sources, ".java")}
        problems.extend(f"{sources}: no source of {package}" for package in sorted(missing))
        if not names(javadoc, "index.html"):
            problems.append(f"{javadoc}: no index.html")
        stray = [n for n in names(jar, "") if "Test" in n.rsplit("/", 1)[-1] and module != "distill-testkit"]
        problems.extend(f"{jar}: {n} is of tests" for n in stray)
    if ("dev.distill", module, version) not in bill:
        problems.append(f"bom.json: no {module}")
    if not (target / "bom.json").is_file():
        problems.append(f"{target}/bom.json: is not there")

# Every jar that the command line ships is in the bill, by name and version.
shipped = sorted(p.name for p in (root / "distill-cli" / "target" / "app").glob("*.jar"))
known = {f"{name}-{v}.jar" for _, name, v in bill}
problems.extend(f"bom.json: no {jar}" for jar in shipped if jar not in known)
if not shipped:
    problems.append("distill-cli/target/app: no jars")

print("\n".join(problems))
print(f"{len(modules)} modules, {len(shipped)} shipped jars, {len(bill)} in the bill of materials: {len(problems)} problems")
sys.exit(bool(problems))
