#!/bin/bash
# Wrong clocks: a keeper an hour behind, an hour ahead, jumping; the rule of 10 minutes while the hub is away, and while it withholds a
# suspension; a request to open whose 24 hours are over.
# clock_test.sh BUILD
set -u
BIN=$(realpath "$1")
cd "$(dirname "$0")/../.."
PORT=8360 NAME="Clock test"
. tests/system/three.sh
. tests/system/case.sh
. tests/system/liar.sh
hub_conf() { # where members and keepers look for it stands a man in the middle, honest for most of the time
	cat >"$P/hub.conf" <<-CONF
	listen 127.0.0.1:$((PORT + 10))
	advertise 127.0.0.1:$PORT
	state $P/hub
	pepper $PEPPER/pepper
	bulletin $BULLETIN
	refresh 5s
	CONF
}
three_liars() { liar hub-liar "$PORT" $((PORT + 10)) "$P/hub"; }
if [ ! -r "$BIN/libclock_shift.so" ]; then
	skip clock "libclock_shift.so is not built: no clock can be shifted"
	finish
	exit 0
fi
shift_clock() { python3 -c 'import struct, sys; f = open(sys.argv[1], "r+b"); f.write(struct.pack("=q", int(sys.argv[2]))); f.close()' "$P/clock-$1" "$2"; }
for who in hub keeper1 keeper2 keeper3 client; do
	head -c 8 /dev/zero >"$P/clock-$who"
done
start_one() { # as in platform.sh, with a clock of its own
	LD_PRELOAD=$BIN/libclock_shift.so CLOCK_SHIFT=$P/clock-$1 "$BIN/$2" -c "$3" </dev/null >>"$P/$1.log" 2>&1 &
	echo $! >"$P/$1.pid"
}
three_make
tocsin() { LD_PRELOAD=$BIN/libclock_shift.so CLOCK_SHIFT=$P/clock-client "$BIN/tocsin" "$@"; }
shift_all() { local who; for who in keeper1 keeper2 keeper3 client; do shift_clock "$who" "$1"; done; }

SAID=$P/said
said() { grep -Eq -- "$1" "$SAID"; }
log_of() { cat "$P/$1.log.old" "$P/$1.log" 2>/dev/null; }
log_says() { log_of "$1" | grep -E -- "$2"; }
counter() { python3 -c 'import sqlite3, sys; print(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute("SELECT ifnull(sum(total), 0) FROM counter").fetchone()[0])' "$P/keeper3/store/store.sqlite"; }

ok "with true clocks a report is filed" report reporter1 "true" one.first.test
RECORD=$(json 'd["id"]' <"$OUT")
daemon_stop keeper1 # so that every case below needs seats 2 and 3

wrong_clock() { # wrong_clock TITLE SECONDS PATTERN-OF-REFUSAL PATTERN-OF-HUB
	shift_clock keeper3 "$2"
	report reporter1 "$1" one.first.test >"$SAID" 2>&1
	ok "keeper $1: it evaluates nothing" said '"tokens_state": "pending"'
	ok "keeper $1: and says that it is the clock" said "\"tokens_why\": .*$3"
	ok "keeper $1: it does not call itself active" within 20 "it to be stale" state_is 3 stale
	ok "keeper $1: the hub does not count its cosignatures, and says why" within 30 "the hub's log" log_says hub "$4"
	shift_clock keeper3 0
	ok "keeper $1, set right: active" within 40 "it to be active" state_is 3 active
	ok "keeper $1, set right: what was kept is filed with its tokens" within 60 "the tokens" as reporter1 receipts --sync
}
BEFORE=$(counter)
wrong_clock "an hour behind" -3600 'clock' 'seat 3.*its clock is 3[56][0-9]* seconds behind'
wrong_clock "an hour ahead" 3600 'clock' 'seat 3.*its clock is 3[56][0-9]* seconds ahead'
for seconds in 86400 -86400 7200 -7200 400 -400 31536000; do
	shift_clock keeper3 "$seconds"
	ok "jump to $seconds seconds: it answers" within 20 "its status" keeper_says 3 state
done
shift_clock keeper3 0
ok "after all jumps it is active" within 40 "it to be active" state_is 3 active
ok "and no counter went back" test "$(counter)" -ge "$BEFORE"
daemon_stop keeper3
daemon_start keeper3
ok "nor does it suspend itself at the next start" within 20 "it to be active" state_is 3 active
ok "a record is opened" as intl --json open "$RECORD" --purpose "after the jumps"
LEAF=$(json 'd["leaf"]' <"$OUT")
# What the analyst sent to seat 2, as whoever has the bytes could send it: with the newest checkpoint and a true proof.
checkpoint() { python3 tests/system/liar.py post $((PORT + 10)) /checkpoint - | tail -n +2; }
release_make() {
	checkpoint >"$P/note"
	python3 tests/system/liar.py release "$P/hub/store/store.sqlite" "$P/members/intl/opened/$RECORD/request" \
		"$P/members/intl/opened/$RECORD/envelope" 2 "$LEAF" "$P/note" >"$P/release"
}
release_send() { python3 tests/system/liar.py post $((PORT + 2)) /v1/release "$P/release" | head -c 300 | tr -cd '[:print:]\n'; }
release_make
says "its request, sent once more by anybody, is answered" "^200" release_send
daemon_start keeper1

# --- The member's clock ----------------------------------------------------------------------------------------------------------

shift_clock client -3600
refused "a member's clock an hour behind: the command says that it is a clock" 'clock' as reporter2 receipts --sync
shift_clock client 3600
refused "an hour ahead: the same" 'clock|nothing newer' as reporter2 receipts --sync
shift_clock client 0
ok "set right: no trace of it" as reporter2 receipts --sync

# --- No checkpoint for 10 minutes ---------------------------------------------------------------------------------------------------

daemon_stop hub
shift_all 300
ok "5 minutes after the hub went away, keepers act" state_is 1 active
shift_all 601
for i in 1 2 3; do ok "10 minutes after, seat $i does not" within 10 "it to be stale" state_is "$i" stale; done
report reporter1 "stale" late.first.test >"$SAID" 2>&1
ok "evaluation is refused, and the rule is said" said '"tokens_why": .*no checkpoint younger than 10 minutes'
ok "filing too" said '"why": .*no checkpoint younger than 10 minutes'
says "and releasing: a request that was good" "away: .*no checkpoint younger than 10 minutes" release_send
daemon_start hub
shift_clock hub 601
for i in 1 2 3; do ok "with the hub back, seat $i is active" within 40 "it to be active" state_is "$i" active; done
ok "and what was kept is filed" within 40 "receipts --sync" as reporter1 receipts --sync

# --- A suspension that the hub withholds: it shows an old checkpoint, and no officer reaches the keepers -------------------------------

shift_all 700
shift_clock hub 700
follows() { [ "$(keeper_says "$1" leaves)" = "$(hub_says ledger-size)" ]; }
for i in 1 2 3; do within 40 "seat $i to have all leaves" follows "$i"; done
checkpoint >"$P/before.note"
lie hub-liar answer /checkpoint "$P/before.note"
CARD=$(as reporter3 --json card | json 'd["id"]')
quietly tocsin officer suspend "$CARD" -o "$P/suspend"
officers_sign "$P/suspend" 1
says "the hub has it in its ledger" "^200" sh -c "python3 tests/system/liar.py post $((PORT + 10)) /v1/governance $P/suspend | head -c 3"
for i in 1 2 3; do ok "withheld: seat $i cannot know, and acts" state_is "$i" active; done
shift_all 1310
shift_clock hub 1310
for i in 1 2 3; do ok "withheld for 10 minutes: seat $i acts no more" within 10 "it to be stale" state_is "$i" stale; done
ok "the hub went on lying until then" lied hub-liar
lie hub-liar refuse /checkpoint 503 away # to members too: the real hub would tell the suspended one
report reporter3 "suspended" bad.first.test >"$SAID" 2>&1
ok "the suspended member files nothing" said '"why": .*no checkpoint younger than 10 minutes'
says "and nothing is released" "away: .*no checkpoint younger than 10 minutes" release_send
honest hub-liar
for i in 1 2 3; do ok "the hub shows it: seat $i acts again" within 40 "it to be active" state_is "$i" active; done
report reporter3 "suspended" bad2.first.test >"$SAID" 2>&1
ok "and the suspended member is told so by the keepers" said "suspended until"
ok "others file" report reporter1 "after the lie" after.first.test

# --- A request whose 24 hours are over ----------------------------------------------------------------------------------------------

shift_all 92000
shift_clock hub 92000
for i in 1 2 3; do ok "25 hours later seat $i acts" within 40 "it to be active" state_is "$i" active; done
release_make
says "the old request, under a fresh checkpoint: refused" "denied: the request expired" release_send
ok "a new one opens" as intl open "$RECORD" --purpose "a day later"
ok "the whole ledger verifies" as intl ledger verify
finish
