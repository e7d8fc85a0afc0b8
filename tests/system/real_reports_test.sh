#!/bin/bash
# Real reports through real keepers: every pair that shares a token meets, and no other; the links are scored against the labels.
# real_reports_test.sh BUILD [COUNT]    COUNT reports (default 300; quotas are raised, the common cap is the charter's own: 50 reporters)
set -u
BIN=$(realpath "$1") COUNT=${2:-${TOCSIN_REPORTS:-300}} PORT=7740 NAME="Real reports"
cd "$(dirname "$0")/../.."
DATA=${TOCSIN_DATA:-$PWD/../shared/data} TOOLS=$DATA/../tools
if [ ! -r "$DATA/reports-dev.jsonl" ]; then
	echo "SKIP real_reports: reports-dev.jsonl is not on this machine (set TOCSIN_DATA)"
	echo "tally: 0 passed, 0 failed, 1 skipped"
	exit 0
fi
POLICY="--policy tokens.address=1000000 --policy tokens.name=1000000 --policy tokens.digest=1000000 --policy tokens.other=1000000 --policy filings=100000 --policy vouchers=1000000"
. tests/system/three.sh
three_make
python3 tests/system/real_reports.py "$BIN" "$P" "$DATA/reports-dev.jsonl" "$COUNT" "$P/out"
status=$?
if [ -r "$TOOLS/score_links.py" ] && [ -s "$P/out/pairs.tsv" ]; then
	echo "score of the sealed matching, derived tokens included:"
	python3 "$TOOLS/score_links.py" "$P/out/filed.jsonl" "$DATA/label-relations.tsv" "$P/out/pairs.tsv"
	echo "score of exact sharing in the clear, the same reports:"
	python3 "$TOOLS/score_links.py" "$P/out/filed.jsonl" "$DATA/label-relations.tsv"
fi
exit $status
