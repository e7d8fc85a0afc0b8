#!/bin/bash
# A hub that lies: a man in the middle with the hub's own TLS, ledger and receipt keys stands where members and keepers look for it.
# Each lie must be refused by whoever must notice, with its reason, and normal work goes on when the hub is honest again. Not here: what
# nobody can notice (a record left out of a list), and a hub that shows nothing new (keepers stop after ten minutes).
# liar_hub_test.sh BUILD
set -u
BIN=$(realpath "$1")
cd "$(dirname "$0")/../.."
PORT=8120 HUB_SHIFT=10 NAME="Lying hub" POLICY=
. tests/system/trio.sh
export ORIGIN
export WITNESSES="$((PORT + 1)) $((PORT + 2)) $((PORT + 3))"
trio_liars() { liar hub-liar "$PORT" $((PORT + HUB_SHIFT)) "$P/hub"; }
trio_make
HUB=hub-liar

# lies NAME PATTERN RULE… -- COMMAND…: under this lie the command must be refused, saying PATTERN.
lies() {
	local name=$1 pattern=$2 rule=()
	shift 2
	while [ "$1" != -- ]; do rule+=("$1"); shift; done
	shift
	lie $HUB "${rule[@]}"
	refused "$name" "$pattern" "$@"
	lied $HUB || fail "$name" "the liar never came to its lie"
	honest $HUB
}
report() { as "$1" report --title "${2:-A report}" --to 1 --tlp AMBER --observe "ipv4=${3:-45.83.122.9}" --yes; }
noted() { grep -Eq "$2" "$P/$1.log"; } # in a keeper's log
checkpoint() { python3 tests/system/liar.py post $((PORT + HUB_SHIFT)) /checkpoint - | tail -n +2; }

checkpoint >"$P/old.note"
A=$(file_report hospital --title "First" --to 1 --tlp AMBER --observe ipv4=45.83.122.7 --observe domain=cdn.first-stage.net)
B=$(file_report factory --title "Second" --to 1 --tlp AMBER --observe ipv4=45.83.122.7 --observe domain=cdn.second-stage.net)
ok "honest: the ledger is whole" as intl ledger verify
says "honest: a record opens" "Opened with 3 of 3" as intl open "$A" --purpose "first"
checkpoint >"$P/new.note"

echo "# the key"
mkdir -p "$P/other"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$P/other/tls.key" -out "$P/other/tls.pem" -days 2 -subj /CN=tocsin-hub 2>/dev/null
kill "$(cat "$P/$HUB.pid")"
wait_for 10 "the liar's port" python3 -c "import socket; s=socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('127.0.0.1', $PORT))"
liar other-key "$PORT" $((PORT + HUB_SHIFT)) "$P/other"
refused "another TLS key: a member does not speak to it" "auth: .*pin|auth: .*key" as intl list
wait_for 10 "a keeper to notice" noted keeper1 "event=not-following.*auth"
pass "another TLS key: a keeper does not follow it"
kill "$(cat "$P/other-key.pid")"
wait_for 10 "the liar's port" python3 -c "import socket; s=socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('127.0.0.1', $PORT))"
liar $HUB "$PORT" $((PORT + HUB_SHIFT)) "$P/hub"

echo "# checkpoints"
lies "a rolled-back checkpoint" "auth: .*(never shrinks|it has shown)" answer /checkpoint "$P/old.note" -- as intl ledger verify
lies "a rolled-back checkpoint, filing" "auth: .*never shrinks" answer /checkpoint "$P/old.note" -- report hospital
lie $HUB answer /checkpoint "$P/old.note"
wait_for 10 "a keeper to see it" noted keeper2 "event=alarm of=forked-ledger"
pass "a rolled-back checkpoint: a keeper raises an alarm"
honest $HUB
ROOT=$(printf 'f%.0s' $(seq 64))
python3 tests/system/liar.py checkpoint "$P/hub/keys/ledger.key" "$P/new.note" "$ROOT" >"$P/split.note"
lies "a split view without cosignatures" "auth: .*cosigned by 0 seats, 2 are needed" answer /checkpoint "$P/split.note" -- report hospital
# An old time: a keeper that sees a newer cosignature of its own than it remembers would stop, as it should.
python3 tests/system/liar.py cosign "$P/keeper1/keys/witness" "$P/split.note" 1 "$(($(date +%s) - 60))" >"$P/split1.note"
lies "a split view that one corrupt seat cosigned" "auth: .*cosigned by 1 seats, 2 are needed" answer /checkpoint "$P/split1.note" -- report hospital
{ cat "$P/split.note"; grep '/seat/' "$P/new.note"; } >"$P/stolen.note"
lies "a split view with cosignatures of another tree" "auth: .*seat.*false|false.*seat" answer /checkpoint "$P/stolen.note" -- as intl ledger verify
lies "one corrupt seat in a full audit" "auth: .*cosigned by 1 seats" answer /checkpoint "$P/split1.note" -- as bank ledger verify
printf 'tocsin\n' >"$P/short.note"
lies "a checkpoint that is none" "input: " answer /checkpoint "$P/short.note" -- as intl ledger verify
for i in 1 2 3; do # the same view shown to the keepers themselves
	printf 'old %s\n\n' "$(sed -n 2p "$P/split.note")" | cat - "$P/split.note" >"$P/fork.request"
	says "keeper $i does not cosign another root of the same size" "^(409|422)" python3 tests/system/liar.py post $((PORT + i)) /add-checkpoint "$P/fork.request"
done
ok "honest again: the audit holds" as intl ledger verify

echo "# leaves"
C=$(file_report hospital --title "Third" --to 1 --tlp RED --observe ipv4=45.83.122.8)
lies "the last leaf left out" "auth: .*(left out some|withholds the leaves)|absent" drop-leaf -- as intl ledger verify
lies "all leaves withheld" "withholds the leaves" no-leaves -- as intl ledger verify
head -c 37 /dev/urandom | sed 's/^./@/' >"$P/leaf"
lies "a leaf changed" "auth: .*do not give the cosigned root" change-leaf "$P/leaf" -- as intl ledger verify
CARD=$(as factory --json card | json 'd["id"]')
quietly tocsin officer init -o "$P/false-officer"
quietly tocsin officer suspend "$CARD" -o "$P/suspension"
quietly tocsin officer sign "$P/suspension" --key "$P/false-officer/officer.key" --seat 1 --origin "$ORIGIN" --yes -o "$P/suspension"
lies "a forged suspension among the leaves" "auth: .*do not give the cosigned root" change-leaf "$P/suspension" -- as intl ledger verify
lies "a forged suspension among the leaves, filing" "auth: .*do not give the cosigned root" change-leaf "$P/suspension" -- report bank
refused "the hub itself appends no forged suspension" "auth: .*seat 1|auth: .*signature" tocsin officer publish "$P/suspension" --charter "$P/charter"
lie $HUB change-leaf "$P/suspension"
file_report hospital --title "Goes on while the hub lies to others" --to 1 --tlp AMBER --no-tokens >/dev/null
wait_for 10 "a keeper to see changed leaves" noted keeper1 "event=alarm of=false-leaves"
pass "changed leaves: a keeper raises an alarm and holds on to what it had"
honest $HUB
wait_for 10 "the keeper to follow again" noted keeper1 "event=following"
ok "honest again: another member files" report bank
lies "a false proof of inclusion" "leaf [0-9]+ of the ledger is not what was promised" flip /v1/proof -1 -- as intl open "$C" --purpose "third"
says "honest again: it opens" "Opened with 3 of 3" as intl open "$C" --purpose "third"

echo "# records" # offsets of an envelope for one team and three seats: protocol/record.md
TLP=60 COMMITMENT=99 SHARES=131 SHARE=1168 MAC=$((131 + 3 * 1168)) PAYLOAD=$((131 + 3 * 1168 + 32))
lie $HUB keep /v1/record "$P/envelope-A"
ok "honest: A opens" as intl open "$A" --purpose "kept"
lie $HUB keep /v1/record "$P/envelope-C"
ok "honest: C opens" as intl open "$C" --purpose "kept"
lies "another record under this id" "auth: .*asked for record $B, it gave $A" answer /v1/record "$P/envelope-A" -- as intl open "$B" --purpose "swapped"
lies "a share swapped with another seat's" "seat 1: auth: .*" swap /v1/record $SHARES $((SHARES + SHARE)) $SHARE -- as intl open "$B" --purpose "swapped shares"
seats_said() { # seats_said NAME PATTERN…: of seat 1, 2, 3 in what was printed last
	local i=0 name=$1 pattern
	shift
	for pattern in "$@"; do
		i=$((i + 1))
		grep -Eq "seat $i: $pattern" "$OUT" || { fail "$name" "seat $i: $(tail -n 5 "$OUT")"; return; }
	done
	pass "$name"
}
seats_said "both seats that could not open theirs are named" auth auth released
lies "one share changed: the MAC covers it" "auth: .*MAC|auth: .*changed" flip /v1/record $((SHARES + 40)) -- as intl open "$B" --purpose "changed share"
lies "another commitment" "seat [123]: auth" flip /v1/record $COMMITMENT -- as intl open "$B" --purpose "changed commitment"
lies "another MAC" "auth: .*MAC|auth: .*changed" flip /v1/record $MAC -- as intl open "$B" --purpose "changed MAC"
lies "another payload" "auth: .*payload" flip /v1/record $((PAYLOAD + 4000)) -- as intl open "$B" --purpose "changed payload"
lies "a payload cut short" "(input|auth): .*(size|payload|padd)" cut /v1/record 500 -- as intl open "$B" --purpose "cut payload"
lies "an envelope with something behind it" "(input|auth): .*(size|payload|padd)" add /v1/record 16 -- as intl open "$B" --purpose "longer payload"
lies "a changed marking" "seat 1: auth: share does not open" set /v1/record $TLP 1 -- as intl open "$B" --purpose "relabelled"
says "honest again: B opens" "Opened with 3 of 3" as intl open "$B" --purpose "as filed"

echo "# receipts"
unsent() { # under a lie about receipts nothing counts as filed; the same bytes are promised once the hub is honest
	local name=$1 pattern=$2
	shift 2
	lies "$name" "$pattern" "$@" -- report bank "Receipt"
	says "$name: the same bytes get their receipt when the hub is honest" "filed" as bank receipts --sync
}
unsent "a receipt with a false signature" "auth: .*relay [123].*receipt" flip /v1/filings -1
unsent "a receipt for other bytes" "auth: .*relay [123].*receipt" replay /v1/filings
unsent "a receipt whose leaf is another" "auth: .*relay [123].*receipt" flip /v1/filings 80
unsent "a receipt cut short" "input: .*receipt|limit: |away: |system: " cut /v1/filings 1
lie $HUB forge-receipt "$P/hub/keys/hub.key" 0
report bank "Promised elsewhere" >"$OUT" 2>&1
lied $HUB && grep -Eq "promised, not yet cosigned" "$OUT" && pass "a genuine receipt for another leaf is never shown as filed" || fail "a receipt for another leaf" "$(tail -n 4 "$OUT")"
honest $HUB
refused "it stays a broken promise, said by the audit" "others stand in their place" as bank ledger verify

echo "# bulletins and matches"
says "honest: a match" "address" as intl matches
lies "matches cut short" "input: " cut /v1/matches 3 -- as intl matches
lies "matches with something behind them" "input: " add /v1/matches 2 -- as intl matches
lies "a list cut short" "input: " cut /v1/list 3 -- as intl list
lies "bulletins without a number" "input: .*bulletin" cut /v1/bulletin 1 -- as hospital inbox
ok "honest: the analyst answers the reporter" as intl reply "$A" "Which machine was first?"
wait_for 10 "the bulletin" grep -q event=bulletin "$P/hub.log"
lies "a bulletin under another number" "auth: .*asked for bulletin [0-9]+, it gave" set /v1/bulletin 14 7 -- as hospital inbox --again
lie $HUB flip /v1/bulletin $((8 + 20 + 16 + 3000))
wait_for 15 "a bulletin with the reply" sh -c "$BIN/tocsin --home $P/members/hospital inbox >$P/inbox.out 2>&1; test -s $P/$HUB.lies"
if grep -q "Which machine" "$P/inbox.out"; then fail "a changed reply is not shown" "$(cat "$P/inbox.out")"; else pass "a changed reply is not shown"; fi
says "it is counted" "1 message to other analysts" cat "$P/inbox.out"
honest $HUB
says "honest again: the reply is read" "Which machine was first" as hospital inbox --again
ok "honest again: the audit holds" as intl ledger verify

echo "# a hub with a ledger of its own, which the keepers cosign: forged documents stand in it, and have no effect"
member mallory "Mallory" "Nobody at all" XX none
for sponsor in hospital factory; do quietly as $sponsor sponsor "$P/members/mallory/card" -o "$P/vouch-$sponsor"; done
quietly tocsin officer accredit --charter "$P/charter" --card "$P/members/mallory/card" --role file,analyse --team 1 --ceiling RED \
	--sponsor "$P/vouch-hospital" --sponsor-card "$P/members/hospital/card" --sponsor "$P/vouch-factory" --sponsor-card "$P/members/factory/card" -o "$P/forged"
for seat in 1 2; do quietly tocsin officer sign "$P/forged/document" --key "$P/false-officer/officer.key" --seat $seat --origin "$ORIGIN" --yes -o "$P/forged/document"; done
quietly tocsin officer expel "$CARD" -o "$P/expulsion" # signed by one true officer, but an expulsion wants two
officers_sign "$P/expulsion" 1
python3 - "$P" "$TLP" <<'PY' # C is RED and for team 1: the hub makes it GREEN and for team 3
import sys
b = bytearray(open(sys.argv[1] + "/envelope-C", "rb").read())
b[int(sys.argv[2])], b[66] = 1, 3
open(sys.argv[1] + "/envelope-relabelled", "wb").write(b)
PY
lie $HUB own-ledger "$P/hub" "$P/envelope-relabelled" "$P/forged/document" "$P/suspension" "$P/expulsion"
refused "the audit names the leaves that break a rule" "breaking a rule .*leaf [0-9]+: " as intl ledger verify
says "the ledger is cosigned all the same" "witness on $((PORT + 1)): 200" cat "$P/$HUB.lies"
for i in 1 2 3; do
	wait_for 10 "keeper $i to follow it" noted "keeper$i" "event=hub-misbehaves refused=3"
	pass "keeper $i reports the hub for three documents"
done
says "the member that they would have expelled is accredited" "accredited" as factory status
quietly as mallory join "$P/charter" --fingerprint "$FINGERPRINT"
take_credential "$P/forged" mallory
refused "keepers take no card on a forged accreditation" "seat 2 .*auth: credential: officers signed no such batch" tocsin officer publish "$P/forged" --charter "$P/charter" --cards-only --wait 1
refused "the forged member files nothing" "denied: credential: officers signed no such batch" as mallory report --title "Forged" --to 1 --tlp AMBER --no-tokens --yes
refused "the forged analyst opens nothing" "denied: credential: officers signed no such batch" as mallory open "$C" --purpose "forged" --insist
refused "a relabelled record opens for nobody" "seat 1: auth" as team-de open "$C" --purpose "relabelled" --no-compare
seats_said "every keeper refuses it by itself, with the request under their own cosignatures" auth auth auth
finish
