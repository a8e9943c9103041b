#!/usr/bin/env bash
# Follows CONTRIBUTING's "A family in ten minutes" to the letter, and puts the jar it makes into a plugins/
# folder as well; then builds the other examples with their tests. Leaves nothing behind, in Maven's local
# repository neither.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work

# A local repository with a dev.distill of its own; what else Maven has fetched already is linked.
fetched=${HOME}/.m2/repository
mkdir -p "$work/m2/dev"
if [ -d "$fetched/dev" ]; then
  find "$fetched" -mindepth 1 -maxdepth 1 ! -name dev -exec ln -s -t "$work/m2" {} +
  find "$fetched/dev" -mindepth 1 -maxdepth 1 ! -name distill -exec ln -s -t "$work/m2/dev" {} +
fi
export MAVEN_OPTS="${MAVEN_OPTS:-} -Dmaven.repo.local=$work/m2"

sed -n '/^## A family in ten minutes/,/^## Errors/p' CONTRIBUTING.md | sed -n '/^```sh/,/^```/p' |
  grep -v '^```' > "$work/steps.sh"
test "$(wc -l < "$work/steps.sh")" -gt 5
bash -xeuo pipefail "$work/steps.sh"

mkdir -p "$work/home/plugins"
cp "$work"/*/target/custom-student.jar "$work/home/plugins/"
DISTILL_JAVA_OPTS="-Ddistill.home=$work/home" ./distill students | grep '^example.bayes: '
grep '"example.bayes".*,$' "$work"/*/out/leaderboard.csv > /dev/null
echo "example.bayes took part"

for example in plain-service spark-udf spring-boot; do
  cp -R "examples/$example" "$work/"
  echo "== examples/$example"
  (cd "$work/$example" && mvn -B -ntp package | grep -E 'Tests run:.*Time|ERROR')
  test -f "$work/$example/target/$example.jar"
done
