#!/bin/bash
# Old copies restored: of a keeper's state (it notices and refuses until its own officer resumes it), and of the hub's (keepers cosign
# nothing of it and clients refuse its checkpoint).
# snapshot_test.sh BUILD
set -u
BIN=$(realpath "$1")
cd "$(dirname "$0")/../.."
PORT=8320 NAME="Snapshot test"
. tests/system/three.sh
. tests/system/case.sh
three_make

witnessed_over() { local now; now=$(keeper_says "$1" witnessed); [ "${now:-0}" -gt "$2" ]; }
copy() { rm -rf "$P/$1.$2"; cp -a "$P/$1" "$P/$1.$2"; } # of a daemon that is stopped
put_back() { rm -rf "$P/$1"; mv "$P/$1.$2" "$P/$1"; }
resume_order() { # resume_order FILE SEAT SIGNER
	quietly tocsin officer resume --seat "$2" -o "$1"
	quietly tocsin officer sign "$1" --key "$P/officer$3/officer.key" --seat "$3" --origin "$ORIGIN" --yes -o "$1"
}
SAID=$P/said
log_of() { cat "$P/$1.log.old" "$P/$1.log" 2>/dev/null; }

# --- A keeper ------------------------------------------------------------------------------------------------------------------

ok "a report is filed before the copy is made" report reporter1 "before" common.of-all.test
RECORD=$(json 'd["id"]' <"$OUT")
daemon_stop keeper2
copy keeper2 old
daemon_start keeper2
within 20 "keeper2 to be active" state_is 2 active
OLD=$(keeper_says 2 witnessed)
ok "work goes on" report reporter1 "after one" common.of-all.test
ok "and on" report reporter2 "after two" common.of-all.test
ok "the keeper cosigns it" within 20 "seat 2 to cosign more than $OLD leaves" witnessed_over 2 "$OLD"
daemon_stop keeper2
put_back keeper2 old
daemon_start keeper2
ok "a keeper whose old state was restored suspends itself" within 20 "seat 2 to be suspended" state_is 2 suspended
says "its log says why, as an alarm" 'level=error.*alarm.*of=suspended.*it once cosigned a tree of' log_of keeper2

says "it releases nothing, and says why; the others do" '"why": .*suspended until its officer resumes it' as intl --json open "$RECORD" --purpose "while suspended"
daemon_stop keeper1
report reporter1 "meanwhile" late.of-all.test >"$SAID" 2>&1
says "with too few keepers a report goes without tokens" '"tokens_state": "pending"' cat "$SAID"
says "it evaluates nothing, and says why" '"tokens_why": .*1 keepers answered, 2 are needed; .*suspended until its officer resumes it' cat "$SAID"
daemon_stop keeper3
report reporter2 "alone" late.of-all.test >/dev/null 2>&1
relayed() { as reporter2 receipts --sync 2>&1 | grep "suspended until its officer resumes it"; } # the first relay that is tried is told of
ok "it relays nothing, and says why" within 20 "seat 2 to refuse" relayed
says "what could not be filed is kept" '"state": "sealed"' as reporter2 --json receipts
daemon_start keeper1
daemon_start keeper3
daemon_stop keeper2
daemon_start keeper2
ok "a restart does not lift it" within 20 "seat 2 to be suspended" state_is 2 suspended

resume_order "$P/resume-by-1" 2 1
refused "another officer's order to resume it is refused" 'not signed by the officer of seat 2|needs the officer of seat 2' tocsin officer publish "$P/resume-by-1" --charter "$P/charter"
ok "it stays suspended" state_is 2 suspended
resume_order "$P/resume-3" 3 3
refused "an order to resume another seat is refused" 'not suspended|for seat 3' tocsin officer publish "$P/resume-3" --charter "$P/charter"
ok "it is still suspended" state_is 2 suspended
resume_order "$P/resume" 2 2
ok "its own officer's order is taken" tocsin officer publish "$P/resume" --charter "$P/charter"
ok "and it is active again" within 20 "seat 2 to be active" state_is 2 active
daemon_stop keeper3
ok "what was kept is filed, with seat 2 at work" within 40 "receipts --sync" as reporter1 receipts --sync
ok "also of the other member" within 40 "receipts --sync" as reporter2 receipts --sync
says "and seat 2 releases" '"tokens_missing": 0' as intl --json open "$RECORD" --purpose "after it was resumed"
daemon_start keeper3

# The same trick once more: the order to resume is in the ledger by now, and must not lift a second suspension.
daemon_stop keeper2
copy keeper2 old
daemon_start keeper2
within 20 "keeper2 to be active" state_is 2 active
OLD=$(keeper_says 2 witnessed)
ok "work goes on after that" report reporter1 "third" third.of-all.test
ok "and is cosigned" within 20 "seat 2 to cosign more than $OLD leaves" witnessed_over 2 "$OLD"
daemon_stop keeper2
put_back keeper2 old
daemon_start keeper2
ok "an old copy restored again suspends again" within 20 "seat 2 to be suspended" state_is 2 suspended
refused "the order that was used is refused" 'not newer|repetition' tocsin officer publish "$P/resume" --charter "$P/charter"
ok "so it is suspended" state_is 2 suspended
next_second
resume_order "$P/resume-again" 2 2
ok "a new order is taken" tocsin officer publish "$P/resume-again" --charter "$P/charter"
ok "active once more" within 20 "seat 2 to be active" state_is 2 active

# --- The hub ---------------------------------------------------------------------------------------------------------------------

ok "a report is filed" report reporter1 "kept by the hub" hub.of-all.test
daemon_stop hub
copy hub old
daemon_start hub
ok "two more are filed" report reporter1 "lost one" lost.of-all.test
ok "and the second" report reporter2 "lost two" lost.of-all.test
ok "the analyst has followed the ledger so far" as intl ledger verify
SIZE=$(hub_says ledger-size)
daemon_stop hub
copy hub new
put_back hub old
daemon_start hub
OLDER=$(hub_says ledger-size)
ok "the hub's old copy has a smaller ledger ($OLDER leaves of $SIZE)" test "$OLDER" -lt "$SIZE"
hub_log() { log_of hub | grep "$1"; }
keeper_log() { log_of "keeper$1" | grep "$2"; }
ok "its log says that an old store was restored" within 20 "the hub to meet a keeper" hub_log "was an old store restored"
ok "a keeper that follows it sees that the ledger went back" within 20 "the alarm of seat 1" keeper_log 1 'of=forked-ledger.*it never shrinks'
refused "the analyst refuses the older checkpoint" 'never shrinks' as intl ledger verify
refused "a member too" 'never shrinks' as reporter1 receipts --sync
for team in 11 12 13 14 15; do # documents are appended without a wait
	quietly tocsin officer team "$team:sector:PT:Sector team $team" -o "$P/team$team"
	officers_sign "$P/team$team" $(openers)
	ok "the old hub takes a document onto its fork" tocsin officer publish "$P/team$team" --charter "$P/charter"
done
grows_over() { [ "$(hub_says ledger-size)" -gt "$1" ]; }
ok "the fork is longer than what the keepers have cosigned" grows_over "$SIZE"
ok "a fork that is longer gets no cosignature: the keepers see that it does not contain what they cosigned" \
	within 20 "seat 1 to see the fork" keeper_log 1 'of=inconsistent-ledger'
ok "nor a checkpoint of it" test "$(hub_says cosigned-size)" -le "$OLDER"
refused "and no client takes it" 'never shrinks|two ledgers' as intl ledger verify
daemon_stop hub
put_back hub new
daemon_start hub
ok "with its own state the hub goes on" within 30 "the hub to be followed" as intl ledger verify
ok "a report is filed as before" report reporter1 "at the end" end.of-all.test
ok "the whole ledger verifies" as intl ledger verify
finish
