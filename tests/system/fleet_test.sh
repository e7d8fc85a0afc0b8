#!/bin/bash
# A fleet inspected by the real program in its box: as each machine by itself, whatever lies in the directory. fleet_test.sh BUILD
set -u
BIN=$(realpath "$1")
cd "$(dirname "$0")/../.."
P=$(mktemp -d /tmp/tocsin-fleet-XXXXXX) || exit 1
trap 'rm -rf "$P"' EXIT
. tests/system/case.sh

REGIME=packaging/regimes/founding.regime
inspect() { "$BIN/tocsin-inspect" "$1" --data "$P/knowledge" --regime $REGIME --date 2026-09-01 "${@:2}"; }
status() { # status WANTED COMMAND…
	local wanted=$1 got
	shift
	"$@" >"$P/out" 2>"$P/err"
	got=$?
	[ $got -eq "$wanted" ] || { echo "exit $got, not $wanted: $(tail -n 3 "$P/err")"; return 1; }
}

flaw() { # flaw ID PACKAGE FIXED
	printf '{"id":"%s","modified":"2026-08-30T00:00:00Z","published":"2026-03-01T00:00:00Z","affected":[{"package":{"ecosystem":"Debian:12","name":"%s"},' "$1" "$2"
	printf '"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"%s"}]}]}]}\n' "$3"
}
mkdir -p "$P/feed" "$P/fleet/a/b" "$P/fleet/c" "$P/empty"
flaw CVE-2026-1001 openssl 3.0.11-2 >"$P/feed/CVE-2026-1001.json"
flaw CVE-2026-1002 openssl 3.0.11-3 >"$P/feed/CVE-2026-1002.json"
flaw CVE-2026-1003 bash 5.2-9 >"$P/feed/CVE-2026-1003.json"
printf '{"title":"t","catalogVersion":"1","dateReleased":"2026-08-30T00:00:00Z","count":1,"vulnerabilities":[{"cveID":"CVE-2026-1003","vendorProject":"GNU",' >"$P/kev.json"
printf '"product":"bash","vulnerabilityName":"n","dateAdded":"2026-08-30","shortDescription":"s","requiredAction":"r","dueDate":"2026-09-20"}]}\n' >>"$P/kev.json"
ok "knowledge" "$BIN/tocsin-inspect" data update --data "$P/knowledge" "$P/feed" "$P/kev.json"

machine() { # machine NUMBER VERSION-OF-OPENSSL VERSION-OF-BASH EXPOSURE CARETAKER
	printf 'tocsin-inventory 1\nname\tm-%s\nos\tdebian\t12\tbookworm\tDebian 12\necosystem\tDebian:12\ncaretaker\t%s\nexposure\t%s\n' "$1" "$5" "$4"
	printf 'p\tlibssl3\t%s\tamd64\topenssl\t\np\tbash\t%s\tamd64\t\t\nend\t8\n' "$2" "$3"
}
for n in $(seq 1 90); do
	case $((n % 3)) in 0) d=a ;; 1) d=a/b ;; 2) d=c ;; esac
	machine "$n" "3.0.11-$((n % 4))" "5.2-$((n % 2 * 9))" "$([ $((n % 5)) -eq 0 ] && echo internet || echo internal)" "us" >"$P/fleet/$d/$n.inventory"
done

ok "a machine that is to be withdrawn: 20" status 20 inspect fleet --result "$P/lines" "$P/fleet"
says "people read verdicts, steps, machines, data" 'REFUSED|bash → 5.2-9|m-[0-9]+ \(' cat "$P/out"
says "questions are open: what is favourable is so far" '^ +[0-9]+  FAVOURABLE, but questions are not answered \(' cat "$P/out"
printf 'tocsin-answers 1\n' >"$P/answers"
for id in exceptions-justified administrator-named backups-tested; do printf '%s\tyes\t2026-09-01\tus\t\n' $id >>"$P/answers"; done
ok "with answers" status 20 inspect fleet --answers "$P/answers" "$P/fleet"
says "it is favourable" '^ +[0-9]+  FAVOURABLE \(' cat "$P/out"
says "a line a machine" '^90$' sh -c "wc -l <'$P/lines'"
alone() {
	local line file
	while read -r line; do
		file=$(echo "$line" | json 'd["file"]')
		inspect inventory --json --quiet --result "$P/one" "$P/fleet/$file" >"$P/out" 2>&1
		python3 - "$line" "$P/one" <<'PY' || return 1
import json, sys
line, one = json.loads(sys.argv[1]), json.load(open(sys.argv[2]))
c = one["counts"]
for field in "critical", "major", "minor", "items", "matched", "flaws", "silenced", "uncomputed", "doubtful":
    assert line[field] == c[field], (line["file"], field, line[field], c[field])
assert line["verdict"] == one["verdict"] and line["machine"] == one["subject"]["name"], line
PY
	done <"$P/lines"
}
ok "each as by itself" alone
inspect fleet --json "$P/fleet" >"$P/json" 2>/dev/null
says "the document adds up" '^90 90 90 2$' json '"%d %d %d %d" % (d["machines"], sum(d["verdicts"].values()), max(s["machines"] for s in d["steps"]), len([s for s in d["steps"] if s["do"] == "update"]))' <"$P/json"
says "the step that cures the most has the version that cures all" '^3.0.11-3$' json '[s["to"] for s in d["steps"] if s.get("name") == "openssl"][0]' <"$P/json"
ok "French: the same verdict" status 20 inspect fleet --lang fr "$P/fleet"
says "on the same day, in French alone" "^Inspection : $P/fleet, 2026-09-01 ; 90 machines, éléments inspectés : 180\$" cat "$P/out"
says "with its steps" '^   1\. critique, aujourd.hui : mettre à jour bash → 5.2-9 \(Debian:12\) ; sur [0-9]+ machine\(s\) ; corrige' cat "$P/out"
english() { grep -E 'REFUSED|FAVOURABLE|machine\(s\);|critical|cures|The data' "$P/out"; }
ok "no word of English is left" test -z "$(english)"

# KEV as it was: without the flaw of bash. Only what is known otherwise since then is judged.
cp "$P/knowledge" "$P/now"
sed -e 's/CVE-2026-1003/CVE-2020-9999/; s/2026-08-30T/2026-08-01T/' "$P/kev.json" >"$P/kev0.json"
ok "the knowledge of before" "$BIN/tocsin-inspect" data update --data "$P/before" "$P/feed" "$P/kev0.json"
ok "what changed: 20" status 20 inspect fleet --changed-since "$P/before" --result "$P/changed" --json "$P/fleet"
cp "$P/out" "$P/changed.json"
says "is the flaw of bash on the machines that have it, and nothing else" "^\['bash'\] 45 45\$" json \
	'"%s %d %d" % ([s["name"] for s in d["steps"]], d["counts"]["known_exploited"], d["counts"]["critical"] + d["counts"]["major"] + d["counts"]["minor"])' <"$P/changed.json"
says "each machine by itself too" '^True$' python3 -c "
import json; print(all((l['critical'] + l['major'] + l['minor'] == 1) == (int(l['machine'][2:]) % 2 == 0) for l in map(json.loads, open('$P/changed'))))"
ok "nothing changed: 0" status 0 inspect fleet --quiet --changed-since "$P/now" --result "$P/changed" "$P/fleet"
says "no machine has a defect" '^90$' sh -c "grep -c '\"verdict\":\"favourable\"' '$P/changed'"
refused "changed since a knowledge that is not there" 'absent.*nowhere' inspect fleet --changed-since "$P/nowhere" "$P/fleet"

printf 'tocsin-inventory 1\nname\tcut\n' >"$P/fleet/c/cut.inventory"
ln -s /etc "$P/fleet/link"
echo words >"$P/fleet/README"
echo '{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{"type":"library","name":"left-pad","version":"1.0","purl":"pkg:npm/left-pad@1.0"}]}' >"$P/fleet/bill.json"
ok "what cannot be read stops nothing" status 20 inspect fleet --quiet --result "$P/lines" "$P/fleet"
says "it is told" 'c/cut.inventory: no end line' cat "$P/err"
says "the link leads nowhere" 'link: a symbolic link is not followed' cat "$P/err"
says "the rest is there, the bill too" '^91$' sh -c "grep -c '\"verdict\"' '$P/lines'"
says "and the three that are not" '^3$' sh -c "grep -c '\"not_read\"' '$P/lines'"
ok "nothing is left beside the lines" test ! -e "$P/lines.new"

refused "an empty directory is no fleet" 'nothing was inspected: no file below' inspect fleet "$P/empty"
refused "no such directory" 'absent' inspect fleet "$P/nowhere"
refused "a file is no fleet" 'system' inspect fleet "$P/kev.json"
refused "what belongs to one machine" '--vex does not belong to .fleet' inspect fleet --vex "$P/vex" "$P/fleet"
refused "two directories" 'one DIRECTORY' inspect fleet "$P/fleet" "$P/empty"
mkfifo "$P/pipe"
refused "lines into what is no file" 'no regular file' inspect fleet --result "$P/pipe" "$P/fleet"
ok "it is still what it was" test -p "$P/pipe"
refused "lines that cannot be written" 'nowhere' inspect fleet --result "$P/nowhere/lines" "$P/fleet"
finish
