#!/usr/bin/env bash
# Builds what would be published twice, in two folders, checks that it is complete, and compares every jar, POM and bill
# of materials by SHA-256.
# Usage: scripts/reproducible.sh [mvn's options]; takes the last commit, not what is uncommitted.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for folder in one another/somewhere/else; do
  git clone -q . "$work/$folder"
  echo "== $folder"
  (cd "$work/$folder" && mvn -B -ntp -q -Dfast -Prelease -DskipTests "$@" package)
  (cd "$work/$folder" && find . -path ./distill-bench -prune -o -path '*/target/*' \( -name 'distill-*.jar' -o -name bom.json -o \
    -name bom.xml -o -name .flattened-pom.xml \) -print0 | sort -z | xargs -0 sha256sum) > "$work/sums.${folder%%/*}"
done

scripts/published.py "$work/one"
test "$(grep -c 'distill-.*\.jar$' "$work/sums.one")" -ge 30 # ten modules: jar, sources, Javadoc
diff "$work/sums.one" "$work/sums.another" || {
  echo "these differ"
  exit 1
}
echo "$(wc -l < "$work/sums.one") files, the same in both builds"
