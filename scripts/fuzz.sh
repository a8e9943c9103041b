#!/usr/bin/env bash
# Damages files at random for a while and gives them to each reader that we wrote: scripts/fuzz.sh [--minutes N] [--seed N] [--only TEST]
# Each of some twenty targets runs for N minutes (default 1), in three processes one after the other. What fails is left in distill-cli/target/fuzz, and the message
# has the options that repeat it. --only: one test, such as ParsersFuzzTest#tables; without it, all. The build's own tests run each for a second.
set -euo pipefail
cd "$(dirname "$0")/.."

minutes=1 seed=$RANDOM$RANDOM only=FuzzTest,MalformedTest,ParsersFuzzTest
while [ $# -gt 0 ]; do
  case $1 in
    --minutes) minutes=$2 ;;
    --seed) seed=$2 ;;
    --only) only=$2 ;;
    *) sed -n '2,4s/^# //p' "$0"; exit 2 ;;
  esac
  shift 2
done
echo "seed $seed, $minutes minutes for each target"
mvn -q -B -Dfast -pl distill-runtime,distill-serve,distill-cli -am test -Dsurefire.failIfNoSpecifiedTests=false \
    -Dtest="$only" -Ddistill.seed="$seed" -Ddistill.fuzz.seconds=$((60 * minutes))
