#!/bin/bash
# A keeper that lies: a man in the middle with the TLS key of seat 3 stands where members look for it. Filing and opening detect each
# lie, name the seat, and succeed with the two honest seats. With two keepers away, filing goes on without tokens, which follow.
# liar_keeper_test.sh BUILD
set -u
BIN=$(realpath "$1")
cd "$(dirname "$0")/../.."
PORT=8140 KEEPER_SHIFT=10 NAME="Lying keeper" POLICY=
. tests/system/trio.sh
export ORIGIN
trio_liars() { liar seat3 $((PORT + 3)) $((PORT + 3 + KEEPER_SHIFT)) "$P/keeper3"; }
trio_make
# published FILE: leaf and cosignatures as JSON tells them
published() { tocsin --json officer publish "$1" --charter "$P/charter" | json 'type(d["leaf"]).__name__, d["cosigned"]'; }
says "publishing again tells the leaf that is there, cosigned" "^int True$" published "$P/quarter1"
NUMBER=0
report() { # a report of three addresses and a name, each time others; what is printed is in $OUT
	NUMBER=$((NUMBER + 1))
	as "${1:-hospital}" report --title "Report $NUMBER" --to 1 --tlp AMBER --observe "ipv4=45.83.1.$NUMBER" --observe "ipv4=45.83.2.$NUMBER" \
		--observe "domain=host$NUMBER.second-stage.net" --yes
}
# Under this lie a report is filed with tokens all the same, and seat 3 is named: files NAME RULE…
files() {
	local name=$1
	shift
	lie seat3 "$@"
	says "$name: it is filed" "^filed, under 2" report || return
	if grep -Eq "false answers from seats 3$" "$OUT" && ! grep -q "without tokens" "$OUT"; then pass "$name: seat 3 is named"; else fail "$name: seat 3 is named" "$(cat "$OUT")"; fi
	lied seat3 || fail "$name" "the liar never came to its lie"
	honest seat3
}
# Under this lie a record opens with two shares, and what seat 3 did is said: opens NAME PATTERN RULE…
opens() {
	local name=$1 pattern=$2
	shift 2
	lie seat3 "$@"
	says "$name: it opens with two" "Opened with 2 of 3 shares" as intl open "$A" --purpose "purpose $name" --no-compare || return
	if grep -Eq "seat 3.*: $pattern" "$OUT"; then pass "$name: seat 3 is named"; else fail "$name: seat 3 is named" "$(head -n 5 "$OUT")"; fi
	lied seat3 || fail "$name" "the liar never came to its lie"
	honest seat3
}

says "honest: it is filed" "^filed, under 2" report
if grep -q "false answers" "$OUT"; then fail "honest: nobody is accused" "$(cat "$OUT")"; else pass "honest: nobody is accused"; fi
A=$(file_report hospital --title "Opened often" --to 1 --tlp AMBER --observe ipv4=45.83.122.7)
B=$(file_report factory --title "Another" --to 1 --tlp AMBER --observe ipv4=45.83.122.7)
says "honest: it opens" "Opened with 3 of 3 shares" as intl open "$A" --purpose "first"
says "honest: another opens" "Opened with 3 of 3 shares" as intl open "$B" --purpose "second"

echo "# evaluations: 2 addresses (64 bytes, a proof of 64), then 2 names (64, 64)"
files "elements in another order" swap /v1/evaluate 0 32 32
files "an element that is the identity" zero /v1/evaluate 0 32
files "an element that is no point" ones /v1/evaluate 32 32
files "another proof, challenge" flip /v1/evaluate 64
files "another proof, response" flip /v1/evaluate 127
files "a proof with scalars out of range" ones /v1/evaluate 64 64
files "a proof of zeros" zero /v1/evaluate 64 64
files "false in the second class only" flip /v1/evaluate -1
files "elements of one class in the place of another's" swap /v1/evaluate 0 128 32
files "an answer cut short" cut /v1/evaluate 1
files "an old answer once more" replay /v1/evaluate
python3 tests/system/liar.py post $((PORT + 1)) /v1/status - >"$P/text"
files "something else altogether" answer /v1/evaluate "$P/text"
matches() { as intl --json matches "$B" | json 'sum(sum(p["shared"].values()) for p in d["pairs"])'; } # of B with each other record
says "honest: A and B meet" "^1$" matches
head -c 256 /dev/zero >"$P/zeros"
files "nothing but zeros" answer /v1/evaluate "$P/zeros"
matches() { as intl --json matches "$B" | json 'sum(sum(p["shared"].values()) for p in d["pairs"])'; }
lie seat3 flip /v1/evaluate 0
file_report bank --title "Under a lie" --to 1 --tlp AMBER --observe ipv4=45.83.122.7 >/dev/null
lied seat3 || fail "tokens made under a lie" "the liar never came to its lie"
honest seat3
says "tokens made under a lie meet those made without" "^2$" matches

echo "# a seat that does not answer is no liar, and nobody waits for it for ever"
unaccused() {
	local name=$1
	shift
	lie seat3 "$@"
	says "$name: it is filed" "^filed, under 2" report || return
	grep -q "without tokens" "$OUT" && fail "$name: with its tokens" "$(cat "$OUT")" || pass "$name: with its tokens"
	honest seat3
}
unaccused "no HTTP" garbage /v1/evaluate
unaccused "the connection cut" close /v1/evaluate
unaccused "a failure" refuse /v1/evaluate 500 system
unaccused "a refusal that nobody else gives" refuse /v1/evaluate 403 denied
BEGIN=$SECONDS
unaccused "silence" hang /v1/evaluate
if [ $((SECONDS - BEGIN)) -lt 45 ]; then pass "silence costs $((SECONDS - BEGIN)) s"; else fail "silence" "$((SECONDS - BEGIN)) s"; fi

echo "# shares: seat 1, request 32, sealed 1168, signature 64"
opens "another signature" "(auth|input).*" flip /v1/release -1
opens "another share under it" "(auth|input).*" flip /v1/release 600
opens "another seat's number" "(auth|input).*" set /v1/release 0 1
opens "a share released for another request" "(auth|input).*" replay /v1/release
opens "a share cut short" "(auth|input).*" cut /v1/release 5
opens "a share with something behind it" "(auth|input|limit).*" add /v1/release 5
opens "zeros" "(auth|input).*" zero /v1/release 0 1265
opens "no HTTP" "(away|input).*" garbage /v1/release
opens "the connection cut" "away.*" close /v1/release
opens "a failure" "(system|away).*" refuse /v1/release 500 system
opens "a refusal" "denied.*the liar says so" refuse /v1/release 403 denied
# With the seat's identity key, but not the reporter's share: signed, and yet it does not open.
lie seat3 resign "$P/keeper3/keys/identity"
says "a signed share that does not open: it opens with two" "Opened with 2 of 3 shares" as intl open "$A" --purpose "resigned" --no-compare
cp "$OUT" "$P/resigned"
says "a signed share that does not open: seat 3 is named" "seat 3.*: (auth|input).*" cat "$P/resigned"
honest seat3

echo "# relays"
dropped() { # until seat 3 was the relay that was drawn
	local name=$1 tries=0
	shift
	lie seat3 "$@"
	while [ $tries -lt 30 ]; do
		tries=$((tries + 1))
		as bank --json report --title "Relay $tries" --to 1 --tlp AMBER --no-tokens --yes >"$OUT" 2>&1 || { fail "$name" "$(cat "$OUT")"; break; }
		json 'd["state"]' <"$OUT" | grep -qx filed || { fail "$name" "$(cat "$OUT")"; break; }
		if lied seat3; then pass "$name: filed through another relay"; break; fi
	done
	lied seat3 || fail "$name" "the liar never came to its lie"
	honest seat3
}
dropped "a filing dropped, garbage for a receipt" answer /v1/file "$P/zeros"
dropped "a receipt for another filing" replay /v1/file
dropped "a false receipt" flip /v1/file -1
dropped "a relay that refuses" refuse /v1/file 403 denied
dropped "a relay that fails" close /v1/file
ok "nothing was filed twice or lost: the audit holds" as bank ledger verify
lie seat3 answer /v1/cards "$P/zeros"
for try in 1 2 3 4 5 6; do as intl cards >"$OUT" 2>&1 || break; lied seat3 && break; done
says "cards that are none: others are asked" "Hospital on the hill" as intl cards
honest seat3

echo "# vouchers: with the stolen voucher key of seat 3, for somebody who is no member"
member stranger "Stranger" "Nobody in particular" XX none
quietly as stranger join "$P/charter" --fingerprint "$FINGERPRINT"
cp -r "$P"/members/hospital/{store,common-values} "$P/members/stranger/" # a ledger from a friend: it may not ask for one
offline() { as stranger --json report --title "$1" --to 1 --tlp AMBER --offline "$P/$1" --yes 2>>"$P/setup.log" | json 'd["id"]'; }
sends() { # sends FILE: what the hub says to these bytes; the answer's status is its first line
	python3 tests/system/liar.py post $PORT /v1/filings "$1"
}
vouched() { python3 tests/system/liar.py vouch "$P/keeper3/keys/voucher" 3 "$P/$1" "$2" >"$P/$1.vouched"; }
S=$(offline stranger1)
U=$(offline stranger2)
vouched stranger1 one
sends "$P/stranger1.vouched" >"$P/receipt1"
says "the hub cannot know: it takes the filing" "^200$" head -n 1 "$P/receipt1"
RECORDS=$(hub_says records)
{ head -c 138 "$P/stranger1.vouched"; tail -c +7 "$P/stranger2"; } >"$P/twice"
says "a voucher used twice, for another filing: refused, and it is said why" "auth: voucher of seat 3 .*it was given for another filing" sends "$P/twice"
sends "$P/stranger1.vouched" >"$P/receipt2"
ok "used twice for the same filing: the same receipt" cmp "$P/receipt1" "$P/receipt2"
vouched stranger1 two
sends "$P/stranger1.vouched" >"$P/receipt2"
ok "another voucher for the same filing: the same receipt" cmp "$P/receipt1" "$P/receipt2"
says "and no second record" "^$RECORDS$" hub_says records
vouched stranger2 one
says "a second filing under the same alias is taken" "^200$" sends "$P/stranger2.vouched"
says "opened: the analyst is told that nobody accredited the sender, and tells the hub" "the hub was told" as intl open "$S" --purpose "who is this" --no-compare
says "once more" "the hub was told" as intl open "$S" --purpose "who is this" --no-compare
lowered() { grep -E "event=vouchers-lowered" "$P/hub.log"; }
if lowered >/dev/null; then fail "one analyst's word lowers nothing" "$(lowered)"; else pass "one analyst's word lowers nothing"; fi
says "a second analyst finds the same" "the hub was told" as intl2 open "$S" --purpose "who is this" --no-compare
says "and the cap of seat 3 is lowered" "seat=3 aliases=1 cap=17500 policy=20000" lowered
says "another record of that alias" "the hub was told" as intl open "$U" --purpose "the same again" --no-compare
ok "found by both" as intl2 open "$U" --purpose "the same again" --no-compare
says "does not lower it further" "^1$" sh -c "grep -c event=vouchers-lowered $P/hub.log"
B2=$(as hospital --json report --title "Honest" --to 1 --tlp AMBER --observe ipv4=45.83.122.9 --yes 2>>"$P/setup.log" | json 'd["id"]')
says "an honest member's record: no word to the hub" '"complained": false' as intl --json open "$B2" --purpose "honest"

echo "# one seat lies, one is away: the record is filed without tokens, which follow"
daemon_stop keeper2
lie seat3 flip /v1/evaluate 0
says "without tokens for now" "without tokens for now .*1 keepers? answered, 2 are needed" report factory
if grep -q "^filed, under 2" "$OUT" && grep -q "false answers from seats 3$" "$OUT"; then pass "it is filed all the same, and the liar named"; else fail "it is filed all the same, and the liar named" "$(cat "$OUT")"; fi
says "it is kept as pending" "pending" as factory receipts
lie seat3 flip /v1/release 600
refused "open names the liar and the seat that is away" "1 of 3 shares, 2 are needed" as intl open "$A" --purpose "first"
if grep -Eq "seat 2.*: away" "$OUT" && grep -Eq "seat 3.*: (auth|input)" "$OUT" && grep -Eq "seat 1.*: released" "$OUT"; then pass "each seat by its own reason"; else fail "each seat by its own reason" "$(cat "$OUT")"; fi
honest seat3
says "the liar honest: the tokens follow" "filed" as factory receipts --sync
if grep -q pending "$OUT"; then fail "no token is pending" "$(cat "$OUT")"; else pass "no token is pending"; fi

echo "# two seats away"
daemon_stop keeper3
as hospital report --title "Two seats away" --to 1 --tlp AMBER --observe ipv4=45.83.122.7 --yes >"$OUT" 2>&1
if grep -q "^promised, not yet cosigned" "$OUT" && grep -q "without tokens for now" "$OUT"; then pass "a report is promised, without tokens"; else fail "a report is promised, without tokens" "$(cat "$OUT")"; fi
quietly tocsin officer team "9:national:PT:National team PT" -o "$P/team9"
officers_sign "$P/team9" 1 2
says "a document is published, not cosigned yet" "^int False$" published "$P/team9"
refused "open says which seats are missing" "1 of 3 shares, 2 are needed" as intl open "$A" --purpose "first"
if grep -Eq "seat 2.*: away" "$OUT" && grep -Eq "seat 3.*: away" "$OUT"; then pass "both are named"; else fail "both are named" "$(cat "$OUT")"; fi
daemon_start keeper2
daemon_start keeper3
is_active() { curl -sk --max-time 5 "https://127.0.0.1:$1/v1/status" | grep -q "^state=active"; }
wait_for 20 "seat 2 to be active" is_active $((PORT + 2))
wait_for 20 "seat 3 to be active" is_active $((PORT + 3 + KEEPER_SHIFT))
says "they are back: filed, and the tokens follow" "filed" as hospital receipts --sync
if grep -Eq "pending|promised" "$OUT"; then fail "nothing is left" "$(cat "$OUT")"; else pass "nothing is left"; fi
says "the document is cosigned" "^int True$" published "$P/team9"
wait_for 10 "the match" sh -c "$BIN/tocsin --home $P/members/intl --json matches $B | grep -q '\"address\": 1'"
says "and they meet what was there" "^3$" matches
says "it opens with all three again" "Opened with 3 of 3" as intl open "$A" --purpose "last"
finish
