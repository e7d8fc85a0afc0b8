#!/bin/bash
# Thieves: a copy of the hub's whole state, its logs, the memory of its live processes, and the disk of one keeper of three (two open)
# hold no observable, no name, no title, no text of what was reported, in any encoding used. A planted word is found: the search can fail.
# thief_test.sh BUILD [COUNT]    COUNT real reports (default 100)
set -u
BIN=$(realpath "$1") COUNT=${2:-${TOCSIN_REPORTS:-100}}
cd "$(dirname "$0")/../.."
DATA=${TOCSIN_DATA:-$PWD/../shared/data}
PORT=8100 NAME="Stolen disks"
POLICY="--policy tokens.address=1000000 --policy tokens.name=1000000 --policy tokens.digest=1000000 --policy tokens.other=1000000 --policy filings=100000"
. tests/system/trio.sh
trio_make
hub_processes() { local pid; pid=$(cat "$P/hub.pid"); echo "$pid" $(cat /proc/"$pid"/task/*/children); }

# steal DIR: all that lies about. The pepper is on another device: that thief is not this one.
steal() {
	local pid
	mkdir -p "$1/hub" "$1/memory" "$1/keeper"
	cp -r "$P/hub" "$P/hub.conf" "$P"/hub.log* "$1/hub"
	cp -r "$P/keeper1" "$P/keeper1.conf" "$P"/keeper1.log* "$1/keeper"
	for pid in $(hub_processes); do python3 tests/system/thief.py memory "$pid" "$1/memory/$pid" >/dev/null 2>>"$P/setup.log"; done
}
# found PATTERNS FILE-OR-DIR…: the patterns that are there, also as UTF-16 (which is the word when the zeros are left out), whatever the case
found() {
	local patterns=$1
	shift
	{
		find "$@" -type f -exec cat {} + | LC_ALL=C grep -aoiF -f "$patterns"
		find "$@" -type f -exec cat {} + | tr -d '\000' | LC_ALL=C grep -aoiF -f "$patterns"
	} | LC_ALL=C sort -u
}
gone() { ! ls "$P"/keeper?/keys/dkg-* 2>/dev/null; }
wait_for 60 "the keepers to forget the ceremony's states" gone
steal "$P/before"
pass "no keeper keeps the state of a ceremony that is over"

echo "# what is reported"
mkdir -p "$P/texts"
printf 'The pump controller of the east wing answers on its maintenance port.\n' >"$P/texts/attached-diagram.txt"
for file in packaging/examples/*; do
	ok "$(basename "$file")" as hospital report "$file" --title "Seen at the east wing: $(basename "$file")" --to 1 --tlp AMBER --attach "$P/texts/attached-diagram.txt" --yes
done
ok "a description by hand" as factory report --title "Turbine hall stood still" --description "An operator pressed the emergency stop at dawn." --to 1 \
	--tlp RED --observe ipv4=45.83.122.77 --observe url=http://turbine.second-stage.net/stop --yes
REAL=0
if [ -r "$DATA/reports-dev.jsonl" ]; then
	python3 tests/system/thief.py reports "$DATA/reports-dev.jsonl" "$COUNT" "$P/real"
	lane() { # every third report
		local n=0 file
		for file in "$P"/real/*.csv; do
			n=$((n + 1))
			[ $((n % 3)) = "$2" ] || continue
			as "$1" report "$file" --title "$(cat "${file%.csv}.title")" --to 1 --tlp AMBER --yes >"$file.out" 2>&1 && echo "$file" >>"$P/filed.$1"
		done
	}
	lane hospital 0 & a=$!
	lane factory 1 & b=$!
	lane bank 2 & c=$!
	wait $a $b $c
	REAL=$(cat "$P"/filed.* | wc -l)
	WANTED=$(ls "$P"/real/*.csv | wc -l)
	if [ "$REAL" = "$WANTED" ]; then pass "$REAL real reports are filed"; else fail "real reports" "$REAL of $WANTED: $(tail -qn 1 "$P"/real/*.out | sort | uniq -c | sort -rn | head -n 3)"; fi
else
	skip "real reports" "$DATA/reports-dev.jsonl is not on this machine (set TOCSIN_DATA)"
fi
ID=$(as hospital --json receipts | json 'd["receipts"][0]["id"]')
says "one is opened" "Opened with 3 of 3" as intl open "$ID" --purpose "the east wing belongs to us"
ok "and answered" as intl reply "$ID" "Please pull the plug of the maintenance port."
says "the reporter reads it" "pull the plug" as hospital inbox --wait 15
ok "and answers" as hospital reply "$ID" "The plug is out since noon."
says "the analyst reads it" "since noon" as intl inbox --wait 15

echo "# what the thieves look for"
{
	printf '%s\n' "Seen at the east wing" "Turbine hall stood still" "emergency stop at dawn" "attached-diagram" "maintenance port" "pull the plug" "plug is out"
	python3 tests/system/thief.py words packaging/examples/* "$P"/texts/* "$P"/real/*.csv "$P"/real/*.title 2>/dev/null
	printf '%s\n' 45.83.122.77 turbine.second-stage.net second-stage.net
} | sort -u >"$P/contents"
printf '%s\n' "Security desk" "Hospital on the hill" "Plant security" "Factory by the river" "Incident desk" "Bank at the bridge" >"$P/names"
printf '%s\n' "Duty analyst" "International response team" "the east wing belongs to us" >"$P/analyst"
# A filing is bound to a minute and a quarter, a program speaks of its own fields: words that were there before anything was filed tell nothing.
python3 tests/system/thief.py forms "$P/contents" "$P/contents.forms" >/dev/null
found "$P/contents.forms" "$P/before" >"$P/known"
LC_ALL=C grep -avixF -f "$P/known" "$P/contents.forms" >"$P/content.patterns" || cp "$P/contents.forms" "$P/content.patterns"
cat "$P/contents" "$P/names" >"$P/all"
python3 tests/system/thief.py forms "$P/names" "$P/name.patterns" >/dev/null
python3 tests/system/thief.py forms "$P/analyst" "$P/analyst.patterns" >/dev/null
COUNT_FORMS=$(wc -l <"$P/content.patterns")
if [ "$COUNT_FORMS" -gt 500 ]; then pass "$(wc -l <"$P/contents") words in $COUNT_FORMS forms ($(wc -l <"$P/known") were there before)"; else fail "words" "only $COUNT_FORMS"; fi
steal "$P/after"
none() { # none NAME PATTERNS DIR
	local hits
	hits=$(found "$2" "$3" | head -n 5 | cat -v)
	if [ -z "$hits" ]; then pass "$1"; else fail "$1" "found: $hits"; fi
}
none "the hub's disk and logs: no value, title or text" "$P/content.patterns" "$P/after/hub"
none "the hub's disk and logs: no member's name" "$P/name.patterns" "$P/after/hub"
sed -i '/^International response team$/d' "$P/analyst" # the team has that name in the charter, for all to read
python3 tests/system/thief.py forms "$P/analyst" "$P/analyst.patterns" >/dev/null
none "the hub's disk and logs: no analyst's name, no purpose" "$P/analyst.patterns" "$P/after/hub"
none "the live hub's memory: no value, title or text" "$P/content.patterns" "$P/after/memory"
none "the live hub's memory: no member's name" "$P/name.patterns" "$P/after/memory"
none "one keeper's disk and logs: no value, title or text" "$P/content.patterns" "$P/after/keeper"
grep -i "wing belongs" "$P/analyst" >"$P/purpose.patterns"
none "one keeper's disk and logs: no purpose" "$P/purpose.patterns" "$P/after/keeper"

echo "# that the search can fail"
python3 tests/system/thief.py plant "Turbine hall stood still" "$P/planted"
for file in "$P"/planted/*; do
	if [ -n "$(found "$P/content.patterns" "$file")" ]; then pass "a planted word is found: $(basename "$file")"; else fail "a planted word is found" "$(basename "$file")"; fi
done
cp "$P/members/intl/opened/$ID/report.json" "$P/planted/opened" 2>/dev/null || cp -r "$P/members/intl/opened/$ID" "$P/planted/opened"
if [ -n "$(found "$P/content.patterns" "$P/planted/opened" | head -n 1)" ]; then pass "what the analyst opened is found at the analyst's"; else fail "what the analyst opened is found" "nothing in $P/planted/opened"; fi

echo "# the pepper, and the memory"
HOLDERS=$(python3 tests/system/thief.py has "$PEPPER/pepper" "$P/after/hub" "$P/after/keeper")
if [ -z "$HOLDERS" ]; then pass "the pepper is not in the state, the logs or the configuration"; else fail "the pepper is not in the state" "$HOLDERS"; fi
HOLDERS=$(python3 tests/system/thief.py has "$PEPPER/pepper" "$P/after/memory" | wc -l)
if [ "$HOLDERS" = 1 ]; then pass "one process of the hub has it in memory (so memory was read)"; else fail "one process of the hub has the pepper" "$HOLDERS"; fi
for file in "$P"/keeper1/keys/*; do
	case $file in */identity | */witness | */voucher | */ceremony) ;; *) continue ;; esac
	HOLDERS=$(python3 tests/system/thief.py has "$file" "$P/after/hub" "$P/after/memory" "$P/after/keeper/keeper1.log" "$P/after/keeper/keeper1/store")
	if [ -z "$HOLDERS" ]; then pass "$(basename "$file"), a keeper's key, is nowhere else"; else fail "$(basename "$file")" "$HOLDERS"; fi
done
for pid in $(hub_processes) $(cat "$P/keeper1.pid"); do
	if [ "$(stat -c %u "/proc/$pid/mem")" = 0 ] && ! setpriv --reuid 65534 --regid 65534 --clear-groups head -c 1 "/proc/$pid/environ" >/dev/null 2>&1; then :; else fail "process $pid" "others may look into it"; fi
	grep -q '^Max core file size *0 *0 ' "/proc/$pid/limits" || { fail "process $pid" "it may leave a core file"; continue; }
done
pass "no process leaves a core file or shows its memory to others"
finish
