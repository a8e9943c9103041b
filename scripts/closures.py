#!/usr/bin/env python3
"""Prints what each module brings to a class path: its own jar, Distill's others, libraries. Usage: scripts/closures.py (after mvn package)"""
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODULES = ["runtime", "runtime-vector", "core", "models-xgboost", "models-smile", "models-tribuo", "onnx", "serve", "report", "spark", "testkit", "cli"]

subprocess.run(["mvn", "-q", "-B", "-Dfast", "-DskipTests", "package", "dependency:build-classpath", "-DincludeScope=runtime",
                "-Dmdep.outputFile=target/classpath.txt", "-pl", ",".join("distill-" + m for m in MODULES)], cwd=ROOT, check=True)
print("| module | its jar, kB | libraries | libraries, MB | the largest |")
print("|---|---|---|---|---|")
for module in MODULES:
    target = ROOT / f"distill-{module}" / "target"
    own = next(target.rglob(f"distill-{module}-*.jar")).stat().st_size
    paths = [pathlib.Path(p) for p in (target / "classpath.txt").read_text().strip().split(":") if p]
    libraries = sorted((p for p in paths if p.is_file() and "distill-" not in p.name), key=lambda p: -p.stat().st_size)
    size = sum(p.stat().st_size for p in libraries)
    largest = ", ".join(f"{p.name.removesuffix('.jar')} {p.stat().st_size / 1e6:.1f}" for p in libraries[:2])
    print(f"| `distill-{module}` | {own / 1e3:,.0f} | {len(libraries)} | {size / 1e6:.1f} | {largest} |")
