#!/bin/bash
# Who is away: the hub, one keeper, two, the matcher; and a hub that restarts while a client waits.
# away_test.sh BUILD
set -u
BIN=$(realpath "$1")
cd "$(dirname "$0")/../.."
PORT=8340 NAME="Away test"
. tests/system/three.sh
. tests/system/case.sh
three_make
SAID=$P/said

pairs() { as intl --json matches | json 'len(d["pairs"])'; }
pairs_are() { [ "$(pairs)" = "$1" ]; }
records_are() { [ "$(hub_says records)" = "$1" ]; }
sqlite_rows() { python3 -c 'import sqlite3, sys; print(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute(sys.argv[2]).fetchone()[0])' "$P/hub/store/store.sqlite" "$1"; }
queue_is() { [ "$(sqlite_rows 'SELECT count(*) FROM batch')" = "$1" ]; }
said() { grep -Eq -- "$1" "$SAID"; }

# --- The hub -------------------------------------------------------------------------------------------------------------------

ok "a report is filed while all are there" report reporter1 "first" one.first.test
RECORD=$(json 'd["id"]' <"$OUT")
daemon_stop hub
if report reporter1 "hub away" two.second.test >"$SAID" 2>&1; then fail "a report while the hub is away does not look filed" "$(tail -5 "$SAID")"
else pass "a report while the hub is away does not look filed"; fi
says "the client says that the hub is away" "\"why\": .*hub|hub .*(Couldn't connect|away)" cat "$SAID"
says "the report is kept" '"state": "sealed"' as reporter1 --json receipts
refused "the list says that the hub is away" "hub .*Couldn't connect" as intl list
refused "opening says so too" "hub .*Couldn't connect" as intl open "$RECORD" --purpose "hub away"
refused "sending again says so" "Couldn't connect|away" as reporter1 receipts --sync
daemon_start hub
ok "with the hub back, receipts --sync files it" within 40 "it" as reporter1 receipts --sync
ok "under the same id, once" records_are 2

# --- One keeper, two keepers ---------------------------------------------------------------------------------------------------

daemon_stop keeper1
says "one keeper away: filed with tokens" '"tokens_state": "filed"' report reporter2 "one away" one.first.test
ok "and it meets the first" within 20 "the pair" pairs_are 1
says "opening says which seat is missing" '^ *"why": "seat 1 .*Couldn.t connect' as intl --json open "$RECORD" --purpose "one away"
cp "$OUT" "$SAID"
ok "and opens all the same" said '"tokens_missing": 0'
daemon_stop keeper3
report reporter2 "two away" two.second.test >"$SAID" 2>&1
ok "two keepers away: tokens are to follow" said '"tokens_state": "pending"'
ok "the hub has the record" said '"state": "promised"'
says "what it waited for was said, though nobody looked on" '^tocsin report: waiting for the seats to cosign leaf [0-9]+$' cat "$SAID"
ok "how many keepers answered and how many are needed is said" said '"tokens_why": "tokens: 1 keepers answered, 2 are needed'
daemon_start keeper3
within 20 "keeper3 to be active" state_is 3 active
ok "with a keeper back, the tokens follow" as reporter2 receipts --sync
says "and are filed" '"tokens_state": "filed"' as reporter2 --json receipts
ok "so that the two of \"two\" meet" within 20 "the second pair" pairs_are 2
daemon_start keeper1

# --- The matcher ---------------------------------------------------------------------------------------------------------------

role_pid() { local pid; for pid in $(cat "/proc/$(cat "$P/$1.pid")/task/$(cat "$P/$1.pid")/children"); do grep -q "$2" "/proc/$pid/comm" && echo "$pid"; done; }
kill -9 "$(role_pid hub matcher)"
ok "a hub whose matcher was killed ends as a whole, for systemd to start again" within 20 "the hub to end" not_alive hub
says "its log names the process" 'role-killed.*of=matcher' cat "$P/hub.log"
daemon_start hub
ok "after the restart the index is there" within 20 "the pairs" pairs_are 2

# A matcher that stands still: core accepts filings, keeps their batches, and goes on.
kill -STOP "$(role_pid hub matcher)"
ok "a report is filed while the matcher stands still" report reporter2 "queued" one.first.test
kill -9 "$(role_pid hub matcher)" "$(cat "$P/hub.pid")"
ok "all of it is killed" within 20 "the hub to end" not_alive hub
gone() { ! pgrep -f "tocsin-hub -c $P/hub.conf" >/dev/null; }
ok "with its supervisor the other processes end too" within 20 "the roles to end" gone
refused "a reply meanwhile is kept, and that is said" 'the message is kept, and .tocsin receipts --sync. sends it again' as intl reply "$RECORD" "while away"
ok "its batch is still queued" test "$(sqlite_rows 'SELECT count(*) FROM batch')" -ge 1
daemon_start hub
ok "after the restart it is delivered, and its matches appear" within 20 "two pairs more" pairs_are 4
ok "and the queue is empty" within 10 "the queue" queue_is 0
ok "the reply goes with receipts --sync" as intl receipts --sync
says "and arrives" 'while away' as reporter1 inbox --wait 20

# --- A hub that restarts while a client waits ------------------------------------------------------------------------------------

daemon_stop keeper1
daemon_stop keeper2 # one cosignature of two: nothing is filed for good, so the client waits
report reporter3 "waiting" one.first.test >"$SAID" 2>&1 &
CLIENT=$!
waits() { compgen -G "$P/members/reporter3/records/*/filing.receipt"; }
ok "a client has its receipt and waits for cosignatures" within 20 "the receipt" waits
daemon_stop hub
daemon_start hub
daemon_start keeper1
daemon_start keeper2
if wait "$CLIENT"; then pass "the hub restarts meanwhile: the wait ends well"; else fail "the hub restarts meanwhile: the wait ends well" "$(tail -5 "$SAID")"; fi
ok "and the record is filed" said '"state": "filed"'
ok "the whole ledger verifies" as intl ledger verify
finish
