#!/bin/bash
# Real reports through real keepers: every pair that shares a token meets, and no other; the links are scored against the labels.
# real_reports_test.sh BUILD [COUNT]    COUNT reports (default 300; quotas are raised, the common cap is the default 1000)
set -u
BIN=$(realpath "$1") COUNT=${2:-${TOCSIN_REPORTS:-300}}
cd "$(dirname "$0")/../.."
DATA=${TOCSIN_DATA:-$PWD/../shared/data} TOOLS=$DATA/../tools
if [ ! -r "$DATA/reports-dev.jsonl" ]; then
	echo "SKIP real_reports: reports-dev.jsonl is not on this machine (set TOCSIN_DATA)"
	echo "tally: 0 passed, 0 failed, 1 skipped"
	exit 0
fi
P=$(mktemp -d) SEATS=3 THRESHOLD=2 NAME="Real reports" PORT=7740
POLICY="--policy tokens.address=1000000 --policy tokens.name=1000000 --policy tokens.digest=1000000 --policy tokens.other=1000000 --policy filings=100000 --policy vouchers=1000000"
. tools/platform.sh
PEPPER=$(mktemp -d /dev/shm/tocsin-test-XXXXXX)
trap 'platform_stop 2>/dev/null; rm -rf "$PEPPER" "$P"' EXIT
mkdir -p "$P/members"
make_keys
member intl "Duty analyst" "International response team" FR government
member reporter1 "Desk" "Organisation one" FR energy
member reporter2 "Desk" "Organisation two" DE transport
member reporter3 "Desk" "Organisation three" PT banking
FOUNDERS=(intl reporter1 reporter2 reporter3)
make_charter
FINGERPRINT=$(tocsin --json officer show "$P/charter" | python3 -c 'import json,sys; print(json.load(sys.stdin)["fingerprint"].replace(" ",""))')
make_quarter
platform_start
publish_quarter
for home in "${FOUNDERS[@]}"; do join "$home"; done
accredit all "intl role=file,analyse team=1 ceiling=RED" "reporter1 role=file" "reporter2 role=file" "reporter3 role=file"
make_token_keys
common_list packaging/common-values.txt
for home in "${FOUNDERS[@]}"; do quietly as "$home" common-values packaging/common-values.txt; done
python3 tests/system/real_reports.py "$BIN" "$P" "$DATA/reports-dev.jsonl" "$COUNT" "$P/out"
status=$?
if [ -r "$TOOLS/score_links.py" ] && [ -s "$P/out/pairs.tsv" ]; then
	echo "score of the sealed matching, derived tokens included:"
	python3 "$TOOLS/score_links.py" "$P/out/filed.jsonl" "$DATA/label-relations.tsv" "$P/out/pairs.tsv"
	echo "score of exact sharing in the clear, the same reports:"
	python3 "$TOOLS/score_links.py" "$P/out/filed.jsonl" "$DATA/label-relations.tsv"
fi
exit $status
