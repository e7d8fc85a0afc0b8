#!/bin/bash
# A member or an analyst gone bad: every rule that a keeper or the hub holds against it, with the reason that it is told.
# member_test.sh BUILD
set -u
BIN=$(realpath "$1")
cd "$(dirname "$0")/../.."
PORT=8160 NAME="Small quotas"
POLICY="--policy tokens.address=40 --policy filings=6 --policy releases.analyst=5 --policy cosign-above=2 --policy common-cap=2"
. tests/system/trio.sh
FOUNDERS+=(flooder crowd1 crowd2 crowd3)
MORE=("flooder role=file" "crowd1 role=file" "crowd2 role=file" "crowd3 role=file")
trio_keys() {
	mkdir -p "$P/members"
	make_keys
	member intl "Duty analyst" "International response team" FR government
	member intl2 "Second analyst" "International response desk" DE government
	member team-de "Duty analyst" "National team DE" DE government
	for home in hospital factory bank flooder crowd1 crowd2 crowd3; do member $home "Desk of $home" "Organisation $home" FR other; done
}
trio_make
member stranger "Stranger" "Nobody in particular" XX none
quietly as stranger join "$P/charter" --fingerprint "$FINGERPRINT"

member late "Late" "A member of long ago" FR other
quietly as late join "$P/charter" --fingerprint "$FINGERPRINT"

addresses() { local i; for i in $(seq "$2" "$3"); do printf -- '--observe ipv4=45.83.%d.%d ' "$1" "$i"; done; }
report() { local home=$1; shift; as "$home" report --title "A report" --to 1 --tlp AMBER "$@" --yes; }
bare() { report "$1" --no-tokens; }
card() { as "$1" --json card | json 'd["id"]'; }
standing() { # standing ACTION HOME FILE SEAT…
	local action=$1 home=$2 file=$3
	shift 3
	next_second
	quietly tocsin officer "$action" "$(card "$home")" -o "$file"
	officers_sign "$file" "$@"
}
published() { tocsin officer publish "$1" --charter "$P/charter"; }
alarms() { grep -h "event=alarm of=quota" "$P"/keeper?.log; }

echo "# who may file at all"
refused "a stranger files nothing" "no keeper has a credential for this card yet" bare stranger
for sponsor in hospital factory; do quietly as $sponsor sponsor "$P/members/late/card" -o "$P/vouch-$sponsor"; done
quietly tocsin officer accredit --charter "$P/charter" --card "$P/members/late/card" --role file --from 2020-01-01 --until 2020-03-01 \
	--sponsor "$P/vouch-hospital" --sponsor-card "$P/members/hospital/card" --sponsor "$P/vouch-factory" --sponsor-card "$P/members/factory/card" -o "$P/old"
officers_sign "$P/old/document" 1 2
refused "keepers take no card whose time is over" "denied: credential: expired" tocsin officer publish "$P/old" --charter "$P/charter" --wait 1
take_credential "$P/old" late
refused "an expired member files nothing" "denied: .*credential: .*(expired|2020)" bare late
refused "a member who is no analyst lists nothing" "denied: " as hospital list --team 1
refused "a member who is no analyst opens nothing" "denied: " as hospital open "$(printf '0%.0s' $(seq 32))" --team 1 --purpose "curiosity"

echo "# quotas"
says "30 addresses of 40 a day" "^filed, under 2" report hospital $(addresses 1 1 30)
if alarms >/dev/null; then fail "no alarm yet" "$(alarms)"; else pass "no alarm yet"; fi
says "11 more are over the quota, and the report is filed without tokens" "without tokens for now .*(quota|limit|40)" report hospital $(addresses 2 1 11)
says "names have a quota of their own" "^filed, under 2" report hospital --observe domain=host.second-stage.net
refused "asking again does not help" "(quota|limit|40)" as hospital receipts --sync
says "a dictionary run" "^filed, under 2" report factory $(addresses 3 1 39)
for i in 1 2 3; do
	if grep -q "event=alarm of=quota what=.*address.* used=39 limit=40" "$P/keeper$i.log"; then pass "keeper $i raises an alarm"; else fail "keeper $i raises an alarm" "$(alarms)"; fi
done
FILED=0
while [ $FILED -lt 30 ] && bare bank >"$OUT" 2>&1; do FILED=$((FILED + 1)); done
if [ $FILED = 18 ] && grep -Eq "denied: .*(filings|limit|quota|6)" "$OUT"; then pass "filings: 6 at each of three relays, then no more"; else fail "filings: 6 at each of three relays" "$FILED filed; $(cat "$OUT")"; fi

echo "# a flood of one value"
F=$(file_report flooder --title "First" --to 1 --tlp AMBER --observe domain=flooded.third-stage.org)
for i in 1 2 3 4 5 6; do report flooder --observe domain=flooded.third-stage.org >/dev/null 2>&1; done
C=$(file_report crowd1 --title "Another reporter" --to 1 --tlp AMBER --observe domain=flooded.third-stage.org)
common() { as intl --json matches "$1" | json '[r["common"] for r in d["records"] if r["id"] == "'"$1"'"][0]'; }
wait_for 10 "the match" sh -c "$BIN/tocsin --home $P/members/intl --json matches $C | grep -q $F"
says "does not make it common: another reporter's record still meets it" "^0$" common "$C"
for home in crowd2 crowd3 hospital; do for i in 1 2 3 4 5; do report $home --observe domain=flooded.third-stage.org >/dev/null 2>&1; done; done
now_common() { [ "$(common "$C")" = 2 ]; } # the host and its domain
wait_for 10 "the value to be common" now_common
pass "many reporters do"

echo "# analysts"
A=$(file_report crowd1 --title "For the international team" --to 1 --tlp AMBER --no-tokens)
R=$(file_report crowd1 --title "Red, for the national team" --to 3 --tlp RED --no-tokens)
G=$(file_report crowd2 --title "For the national team" --to 3 --tlp AMBER --no-tokens)
says "the right team opens" "Opened with 3 of 3" as team-de open "$G" --purpose "mine"
refused "another team's record" "denied: " as team-de open "$A" --purpose "curiosity"
refused "another team's record, insisting" "denied: " as team-de open "$A" --team 3 --purpose "curiosity" --insist
refused "a team that is not the analyst's" "(denied|input|absent): " as team-de open "$A" --team 1 --purpose "curiosity"
refused "a marking above the ceiling" "denied: .*(RED|ceiling)" as team-de open "$R" --purpose "curiosity"
refused "a marking above the ceiling: each keeper by itself" "seat 3: denied: .*(RED|ceiling)" as team-de open "$R" --purpose "curiosity" --insist
says "first opening" "Opened with 3 of 3" as intl open "$A" --purpose "one" --no-compare
says "the same request again is charged once" "Opened with 3 of 3" as intl open "$A" --purpose "one" --no-compare
says "second opening" "Opened with 3 of 3" as intl open "$A" --purpose "two" --no-compare
refused "the third wants a second analyst" "a second analyst must sign" as intl open "$A" --purpose "three" --no-compare
ok "the request is handed out" as intl open "$A" --purpose "three" --request-only -o "$P/request"
refused "the first analyst does not count twice" "(denied|auth|input): " as intl cosign "$P/request" -o "$P/self" --yes
refused "nor does another team's" "denied: " as team-de cosign "$P/request" -o "$P/other" --yes
refused "nor a member who is no analyst" "denied: " as hospital cosign "$P/request" -o "$P/other" --yes
refused "without the signature it is no second request" "has no second signature" as intl open "$A" --second "$P/request"
ok "the second analyst signs" as intl2 cosign "$P/request" -o "$P/signed" --yes
python3 - "$P/signed" <<'PY'
import sys
b = bytearray(open(sys.argv[1], "rb").read())
b[-1] ^= 1
open(sys.argv[1] + ".false", "wb").write(b)
PY
refused "a false second signature" "(auth|denied): " as intl open "$A" --second "$P/signed.false" --insist --no-compare
says "with it the record opens" "Opened with 3 of 3" as intl open "$A" --second "$P/signed" --no-compare
for n in four five; do
	quietly as intl open "$A" --purpose $n --request-only -o "$P/$n"
	quietly as intl2 cosign "$P/$n" --yes
	ok "opening $n, with two analysts" as intl open "$A" --second "$P/$n" --no-compare
done
quietly as intl open "$A" --purpose six --request-only -o "$P/six"
quietly as intl2 cosign "$P/six" --yes
refused "the sixth is over the analyst's quota" "denied: .*(limit|quota|5)|limit: " as intl open "$A" --second "$P/six" --no-compare

echo "# standings"
says "honest: the second reporter files" "^filed" bare crowd2
standing suspend crowd2 "$P/suspend" 1
ok "one officer suspends" published "$P/suspend"
if grep -q "has no card" "$OUT"; then fail "and the keepers know whom" "$(cat "$OUT")"; else pass "and the keepers know whom"; fi
quietly tocsin officer suspend "$(printf '5a%.0s' {1..32})" -o "$P/mistyped"
officers_sign "$P/mistyped" 1
says "of a mistyped id each keeper says that it has no such card" 'seat 1 +held, but it has no card of this id' published "$P/mistyped"
refused "suspended: held at once, by every relay" "denied: .*suspended until" bare crowd2
standing restore crowd2 "$P/restore1" 1
refused "one officer does not restore" "(denied|auth): .*(officers|1 of)" published "$P/restore1"
refused "still suspended" "suspended until" bare crowd2
standing restore crowd2 "$P/restore2" 1 3
ok "two officers restore" published "$P/restore2"
wait_for 10 "the keepers to follow" bare crowd2
pass "restored: it files again"
published "$P/suspend" >"$OUT" 2>&1
wait_for 5 "it to file" bare crowd2
pass "the old suspension once more suspends nobody"
standing expel crowd3 "$P/expel1" 2
refused "one officer does not expel" "(denied|auth): .*(officers|1 of)" published "$P/expel1"
ok "and nothing has happened" bare crowd3
standing expel crowd3 "$P/expel2" 2 3
ok "two officers expel" published "$P/expel2"
refused "expelled" "denied: .*expelled" bare crowd3
standing restore crowd3 "$P/restore3" 1 2 3
refused "nobody restores the expelled" "(denied|exists): .*expel" published "$P/restore3"
standing suspend intl2 "$P/suspend-analyst" 3
ok "an analyst is suspended" published "$P/suspend-analyst"
refused "its openings are refused at once" "denied: .*suspended until" as intl2 open "$A" --purpose "too late" --insist
refused "its signature as the second analyst as well" "suspended until" as intl2 cosign "$P/request" -o "$P/late" --yes
for name in hub keeper1 keeper2 keeper3; do alive $name || fail "$name is alive" "it stopped"; done
ok "the audit holds" as intl ledger verify
finish
