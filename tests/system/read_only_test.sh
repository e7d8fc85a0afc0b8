#!/bin/bash
# A disk that can only be read: whoever finds its state there says so and stops, loses nothing, and goes on where it was when the disk can
# be written again.
# read_only_test.sh BUILD    as root: each disk is a small tmpfs
set -u
BIN=$(realpath "$1")
cd "$(dirname "$0")/../.."
PORT=8400 NAME="Read-only test"
. tests/system/three.sh
. tests/system/case.sh
MOUNTED=()
read_only_end() {
	local i
	three_stop
	for ((i = ${#MOUNTED[@]} - 1; i >= 0; i--)); do umount -l "${MOUNTED[$i]}" 2>/dev/null; done
	three_end
}
trap read_only_end EXIT
own_disk() { # its content moves to a file system of its own
	mkdir "$1.disk" && mount -t tmpfs -o "size=32m,mode=0700" tmpfs "$1.disk" 2>/dev/null || return 1
	MOUNTED+=("$1.disk")
	cp -a "$1/." "$1.disk/" && rm -rf "$1" && mkdir "$1" && mount --bind "$1.disk" "$1" && MOUNTED+=("$1")
}
locked() { mount -o remount,ro "$1.disk" 2>/dev/null && ! touch "$1/try" 2>/dev/null; }
unlocked() { mount -o remount,rw "$1.disk"; }
mkdir "$P/try"
if ! mount -t tmpfs -o size=64k tmpfs "$P/try" 2>/dev/null; then
	skip read_only "no tmpfs can be mounted here (not root?): a read-only disk is not tested"
	finish
	exit 0
fi
umount "$P/try"
three_make
rows() { python3 -c 'import sqlite3, sys; print(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute(sys.argv[2]).fetchone()[0])' "$P/$1/store/store.sqlite" "$2"; }
# ends NAME PATTERN PROGRAM CONF: started, it must end by itself with status 1 and say the pattern.
ends() {
	local name=$1 pattern=$2
	shift 2
	timeout 20 "$BIN/$1" -c "$2" >"$OUT" 2>&1 </dev/null
	local status=$?
	if [ $status -ne 1 ]; then fail "$name: it ends with status 1" "exit $status: $(tail -n 3 "$OUT")"; else pass "$name: it ends with status 1"; fi
	if grep -Eq -- "$pattern" "$OUT"; then pass "$name: and says why"; else fail "$name: and says why" "\"$pattern\" is not in: $(tail -n 5 "$OUT")"; fi
}
READ_ONLY='[Rr]ead-only file system|cannot be written'

ok "a report is filed" report reporter1 "before" one.first.test
RECORD=$(json 'd["id"]' <"$OUT")

echo "# the hub's"
daemon_stop hub
ok "the hub's state moves to a disk of its own" own_disk "$P/hub"
daemon_start hub
ok "it works there" report reporter1 "there" two.first.test
LEAVES=$(rows hub 'SELECT count(*) FROM leaf') RECEIPTS=$(rows hub 'SELECT count(*) FROM receipt')
daemon_stop hub
ok "the disk can only be read" locked "$P/hub"
ends "hub" "$READ_ONLY" tocsin-hub "$P/hub.conf"
as reporter1 --json report --title "meanwhile" --to 1 --tlp AMBER --observe domain=three.first.test --yes >"$OUT" 2>&1
if grep -Eq '"state": "filed' "$OUT"; then fail "nothing is called filed meanwhile" "$(cat "$OUT")"; else pass "nothing is called filed meanwhile"; fi
unlocked "$P/hub"
daemon_start hub
ok "writable again: no leaf is missing" test "$(rows hub 'SELECT count(*) FROM leaf')" -ge "$LEAVES"
ok "no receipt either" test "$(rows hub 'SELECT count(*) FROM receipt')" -ge "$RECEIPTS"
ok "and what was kept is filed" within 60 "receipts --sync" as reporter1 receipts --sync

echo "# a keeper's"
daemon_stop keeper3
ok "keeper 3's state moves to a disk of its own" own_disk "$P/keeper3"
daemon_start keeper3
ok "it works there" within 20 "it to be active" sh -c "curl -sk https://127.0.0.1:$((PORT + 3))/v1/status | grep -q state=active"
COUNTED=$(rows keeper3 'SELECT ifnull(sum(total), 0) FROM counter')
daemon_stop keeper3
ok "the disk can only be read" locked "$P/keeper3"
ends "keeper" "$READ_ONLY" tocsin-keeper "$P/keeper3.conf"
ok "the other two go on" report reporter2 "with two" four.first.test
unlocked "$P/keeper3"
daemon_start keeper3
ok "writable again: active" within 40 "it to be active" sh -c "curl -sk https://127.0.0.1:$((PORT + 3))/v1/status | grep -q state=active"
ok "no counter went back" test "$(rows keeper3 'SELECT ifnull(sum(total), 0) FROM counter')" -ge "$COUNTED"
says "it opens with the others" "Opened with 3 of 3" as intl open "$RECORD" --purpose "after all"

echo "# a member's"
ok "a home moves to a disk of its own" own_disk "$P/members/reporter3"
ok "it works there" report reporter3 "at home" five.first.test
KEPT=$(as reporter3 --json receipts | grep -c '"id"')
ok "the disk can only be read" locked "$P/members/reporter3"
refused "a report is refused, and it is said why" "$READ_ONLY" report reporter3 "not kept" six.first.test
unlocked "$P/members/reporter3"
ok "writable again: nothing is missing" test "$(as reporter3 --json receipts | grep -c '"id"')" = "$KEPT"
ok "and it files" report reporter3 "kept" six.first.test

echo "# a disk that becomes read-only while they run"
if [ -r "$BIN/libread_only.so" ]; then
	frozen() { printf '\1' | dd of="$P/frozen-$1" conv=notrunc status=none; }
	thawed() { printf '\0' | dd of="$P/frozen-$1" conv=notrunc status=none; }
	start_one() {
		head -c 8 /dev/zero >"$P/frozen-$1"
		LD_PRELOAD=$BIN/libread_only.so READ_ONLY=$P/frozen-$1 "$BIN/$2" -c "$3" </dev/null >>"$P/$1.log" 2>&1 &
		echo $! >"$P/$1.pid"
	}
	for name in hub keeper1 keeper2 keeper3; do daemon_stop $name; done
	for name in hub keeper1 keeper2 keeper3; do daemon_start $name; done
	ok "they work" within 40 "a report" report reporter1 "all is well" seven.first.test
	LEAVES=$(rows hub 'SELECT count(*) FROM leaf') RECORDS=$(rows hub 'SELECT count(*) FROM record')
	frozen hub
	for i in 1 2 3; do
		if report reporter1 "frozen $i" eight.first.test >"$OUT" 2>&1; then fail "hub: nothing is called filed" "$(cat "$OUT")"; else pass "hub: nothing is called filed"; fi
	done
	if grep -Eq "$READ_ONLY" "$P/hub.log"; then pass "hub: its log says why"; else fail "hub: its log says why" "$(tail -n 4 "$P/hub.log")"; fi
	ok "hub: nothing of it is in the store" test "$(rows hub 'SELECT count(*) FROM leaf') $(rows hub 'SELECT count(*) FROM record')" = "$LEAVES $RECORDS"
	thawed hub
	alive hub || daemon_start hub
	ok "hub: writable again, all of them are filed" within 60 "receipts --sync" as reporter1 receipts --sync
	daemon_stop keeper2
	ok "a request that seat 2 has not counted yet" within 60 "an opening" as intl open "$RECORD" --purpose "counted" --no-compare
	daemon_start keeper2
	ok "keeper 2 acts" within 40 "it to be active" sh -c "curl -sk https://127.0.0.1:$((PORT + 2))/v1/status | grep -q state=active"
	frozen keeper2
	says "what cannot be counted is not released: it opens with the others" "Opened with 2 of 3" as intl open "$RECORD" --purpose "counted" --no-compare
	if grep -Eq "seat 2 .*: (system|away): " "$OUT"; then pass "and seat 2 says that it failed"; else fail "and seat 2 says that it failed" "$(head -n 5 "$OUT")"; fi
	frozen keeper3
	refused "keepers: nothing is released" "(away|system|auth): " as intl open "$RECORD" --purpose "frozen" --no-compare
	for i in 2 3; do if grep -Eq "$READ_ONLY" "$P/keeper$i.log"; then pass "keeper $i: its log says why"; else fail "keeper $i: its log says why" "$(tail -n 4 "$P/keeper$i.log")"; fi; done
	for i in 2 3; do thawed keeper$i; alive keeper$i || daemon_start keeper$i; done
	ok "keepers: writable again, it opens" within 60 "an opening" as intl open "$RECORD" --purpose "frozen" --no-compare
else
	skip "a disk that becomes read-only" "libread_only.so is not built"
fi
ok "the whole ledger verifies" as intl ledger verify
finish
