#!/usr/bin/env bash
# A stranger's path, timed: every command of docs/guides/five-minutes.md as it stands there, in an empty folder, from a
# fresh clone of what is committed here. Port 8080 must be free. Leaves nothing behind but what Maven fetched.
set -euo pipefail
cd "$(dirname "$0")/.."
from=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sed -n '/^```sh/,/^```$/p' docs/guides/five-minutes.md | grep -v '^```' |
  sed "s|git clone REPOSITORY|git clone -q '$from'|; s/ *#.*//" > "$work/steps.sh"
commands=$(sed -e ':a' -e '/\\$/N; s/\\\n//; ta' "$work/steps.sh" | grep -c .)

cd "$work"
start=$SECONDS
bash -euo pipefail -c "PS4='+ \$((SECONDS / 60)) min \$((SECONDS % 60)) s  '; set -x; . '$work/steps.sh'" 2>&1 | tee "$work/log" |
  grep --line-buffered -vE '^(trial|look|distill:   )' || { echo "it did not get through"; exit 1; }
seconds=$((SECONDS - start))

test -s distill/runs/soil/report.html
test "$(wc -l < distill/predictions.csv)" -eq 2001
grep -q '"predictions":\[{"label":' "$work/log"
printf '%s commands, %s min %s s: clone, demo, own CSV, report, served answer\n' "$commands" $((seconds / 60)) $((seconds % 60))
