# The frame of the system tests: named cases and a tally line. Sourced after BIN is set.
PASSED=0 FAILED=0 SKIPPED=0
pass() { PASSED=$((PASSED + 1)); echo "PASS $1"; }
fail() { FAILED=$((FAILED + 1)); echo "FAIL $1: ${*:2}"; }
skip() { SKIPPED=$((SKIPPED + 1)); echo "SKIP $1: ${*:2}"; }

OUT=$(mktemp)
# ok NAME COMMAND…: it must succeed. What it printed is in $OUT.
ok() {
	local name=$1
	shift
	if "$@" >"$OUT" 2>&1; then pass "$name"; else fail "$name" "exit $? of $*: $(tail -n 5 "$OUT")"; return 1; fi
}
# says NAME PATTERN COMMAND…: it must succeed and print the pattern.
says() {
	local name=$1 pattern=$2
	shift 2
	"$@" >"$OUT" 2>&1 || { fail "$name" "exit $? of $*: $(tail -n 5 "$OUT")"; return 1; }
	if grep -Eq -- "$pattern" "$OUT"; then pass "$name"; else fail "$name" "\"$pattern\" is not in: $(tail -n 12 "$OUT")"; return 1; fi
}
# refused NAME PATTERN COMMAND…: it must fail with exit status 1 or 2 and say why.
refused() {
	local name=$1 pattern=$2 status
	shift 2
	"$@" >"$OUT" 2>&1
	status=$?
	if [ $status -eq 0 ]; then fail "$name" "it should have been refused: $*"; return 1; fi
	if [ $status -gt 2 ]; then fail "$name" "exit $status (a crash?): $(tail -n 5 "$OUT")"; return 1; fi
	if grep -Eq -- "$pattern" "$OUT"; then pass "$name"; else fail "$name" "\"$pattern\" is not in: $(tail -n 5 "$OUT")"; return 1; fi
}
# Documents are newer by the second they were issued in. The clock is asked, not a file's time: that one is some milliseconds behind.
next_second() {
	local now
	now=$(date +%s)
	until [ "$(date +%s)" -gt "$now" ]; do :; done
}
json() { python3 -c "import json,sys; d=json.load(sys.stdin); print($1)"; }
finish() {
	rm -f "$OUT"
	echo "tally: $PASSED passed, $FAILED failed, $SKIPPED skipped"
	[ $FAILED -eq 0 ]
}
