#!/bin/bash
# kill -9 at random instants: crash.py drives and checks. A run is told by its seed, though not to the millisecond.
# crash_test.sh BUILD [ROUNDS] [SEED]    also TOCSIN_ROUNDS, TOCSIN_SEED
set -u
BIN=$(realpath "$1") ROUNDS=${2:-${TOCSIN_ROUNDS:-200}} SEED=${3:-${TOCSIN_SEED:-$RANDOM$RANDOM}}
cd "$(dirname "$0")/../.."
PORT=8300 NAME="Crash test"
POLICY="--policy tokens.name=1000000 --policy filings=100000 --policy vouchers=1000000 --policy releases.analyst=10000 \
--policy releases.team=10000 --policy releases.all=10000 --policy cosign-above=10000"
. tests/system/three.sh
echo "seed $SEED, $ROUNDS rounds (again: TOCSIN_SEED=$SEED TOCSIN_ROUNDS=$ROUNDS)"
three_make
platform_stop
export ORIGIN PORT
python3 tests/system/crash.py "$BIN" "$P" "$SEED" "$ROUNDS"
status=$?
if [ $status -ne 0 ] && [ -n "${TOCSIN_KEEP:-}" ]; then cp -r "$P" "$TOCSIN_KEEP"; fi
exit $status
