#!/bin/bash
# Hostile bytes at every door: the HTTP of hub and keepers (genuine questions recorded, then cut and flipped), and the command line.
# Refused with a reason each, exit status 1 or 2, and everybody still runs.
# bad_input_test.sh BUILD
set -u
BIN=$(realpath "$1")
cd "$(dirname "$0")/../.."
DATA=${TOCSIN_DATA:-$PWD/../shared/data}
PORT=8180 HUB_SHIFT=10 KEEPER_SHIFT=10 NAME="Bad input" POLICY=
. tests/system/trio.sh
trio_liars() {
	liar hub-liar "$PORT" $((PORT + HUB_SHIFT)) "$P/hub"
	liar seat3 $((PORT + 3)) $((PORT + 3 + KEEPER_SHIFT)) "$P/keeper3"
	lie hub-liar record "$P/asked-hub"
	lie seat3 record "$P/asked-keeper"
}
trio_make
REAL_HUB=$((PORT + HUB_SHIFT)) REAL_KEEPER=$((PORT + 3 + KEEPER_SHIFT))
counted() { # the PASS and FAIL lines of a program, counted here
	local line
	while IFS= read -r line; do
		case $line in PASS*) pass "${line#PASS }" ;; FAIL*) fail "${line#FAIL }" ;; *) fail "a line of another kind" "$line" ;; esac
	done <"$OUT"
}
input() { timeout 100 python3 tests/system/bad_input.py "$@" >"$OUT" 2>&1; counted; }

echo "# genuine questions, recorded"
A=$(file_report hospital --title "Recorded" --to 1 --tlp AMBER --observe ipv4=45.83.122.7 --observe domain=host.second-stage.net)
for n in 1 2 3 4 5 6 7 8; do ls "$P"/asked-keeper.*.v1.file >/dev/null 2>&1 || file_report factory --title "Recorded $n" --to 1 --tlp AMBER --no-tokens >/dev/null; done
ok "opened" as intl open "$A" --purpose "recorded"
ok "matched" as intl matches
ok "answered" as intl reply "$A" "A question"
ok "read" as hospital inbox --again
for n in 1 2 3 4 5 6 7 8; do ls "$P"/asked-keeper.*.v1.cards >/dev/null 2>&1 || as intl cards >/dev/null; done
honest hub-liar
honest seat3
one_of_each() { # the largest recorded body of each path
	local path
	for path in $(ls "$1".* | sed 's/.*\.[0-9]*\.//' | sort -u); do
		[ "$path" = checkpoint ] || ls -S "$1".*."$path" | while read -r f; do [ -s "$f" ] && echo "$f" && break; done
	done
}
HUB_KINDS=$(one_of_each "$P/asked-hub" | wc -l) KEEPER_KINDS=$(one_of_each "$P/asked-keeper" | wc -l)
if [ "$HUB_KINDS" -ge 9 ] && [ "$KEEPER_KINDS" -ge 4 ]; then pass "$HUB_KINDS kinds of question to the hub, $KEEPER_KINDS to a keeper"; else fail "kinds of question" "$HUB_KINDS to the hub, $KEEPER_KINDS to a keeper: $(ls "$P"/asked-*)"; fi
input frames "$REAL_HUB" hub $(one_of_each "$P/asked-hub")
input frames "$REAL_KEEPER" keeper $(one_of_each "$P/asked-keeper")

echo "# HTTP"
input http "$REAL_HUB" hub
input http "$REAL_KEEPER" keeper
for name in hub keeper1 keeper2 keeper3; do if alive $name; then pass "$name still runs"; else fail "$name still runs" "$(tail -n 3 "$P/$name.log")"; fi; done
if grep -hE "event=(crash|died|role-ended|fatal)|core dumped|signal" "$P"/*.log >"$OUT"; then fail "no role has ended" "$(head -n 3 "$OUT")"; else pass "no role has ended"; fi
says "and work goes on: a report" "^filed, under 2" as bank report --title "After all that" --to 1 --tlp AMBER --observe ipv4=45.83.122.7 --yes
says "an opening" "Opened with 3 of 3" as intl open "$A" --purpose "after all that"

echo "# files on the command line"
H=$P/members/hospital
quietly tocsin officer suspend "$(as bank --json card | json 'd["id"]')" -o "$P/suspension" # true, and never published
officers_sign "$P/suspension" 1
member stranger "Stranger" "Nobody in particular" XX none
input files "$BIN/tocsin" "$P" officer show --charter "$P/charter" "$P/charter"
input files "$BIN/tocsin" "$P" card "$H/card"
input files "$BIN/tocsin" "$P" --home "$P/members/stranger" join --fingerprint "$FINGERPRINT" "$P/charter"
input files "$BIN/tocsin" "$P" --home "$H" sponsor -o "$P/vouch" "$P/members/bank/card"
input files "$BIN/tocsin" "$P" --home "$H" file --yes "$H/card"
input files "$BIN/tocsin" "$P" --home "$P/members/intl" cosign --yes "$H/card"
input files "$BIN/tocsin" "$P" officer publish --charter "$P/charter" --wait 1 "$P/suspension"
input files "$BIN/tocsin" "$P" officer charter --name x --origin "$ORIGIN" --threshold 2 --hub "$P/hub/hub.enrol" -o "$P/never" --seat "$P/keeper1/keeper.enrol" "$P/officer1/officer.enrol" --founder "$H/card"
input files "$BIN/tocsin-hub" "$P" charter -c "$P/hub.conf" "$P/charter"
input files "$BIN/tocsin-keeper" "$P" charter -c "$P/keeper1.conf" "$P/charter"

echo "# words on the command line"
status_of() { # status_of NAME COMMAND…: 1 or 2, with a reason
	local name=$1 status
	shift
	case $1 in tocsin) shift; set -- "$BIN/tocsin" "$@" ;; as) set -- "$BIN/tocsin" --home "$P/members/$2" "${@:3}" ;; esac
	timeout 30 "$@" >"$OUT" 2>&1 </dev/null
	status=$?
	if { [ $status = 1 ] || [ $status = 2 ]; } && [ -s "$OUT" ]; then pass "$name"; else fail "$name" "exit $status: $(tail -n 2 "$OUT")"; fi
}
mkdir -p "$P/folder" "$P/open-home" && chmod 755 "$P/open-home"
status_of "no verb" tocsin
status_of "a verb that is none" tocsin nonsense
status_of "a home without its name" tocsin --home
refused "and which word it is" '--home wants a directory' tocsin --home
refused "nothing says where the home is" 'no home: neither TOCSIN_HOME nor HOME' env -u HOME -u TOCSIN_HOME "$BIN/tocsin" status
refused "a home is not cut short" 'the path is too long' env TOCSIN_HOME="/$(printf 'x%.0s' $(seq 2000))" "$BIN/tocsin" status
refused "nor where keys are made" 'path of 10[0-9][0-9] bytes' env TOCSIN_HOME="/$(printf 'x%.0s' $(seq 2000))" "$BIN/tocsin" init --name x --organisation x --country FR --sector health --charter "$P/charter"
refused "nobody is told to change a directory that is no home" 'no keys yet' tocsin --home "$P/open-home" status
refused "seat 0" 'there is no seat 0' as intl cards --seat 0
refused "team 0" 'ID is a number from 1' tocsin officer team 0:national:FR:x -o "$P/team"
refused "an officer's enrolment is no document" 'no document that officers sign' tocsin officer show "$P/officer1/officer.enrol"
says "who signs is told whether those before did" 'signed by .*all true' tocsin officer sign "$P/order" --key "$P/officer1/officer.key" --seat 1 --charter "$P/charter" --yes -o "$P/again"
refused "a draft over a signed document" 'charter: there already, and no unsigned draft' tocsin officer order-ceremony -o "$P/charter"
refused "a draft over an officer's key" 'officer.key: there already, and no unsigned draft' tocsin officer resume --seat 1 -o "$P/officer1/officer.key"
ok "a draft" tocsin officer resume --seat 1 -o "$P/draft"
ok "over an unsigned draft" tocsin officer resume --seat 2 -o "$P/draft"
refused "a batch over a signed batch" 'document: there already, and no unsigned draft' tocsin officer accredit --charter "$P/charter" --list "$P/batch-all.list" -o "$P/batch-all"
refused "a quarter far ahead" 'more than a year ahead' "$BIN/tocsin-keeper" quarter -c "$P/keeper1.conf" --quarter 2099Q1
full() { "$@" >/dev/full; }
for words in "tocsin --help" "tocsin --version" "tocsin help open" "tocsin-hub --help" "tocsin-hub --version" "tocsin-keeper --help" "tocsin-keeper check -c $P/keeper1.conf" "tocsin-hub check -c $P/hub.conf"; do
	refused "no room for what is said: ${words%% -c*}" 'standard output could not be written' full "$BIN/${words%% *}" ${words#* }
done
closed() { "$@" >&-; }
refused "standard output that is closed" 'standard output could not be written' closed as hospital status
refused "help about a verb that is none" 'no verb "nonsense"' tocsin help nonsense
refused "help about a verb of officers that is none" 'no verb "nonsense"' tocsin help officer nonsense
refused "help about a word behind a verb" 'no verb "nonsense"' tocsin help report nonsense
ok "help about a verb of officers" tocsin help officer sign
for verb in init card join status cards ledger report receipts inbox reply file common-values list matches open cosign sponsor officer ceremony; do
	status_of "$verb --nonsense" as hospital $verb --nonsense
	status_of "$verb with eight words" as hospital $verb 1 2 3 4 5 6 7 8
done
for verb in init charter show sign merge accredit suspend expel restore team common-list order-ceremony resume publish; do
	status_of "officer $verb --nonsense" tocsin officer $verb --nonsense
	status_of "officer $verb of what is not there" tocsin officer $verb /no/such/file -o /no/such/folder/x --charter /no/such/charter
done
for file in /no/such/file "$P/folder" /dev/null "$P/officer1/officer.key"; do
	for words in "card" "--home $H report --dry-run --title x" "--home $H sponsor -o $P/v" "--home $H file --yes" "--home $H common-values" "--home $P/members/stranger join" "officer show"; do
		[ "$words" != "--home $H report --dry-run --title x" ] || [ "$file" != "$P/officer1/officer.key" ] || continue # a report may be anything
		[ "$words" != "--home $H report --dry-run --title x" ] || [ "$file" != /dev/null ] || continue
		status_of "${words##*"$H" } of $(basename "$file")" tocsin $words "$file"
	done
done
for home in /no/such/home /dev/null "$P/folder" "$P/open-home"; do for verb in card status receipts; do status_of "$verb in the home $(basename "$home")" tocsin --home "$home" $verb; done; done
for conf in /no/such/conf "$P/folder" /dev/null "$P/charter" "$H/signing.key"; do
	status_of "a hub with the configuration $(basename "$conf")" "$BIN/tocsin-hub" -c "$conf"
	status_of "a keeper with the configuration $(basename "$conf")" "$BIN/tocsin-keeper" -c "$conf"
done
for value in "ipv4=999.1.1.1" "nonsense=x" "ipv4" "=" "domain=" "url=http://" "sha256=zz" "domain=$(printf 'a%.0s' $(seq 3000))" $'domain=a\x01b'; do
	status_of "--observe ${value:0:20}" as hospital report --title x --to 1 --tlp AMBER --dry-run --observe "$value"
done
refused "a type that is none is named" 'there is no type "nonsense"' as hospital report --title x --observe nonsense=x --dry-run
refused "a day to come" 'is yet to come' as hospital report --title x --to 1 --tlp AMBER --occurred 2099-01-02 --dry-run
status_of "--tlp PURPLE" as hospital report --title x --to 1 --tlp PURPLE --dry-run
status_of "--to nobody" as hospital report --title x --to 77 --tlp AMBER --dry-run
status_of "a title of two lines" as hospital report --title $'a\nb' --to 1 --tlp AMBER --dry-run
status_of "a title that is no UTF-8" as hospital report --title $'a\xff' --to 1 --tlp AMBER --dry-run

DRY="report --to 1 --tlp AMBER --dry-run"
: >"$P/empty"
refused "an empty file" 'empty: it is empty' as hospital $DRY "$P/empty"
refused "an empty standard input" 'stdin: it is empty' as hospital $DRY - </dev/null
refused "standard input is not read twice" 'read once' as hospital $DRY - --description-file - <<<"45.83.122.7"
printf '{"type":"indicator","pattern":"[domain-name:value = %s]"}' "'host.second-stage.net'" >"$P/alone.json"
says "a report says what it was read as" 'read as +text' as hospital $DRY "$P/alone.json"
cp -a "$H" "$P/damaged" && : >"$P/damaged/charter"
refused "an empty charter is named" 'damaged: charter and store: ' tocsin --home "$P/damaged" status
cp -p "$H/charter" "$P/damaged/" && echo x >>"$P/damaged/common-values"
refused "a damaged list of common values is named" 'damaged/common-values is damaged' tocsin --home "$P/damaged" $DRY --title x
refused "tokens later, and something else" 'goes alone' as hospital report --tokens-later "$A" --title x
kept() { as hospital --json receipts | json 'len(d["receipts"])'; }
BEFORE=$(kept)
refused "an offline file is not written over" 'empty: there already' as hospital report --title x --to 1 --tlp AMBER --yes --offline "$P/empty"
refused "an offline file nowhere" 'No such file' as hospital report --title x --to 1 --tlp AMBER --yes --offline /no/such/folder/x
ok "nothing is kept that could be filed later" test "$(kept)" = "$BEFORE"
BEFORE=$(as intl --json ledger verify | json 'd["size"]')
refused "an opening into nowhere" 'mkdir: No such file' as intl open "$A" --purpose "into nowhere" --out /no/such/folder/x
ok "is not asked for" test "$(as intl --json ledger verify | json 'd["size"]')" = "$BEFORE"

echo "# reports that are none"
J=$P/json
mkdir -p "$J"
EVENT='{"Event":{"info":"x","date":"2017-05-12","Attribute":[{"type":"ip-dst","value":"45.83.122.7"}]}}'
python3 - "$J" "$EVENT" <<'PY'
import sys
folder, event = sys.argv[1], sys.argv[2]
cases = {"deep": "[" * 100000, "deep-objects": '{"a":' * 100000, "deep-event": '{"Event":{"info":"x","Object":' + "[" * 5000 + "]" * 5000 + "}}",
         "duplicate": event.replace('"info":"x"', '"info":"x","info":"y"'), "trailing": event + "x", "comma": event[:-1] + ",}", "nul": event.replace("x", "\\u0000"),
         "surrogate": event.replace('"x"', '"\\ud800"'), "half": event[:len(event) // 2], "number": "1e999999", "null": '{"Event":null}', "list": '{"Event":[]}',
         "empty": "", "quote": '"'}
for name, text in cases.items():
    open("%s/%s.json" % (folder, name), "w").write(text)
open(folder + "/utf8.json", "wb").write(event.encode().replace(b'"x"', b'"\xff\xfe"'))
for n in range(1, len(event), 7):
    open("%s/cut-%03d.json" % (folder, n), "w").write(event[:n])
PY
for file in "$J"/*.json; do status_of "a MISP event, $(basename "$file" .json)" as hospital report "$file" --format misp --title x --to 1 --tlp AMBER --dry-run; done
for file in deep duplicate utf8 half; do status_of "a STIX bundle, $file" as hospital report "$J/$file.json" --format stix --title x --to 1 --tlp AMBER --dry-run; done
if [ -d "$DATA/misp/dev" ]; then
	for file in "$DATA"/misp/malformed/*; do
		case $file in *.zst) zstd -dqc "$file" >"$J/malformed" ;; *) cp "$file" "$J/malformed" ;; esac
		status_of "$(basename "$file")" as hospital report "$J/malformed" --format misp --title x --to 1 --tlp AMBER --dry-run
	done
	READ=0 REFUSED=0 CRASHED=
	for file in "$DATA"/misp/dev/*; do
		case $file in *.zst) zstd -dqc "$file" >"$J/event" ;; *) cp "$file" "$J/event" ;; esac
		timeout 60 "$BIN/tocsin" --home "$H" report "$J/event" --to 1 --tlp AMBER --dry-run >"$OUT" 2>&1
		case $? in 0) READ=$((READ + 1)) ;; 1 | 2) REFUSED=$((REFUSED + 1)); echo "# $(basename "$file"): $(tail -n 1 "$OUT")" ;; *) CRASHED="$CRASHED $(basename "$file")" ;; esac
	done
	if [ -z "$CRASHED" ] && [ $READ -ge 90 ]; then pass "real MISP events: $READ read, $REFUSED refused with a reason"; else fail "real MISP events" "$READ read, $REFUSED refused, crashed:$CRASHED"; fi
else
	skip "real MISP events" "$DATA/misp is not on this machine (set TOCSIN_DATA)"
fi
for name in hub keeper1 keeper2 keeper3; do alive $name || fail "$name still runs" "$(tail -n 3 "$P/$name.log")"; done
ok "the audit holds" as intl ledger verify
finish
