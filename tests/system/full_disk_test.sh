#!/bin/bash
# A disk without room: the hub's, then a member's. What is refused says why, nothing is half there, and with room again it goes on.
# full_disk_test.sh BUILD    as root: each disk is a small tmpfs
set -u
BIN=$(realpath "$1")
cd "$(dirname "$0")/../.."
PORT=8380 NAME="Full disk test"
. tests/system/three.sh
. tests/system/case.sh
MOUNTED=()
small_disk() { # small_disk DIRECTORY SIZE: its content moves to a file system of that size
	mkdir "$1.disk" && mount -t tmpfs -o "size=$2,mode=0700" tmpfs "$1.disk" 2>/dev/null || return 1
	cp -a "$1/." "$1.disk/" && rm -rf "$1" && mkdir "$1" && mount --move "$1.disk" "$1" 2>/dev/null || { mount --bind "$1.disk" "$1" && MOUNTED+=("$1.disk"); }
	MOUNTED+=("$1")
}
full_end() {
	local i
	three_stop
	for ((i = ${#MOUNTED[@]} - 1; i >= 0; i--)); do umount -l "${MOUNTED[$i]}" 2>/dev/null; done
	three_end
}
trap full_end EXIT
mkdir "$P/try"
if ! mount -t tmpfs -o size=64k tmpfs "$P/try" 2>/dev/null; then
	skip full_disk "no tmpfs can be mounted here (not root?): a full disk is not tested"
	finish
	exit 0
fi
umount "$P/try"
three_make
SAID=$P/said
said() { grep -Eq -- "$1" "$SAID"; }
fill() { head -c 64M /dev/zero >"$1/ballast" 2>/dev/null; } # to the last byte
free() { rm -f "$1/ballast"; }
hub_rows() { python3 -c 'import sqlite3, sys; print(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute(sys.argv[2]).fetchone()[0])' "$P/hub/store/store.sqlite" "$1"; }
counts() { echo "$(hub_rows 'SELECT count(*) FROM record') $(hub_rows 'SELECT count(*) FROM envelope') $(hub_rows 'SELECT count(*) FROM receipt') $(hub_rows 'SELECT count(*) FROM leaf')"; }
refuses() { ! report "$@" >"$SAID" 2>&1; }

# --- The hub's ----------------------------------------------------------------------------------------------------------------------

ok "a report is filed" report reporter1 "room enough" one.first.test
RECORD=$(json 'd["id"]' <"$OUT")
daemon_stop hub
ok "the hub's state moves to a small disk" small_disk "$P/hub" 16m
daemon_start hub
ok "it works there" within 20 "the hub" as intl ledger verify
BEFORE=$(counts)
fill "$P/hub"
head -c 200000 /dev/urandom >"$P/attached"
for i in 1 2 3; do
	if as reporter1 --json report --title "no room $i" --to 1 --tlp AMBER --observe domain=one.first.test --attach "$P/attached" --yes >"$SAID" 2>&1
	then fail "a report that finds no room is not called filed" "$(tail -5 "$SAID")"
	else pass "a report that finds no room is not called filed"; fi
	ok "the client says that it failed inside: outside, no more is told" said '"why": .*internal failure'
done
says "the hub's log says why" 'disk is full|disk I.O error|No space' cat "$P/hub.log"
ok "nothing of it is in the store" test "$(counts)" = "$BEFORE"
ok "the hub still answers" as intl list
ok "they are kept" test "$(as reporter1 --json receipts | grep -c '"state": "sealed"')" = 3
free "$P/hub"
ok "with room again all of them are filed" within 60 "receipts --sync" as reporter1 receipts --sync
ok "each once" test "$(hub_rows 'SELECT count(*) FROM record')" = 4
ok "and opened" within 30 "an opening" as intl open "$RECORD" --purpose "after the disk was full"
ok "the whole ledger verifies" as intl ledger verify

# --- A member's -------------------------------------------------------------------------------------------------------------------------

ok "a member's home moves to a small disk" small_disk "$P/members/reporter2" 4m
ok "it works there" report reporter2 "room enough" two.second.test
KEPT=$(as reporter2 --json receipts | grep -c '"id"') FILED=$(hub_rows 'SELECT count(*) FROM record')
fill "$P/members/reporter2"
ok "without room nothing is filed" refuses reporter2 "no room at home" two.second.test
ok "and the cause is said" said 'No space left|full|disk'
ok "what could not be kept was not sent" test "$(hub_rows 'SELECT count(*) FROM record')" = "$FILED"
truncate -s -200K "$P/members/reporter2/ballast" # room for the ledger, not for the report
if as reporter2 --json report --title "no room for it" --to 1 --tlp AMBER --observe domain=two.second.test --attach "$P/attached" --yes >"$SAID" 2>&1
then fail "without room for the report nothing is filed" "$(tail -5 "$SAID")"
else pass "without room for the report nothing is filed"; fi
ok "and the cause is said" said 'No space left|full|disk'
ok "nor was it sent" test "$(hub_rows 'SELECT count(*) FROM record')" = "$FILED"
free "$P/members/reporter2"
ok "what was kept before is all there" test "$(as reporter2 --json receipts | grep -c '"id"')" = "$KEPT"
ok "with room again it files" report reporter2 "room again" two.second.test
ok "and nothing is left to finish" as reporter2 receipts --sync
finish
