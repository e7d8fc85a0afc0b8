#!/bin/bash
# The inspection: knowledge from feeds, this machine, tables, documents, the verdict, certificates and re-inspection. inspect_test.sh BUILD
set -u
BIN=$(realpath "$1")
cd "$(dirname "$0")/../.."
. tests/system/case.sh
T=$(mktemp -d)
I=$BIN/tocsin-inspect
K=$T/knowledge
FOUNDING=packaging/regimes/founding.regime
DATA=../shared/data
trap 'rm -rf "$T"' EXIT
NOW=$(date -u +%F) # the inspection's day, also past midnight: a certificate is of these days alone
ago() { date -u -d "$NOW $((-$1)) days" +%F; }
FED=$(ago 4) # the day of most data
# verdict NAME STATUS COMMAND…: the exit status is the verdict
verdict() {
	local name=$1 want=$2 status
	shift 2
	"$@" >"$OUT" 2>&1
	status=$?
	if [ $status -eq "$want" ]; then pass "$name"; else fail "$name" "exit $status, not $want: $(tail -n 8 "$OUT")"; return 1; fi
}
printed() { # printed NAME PATTERN: in what the last verdict printed
	if grep -Eq -- "$2" "$OUT"; then pass "$1"; else fail "$1" "\"$2\" is not in: $(tail -n 30 "$OUT")"; fi
}
kev() { # kev FILE DAY CVE…
	local file=$1 day=$2 sep='' id
	shift 2
	printf '{"title":"KEV","catalogVersion":"%s","dateReleased":"%sT12:00:00.000Z","count":%d,"vulnerabilities":[' "${day//-/.}" "$day" $# >"$file"
	for id in "$@"; do
		printf '%s{"cveID":"%s","vendorProject":" Example ","product":"Thing","vulnerabilityName":"n","dateAdded":"2026-08-01","shortDescription":"d","requiredAction":"r","dueDate":"2026-08-22","knownRansomwareCampaignUse":"Known","notes":"","cwes":[]}' "$sep" "$id" >>"$file"
		sep=,
	done
	printf ']}' >>"$file"
}

# --- Knowledge -------------------------------------------------------------------------------------------------------------------

kev "$T/kev1.json" "$FED" CVE-2026-1001
kev "$T/kev2.json" "$(ago 1)" CVE-2026-1001 CVE-2026-1002
cat >"$T/affected.csv" <<-'END'
	package,cve,status,version_from,less_than,version_type,default_status,ecosystem
	openssl,CVE-2026-1001,affected,0,3.0.18-1~deb12u1,deb,unaffected,Debian:12
	curl,CVE-2026-1002,affected,0,7.88.1-10+deb12u15,deb,unaffected,Debian:12
	curl,CVE-2026-1003,affected,0,7.88.1-10+deb12u15,deb,unaffected,Debian:12
	bash,CVE-2026-1004,affected,1,2,custom,unaffected,Debian:12
END
cat >"$T/eol.json" <<-'END'
	{"source":"test","licence":"none","products":{"debian":{"title":"Debian","category":"os","tags":[],"identifiers":[],"releases":[
	{"releaseCycle":"12","releaseDate":"2023-06-10","eol":"2028-06-30","latest":"12.11","latestReleaseDate":"2026-08-20"},
	{"releaseCycle":"9","releaseDate":"2017-06-17","eol":"2020-07-18","latest":"9.13","latestReleaseDate":"2020-07-18"}]},
	"gadget":{"title":"Gadget OS","category":"os","tags":[],"identifiers":[{"cpe":"cpe:/o:example:gadget_os"}],"releases":[
	{"releaseCycle":"2","releaseDate":"2020-01-01","eol":true,"latest":"2.9"},{"releaseCycle":"3","releaseDate":"2024-01-01","eol":false,"latest":"3.1"}]}}}
END
printf 'vendor,product,level,use,from,out_by,basis\nBadGear,,banned,core,2020-01-01,2024-12-31,test list\n' >"$T/banned.csv"
ok "the inspector's key" "$I" certify key --name ACME "$T/inspector.key"
PUBLIC=$(sed -n 's/^ed25519 //p' "$T/inspector.key.pub")
printf 'name,qualification,number,from,until,suspended,key\nACME Audit,PASSI,12,%s,%s,no,%s\nACME Audit,PASSI,12,2020-01-01,2023-01-01,no,%s\nOld Hands,PASSI,9,2020-01-01,2023-01-01,no,\n' \
	"$(ago 200)" "$(ago -200)" "$PUBLIC" "$PUBLIC" >"$T/providers.csv" # the renewal stands before what it renews
says "feeds become knowledge" 'CISA KEV +1 new' "$I" data update --data "$K" "$T/kev1.json"
says "a table too, of the day that is said" '4 new' "$I" data update --data "$K" --dated "$FED" "$T/affected.csv"
ok "the end of life, the bans, the register" "$I" data update --data "$K" --dated "$FED" "$T/eol.json" "$T/banned.csv" "$T/providers.csv"
says "and their age is shown" "kev .*$FED +[34] +7  1\$" "$I" data show --data "$K"
"$I" data update --data "$T/aged" --dated "$(ago 32)" "$T/affected.csv" >/dev/null
says "and what is too old" "table .*$(ago 32) .*STALE" "$I" data show --data "$T/aged"
refused "what is no feed is refused by what it begins with" 'no feed that is known' "$I" data update --data "$T/none" "$FOUNDING"
refused "an ecosystem that OSV writes otherwise is none" '"Debian 12" is written "Debian:"' "$I" inventory --data "$K" --regime "$FOUNDING" --ecosystem "Debian 12" "$T/banned.csv"
refused "nor of a feed" '"NPM" is written "npm"' "$I" data update --data "$T/none" --ecosystem NPM "$T/banned.csv"
refused "an absent file is named" 'absent.*nothing-here' "$I" data update --data "$T/none" "$T/nothing-here"
[ ! -e "$T/none" ] && pass "and nothing was written" || fail "and nothing was written" "$(ls -l "$T/none")"
cp "$K" "$T/damaged"
printf 'x' | dd of="$T/damaged" bs=1 seek=$(($(stat -c %s "$K") / 2)) conv=notrunc status=none
refused "a damaged knowledge is refused" 'checksum|damaged|crc' "$I" data show --data "$T/damaged"
ok "the issuer's key" "$I" data key --name authority "$T/issuer.key"
ok "the knowledge is signed" "$I" data sign --key "$T/issuer.key" "$K"
ok "and installed by whom trusts the issuer" "$I" data install --issuer "$T/issuer.key.pub" --data "$T/installed" "$K"
cmp -s "$K" "$T/installed" && pass "byte for byte" || fail "byte for byte"
cp "$K.sig" "$T/damaged.sig"
refused "not when it was changed" 'auth' "$I" data install --issuer "$T/issuer.key.pub" --data "$T/installed" "$T/damaged"
next_second
"$I" data update --data "$T/newer" --dated "$FED" "$T/affected.csv" >/dev/null && "$I" data sign --key "$T/issuer.key" "$T/newer" >/dev/null
ok "a newer one takes its place" "$I" data install --issuer "$T/issuer.key.pub" --data "$T/installed" "$T/newer"
refused "and the older one does not come back" 'older than what is installed' "$I" data install --issuer "$T/issuer.key.pub" --data "$T/installed" "$K"

# --- A table -----------------------------------------------------------------------------------------------------------------------

cat >"$T/list.csv" <<-'END'
	machine;kind;vendor;product;version;ecosystem;role;exposure;since;looked after by;credentials;cpe
	web1;package;;openssl;3.0.17-1~deb12u2;Debian:12;server;internet;2024-02-03;ACME Audit;;
	web1;package;;curl;7.88.1-10+deb12u14;Debian:12;server;internet;;ACME Audit;;
	web1;package;;bash;5.2.15-2;Debian:12;server;internet;;ACME Audit;;
	plc1;equipment;Example; Gadget OS ;2.4;;industrial;isolated;;ACME Audit;default;
	desk1;system;Example;gadget os;3.0;;workstation;internal;;ACME Audit;changed;
	desk1;equipment;BadGear;Router 9000;1;;network;internal;;ACME Audit;changed;
	bad1;package;;curl;1;Debian:12;server;internet;yesterday;;;
END
verdict "a table with a known exploited flaw in what is exposed is refused" 20 "$I" inventory --data "$K" --regime "$FOUNDING" --date "$NOW" "$T/list.csv"
printed "with the update that cures it" 'critical, today: update openssl 3.0.17-1~deb12u2 → 3.0.18-1~deb12u1.*1 known exploited'
printed "the default credential of an industrial system" 'critical, today: change the default credential of Gadget OS'
printed "what has no order is not guessed" 'bash 5.2.15-2: .*no order: CVE-2026-1004'
printed "the ban" 'take out of service Router 9000'
printed "one update, two flaws" 'update curl .*cures 2 defects'
printed "the row that could not be taken is told with its line" '8: .*no date'
verdict "in French" 20 "$I" inventory --data "$K" --regime "$FOUNDING" --date "$NOW" --lang fr "$T/list.csv"
printed "the verdict is in French" 'REFUSÉ'
"$I" inventory --data "$K" --regime "$FOUNDING" --date "$NOW" --json --sarif "$T/list.sarif" --vex "$T/list.vex" "$T/list.csv" >"$T/list.json" 2>/dev/null
says "the result is JSON" '^refused 3 ' json "d['verdict'], d['counts']['critical'], ''" <"$T/list.json"
says "SARIF has a result a defect" '^2.1.0 True$' python3 -c "import json; s=json.load(open('$T/list.sarif')); r=json.load(open('$T/list.json')); print(s['version'], len(s['runs'][0]['results'])==len(r['defects']))"
refused "an inventory file is of one machine" 'one machine' "$I" inventory --data "$K" --regime "$FOUNDING" --save "$T/x" "$T/list.csv"
says "VEX has its flaws" 'CVE-2026-1001' cat "$T/list.vex"
verdict "KEV at two dates: only the difference is looked at" 20 bash -c "'$I' data update --data '$T/later' '$T/kev2.json' && '$I' data update --data '$T/later' --dated $(ago 1) '$T/affected.csv' && '$I' inventory --data '$T/later' --changed-since '$K' --regime '$FOUNDING' --date $NOW --json '$T/list.csv' >'$T/changed.json'"
says "and that is the one flaw" "^\['CVE-2026-1002'\]$" json "[f['flaw'] for f in d['findings'] if 'flaw' in f]" <"$T/changed.json"
printf 'tocsin-derogations 1\n' >"$T/empty.derogations"

# --- This machine ------------------------------------------------------------------------------------------------------------------

if command -v dpkg-query >/dev/null; then
	"$I" machine --data "$K" --regime "$FOUNDING" --json --save "$T/own.inventory" >"$T/own.json" 2>/dev/null
	says "every package of this machine is inspected" "^$(dpkg-query -W -f '${db:Status-Status}\n' | grep -c '^installed') " \
		json "d['counts']['items'], ''" <"$T/own.json"
	verdict "the saved inventory gives the same defects" "$(json "{'favourable':0,'re-inspection':10,'refused':20}[d['verdict']]" <"$T/own.json")" \
		"$I" inventory --data "$K" --regime "$FOUNDING" --quiet --result "$T/again.json" "$T/own.inventory"
	says "key by key" '^True$' python3 -c "import json; k=lambda f: sorted(x['key'] for x in json.load(open(f))['defects']); print(k('$T/own.json')==k('$T/again.json'))"
else
	skip "this machine" "no dpkg here"
fi

# --- Documents -----------------------------------------------------------------------------------------------------------------------

cat >"$T/bom.json" <<-'END'
	{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"metadata":{"component":{"type":"application","name":"shop","version":"1"}},
	"components":[{"type":"library","name":"openssl","version":"3.0.17-1~deb12u2","purl":"pkg:deb/debian/openssl@3.0.17-1~deb12u2?distro=debian-12"},
	{"type":"library","name":" spaced ","version":true}]}
END
verdict "a CycloneDX document" 20 "$I" sbom --data "$K" --regime "$FOUNDING" --date "$NOW" --exposure internet --caretaker "ACME Audit" "$T/bom.json"
printed "its flaw is found by its package URL" 'openssl 3.0.17-1~deb12u2 → 3.0.18-1~deb12u1'
printed "a version that is a boolean is told" 'passed over'
refused "what is no document" 'input' "$I" sbom --data "$K" --regime "$FOUNDING" "$T/list.csv"
head -c 300 "$T/bom.json" >"$T/cut.json"
refused "half a document" 'input' "$I" sbom --data "$K" --regime "$FOUNDING" "$T/cut.json"
mkdir -p "$T/image/etc" "$T/image/var/lib/dpkg"
printf 'ID=debian\nVERSION_ID="12"\n' >"$T/image/etc/os-release"
printf 'Package: openssl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 3.0.17-1~deb12u2\n\n' >"$T/image/var/lib/dpkg/status"
verdict "an unpacked image, read in its box" 20 "$I" image --data "$K" --regime "$FOUNDING" --date "$NOW" --exposure internet --caretaker "ACME Audit" "$T/image"

# --- Certificates --------------------------------------------------------------------------------------------------------------------

inspect() { # inspect RESULT LIST OPTION…
	"$I" inventory --data "$K" --regime "$FOUNDING" --date "$NOW" --caretaker "ACME Audit" --quiet --result "$@" >/dev/null 2>&1
	local status=$?
	[ $status -eq 0 ] || [ $status -eq 10 ] || [ $status -eq 20 ]
}
printf 'tocsin-answers 1\n' >"$T/answers"
for id in exceptions-justified administrator-named backups-tested; do printf '%s\tyes\t%s\tACME Audit\t\n' $id "$NOW" >>"$T/answers"; done
certify() { "$I" certify --key "$T/inspector.key" --inspector ACME --data "$K" "$@"; }
ok "an inspection that passed a row over" inspect "$T/over.json" "$T/list.csv" --answers "$T/answers"
refused "is not certified: nobody knows what it holds" 'could not be read: 1; put them right' certify --out "$T/x" "$T/over.json"
grep -v ^bad1 "$T/list.csv" >"$T/good.csv"
ok "an inspection without answers" inspect "$T/open.json" "$T/good.csv"
refused "is not certified by who is qualified" 'questions not answered: 3, the first "exceptions-justified"' certify --out "$T/x" "$T/open.json"
[ ! -e "$T/x" ] && pass "and nothing is written" || fail "and nothing is written"
ok "an inspection to certify" inspect "$T/first.json" "$T/good.csv" --answers "$T/answers"
ok "its certificate, with a page" certify --out "$T/first.certificate" --pdf "$T/first.pdf" "$T/first.json"
says "the page is a PDF" '^%PDF' head -c 5 "$T/first.pdf"
says "it verifies, and its inspector was qualified" 'official +yes' "$I" verify --data "$K" "$T/first.certificate"
sed 's/"verdict":"refused"/"verdict":"favours"/' "$T/first.certificate" >"$T/changed.certificate"
refused "changed, it does not" 'signature is false' "$I" verify "$T/changed.certificate"
cat >"$T/tocsin" <<-END
	#!/bin/sh
	printf '%s\n' "\$*" >"$T/asked"
	echo changed >"$T/named.certificate"
	while [ \$# -gt 0 ]; do
		[ "\$1" = --attach ] && echo "\$2" >"$T/attached" && cp "\$2" "$T/sent"
		[ "\$1" = --description-file ] && cp "\$2" "$T/cover"
		shift
	done
	case \$TRY in fail) exit 7 ;; esac
END
chmod +x "$T/tocsin"
ok "it is handed over to be sealed" "$I" declare --dry-run --tocsin "$T/tocsin" "$T/first.certificate"
says "without tokens, shown only" 'report .*--no-tokens .*--attach .*--dry-run' cat "$T/asked"
cp "$T/first.certificate" "$T/named.certificate"
declared() { TRY=fail "$I" declare --yes --tocsin "$T/tocsin" "$T/named.certificate"; [ $? -eq 7 ]; }
ok "its exit status is the other program's" declared
ok "what was read is what is sent, whatever becomes of the file" cmp "$T/first.certificate" "$T/sent"
says "under the name it has" '/named.certificate$' cat "$T/attached"
says "with its lines" '^verdict: refused$' cat "$T/cover"
ok "nothing of it is left behind" test ! -e "$(dirname "$(dirname "$(cat "$T/attached")")")"
mkfifo "$T/never"
printf '#!/bin/sh\nwhile [ $# -gt 0 ]; do [ "$1" = --attach ] && echo "$2" >"%s"; shift; done\nread line <"%s"\n' "$T/waiting" "$T/never" >"$T/tocsin-waits"
chmod +x "$T/tocsin-waits"
# ended SIGNAL…: the program alone is sent one while the other one waits. (A shell's own background jobs ignore SIGINT.)
ended() { python3 - "$I" "$T" "$1" <<-'END'
	import os, signal, subprocess, sys
	inspect, place, name = sys.argv[1:]
	told = place + "/waiting"
	if os.path.exists(told): os.unlink(told)
	p = subprocess.Popen([inspect, "declare", "--yes", "--tocsin", place + "/tocsin-waits", place + "/first.certificate"], stderr=subprocess.PIPE)
	while not (os.path.exists(told) and os.path.getsize(told)): assert p.poll() is None
	attached = open(told).read().strip()
	assert os.path.exists(attached), attached
	p.send_signal(getattr(signal, name))
	said = p.communicate(timeout=20)[1]
	assert p.returncode == 1 and b"ended by a signal" in said, (p.returncode, said)
	left = os.path.dirname(os.path.dirname(attached))
	assert not os.path.exists(left), left
END
}
for s in SIGTERM SIGINT SIGHUP SIGQUIT; do ok "ended by $s it leaves nothing behind either" ended $s; done
printf '\n' 1<>"$T/never" # nobody waits on
refused "a changed one is not" 'signature is false' "$I" declare --tocsin "$T/tocsin" "$T/changed.certificate"
sed 's/,no,/,yes,/' "$T/providers.csv" >"$T/suspended.csv"
cp "$K" "$T/suspended"
ok "the register suspends the provider" "$I" data update --data "$T/suspended" --kind providers --dated "$(ago 3)" "$T/suspended.csv"
says "then it is not official" 'suspended' "$I" verify --data "$T/suspended" "$T/first.certificate"
"$I" inventory --data "$K" --regime "$FOUNDING" --date "$(ago -31)" --quiet --result "$T/stale.json" "$T/good.csv" >/dev/null 2>&1
refused "no certificate on stale data" 'stale' certify --out "$T/x" "$T/stale.json"
"$I" inventory --data "$K" --regime "$FOUNDING" --date "$(ago 20)" --quiet --result "$T/backdated.json" "$T/good.csv" >/dev/null 2>&1
refused "nor of a day before the data" 'stale' certify --out "$T/x" "$T/backdated.json"
"$I" inventory --data "$K" --changed-since "$T/later" --regime "$FOUNDING" --date "$NOW" --quiet --result "$T/part.json" "$T/good.csv" >/dev/null 2>&1
refused "nor of the changes alone" 'only what changed' certify --out "$T/x" "$T/part.json"
for feed in affected.csv eol.json; do "$I" data update --data "$T/old" --dated "$(ago 30)" "$T/$feed" >/dev/null; done
kev "$T/kev0.json" "$(ago 30)" CVE-2026-1001
"$I" data update --data "$T/old" "$T/kev0.json" >/dev/null
"$I" inventory --data "$T/old" --regime "$FOUNDING" --date "$(ago 29)" --quiet --result "$T/then.json" "$T/good.csv" >/dev/null 2>&1
refused "nor of a day long past, with the data of that day" "inspected on $(ago 29), and the clock says $NOW" certify --out "$T/x" "$T/then.json"
printf '{"body":{"a":1},"signature":{}}\n' >"$T/none.certificate"
refused "what is no certificate" 'not a certificate' "$I" verify "$T/none.certificate"
says "a stranger's is genuine and not official" 'official +no: its key is not in the register' bash -c "'$I' certify key --name Else '$T/else.key' &&
	'$I' certify --key '$T/else.key' --inspector 'ACME Audit' --data '$K' --out '$T/else.certificate' '$T/first.json' && '$I' verify --data '$K' '$T/else.certificate'"
sed -e 's/3.0.17-1~deb12u2/3.0.18-1~deb12u1/;s/;default;/;changed;/;s/deb12u14/deb12u15/;/BadGear/d;s/;2.4;/;3.1;/' "$T/good.csv" >"$T/cured.csv"
ok "a re-inspection of what was cured" inspect "$T/second.json" "$T/cured.csv" --before "$T/first.certificate"
refused "is certified only together with the first" 'only points of' certify --out "$T/x" "$T/second.json"
ok "and with it" certify --before "$T/first.certificate" --out "$T/second.certificate" "$T/second.json"
says "says what changed" '^favourable True 0$' json "d['body']['verdict'], len(d['body']['since']['cured'])>=5, len(d['body']['since']['new'])" <"$T/second.certificate"
"$I" inventory --data "$K" --regime "$FOUNDING" --date "$(ago -122)" --quiet --result "$T/late.json" --before "$T/first.certificate" "$T/cured.csv" >/dev/null 2>&1
sed -i 's/"stale": true/"stale": false/' "$T/late.json"
grep -v ^plc1 "$T/cured.csv" >"$T/fewer.csv"
ok "another inspector goes on from one who was qualified" "$I" certify --key "$T/else.key" --inspector Else --data "$K" --before "$T/first.certificate" --out "$T/theirs.certificate" "$T/second.json"
refused "not without the register that says so" 'neither by this inspector' "$I" certify --key "$T/else.key" --inspector Else --before "$T/first.certificate" --out "$T/x" "$T/second.json"
verdict "what is cured, without answers" 0 "$I" inventory --data "$K" --regime "$FOUNDING" --date "$NOW" --caretaker "ACME Audit" "$T/cured.csv"
printed "is favourable only so far" 'FAVOURABLE, but questions are not answered'
sed 's/^web1;package;;curl;.*/web1;package;;curl;7;Debian:12;server;internet;soon;;;/' "$T/cured.csv" >"$T/broken.csv"
ok "a re-inspection in which a row cannot be read" inspect "$T/broken.json" "$T/broken.csv" --before "$T/first.certificate"
refused "is not certified: it is not cured by that" 'could not be read: 1;' certify --before "$T/first.certificate" --out "$T/x" "$T/broken.json"
ok "a re-inspection that leaves a machine out" inspect "$T/fewer.json" "$T/fewer.csv" --before "$T/first.certificate"
refused "is not certified: what is left out is not cured" '3 machines were inspected before, 2 now' certify --before "$T/first.certificate" --out "$T/x" "$T/fewer.json"
head -n 1 "$T/good.csv" >"$T/nothing.csv"
ok "an inspection of nothing" inspect "$T/nothing.json" "$T/nothing.csv"
refused "is not certified" 'not one item' certify --out "$T/x" "$T/nothing.json"
ok "a stranger's key" "$I" certify key --name stranger "$T/stranger.key"
ok "a stranger signs the same inspection" "$I" certify --key "$T/stranger.key" --inspector stranger --data "$K" --out "$T/stranger.certificate" "$T/first.json"
says "what they left open is said" 'not answered +questions: 3 \(exceptions-justified, administrator-named, backups-tested\)' bash -c \
	"'$I' certify --key '$T/stranger.key' --inspector stranger --out '$T/open.certificate' '$T/open.json' >/dev/null && '$I' verify '$T/open.certificate'"
says "in French too" '^sans réponse +questions : 3' "$I" verify --lang fr "$T/open.certificate"
sed 's/"name": "web1"/"name": "\\u001b]0;x\\u0007\\u009b31m\\nofficial           yes: anybody"/' "$T/first.json" >"$T/hostile.json"
ok "a name that would steer the terminal" "$I" certify --key "$T/stranger.key" --inspector stranger --out "$T/hostile.certificate" "$T/hostile.json"
plain() { "$I" verify "$T/hostile.certificate" >"$T/shown" && ! grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$T/shown" && [ "$(grep -c '^official' "$T/shown")" = 1 ]; }
ok "is shown without its escapes, on one line" plain
ok "its lines to the authority too" bash -c "'$I' declare --dry-run --tocsin '$T/tocsin' '$T/hostile.certificate'; [ \$(grep -c '' '$T/cover') = 8 ]"
refused "whose points are not asked again for a certificate" 'neither by this inspector' certify --before "$T/stranger.certificate" --out "$T/x" "$T/second.json"
refused "too late, a full inspection is due" 'full inspection' certify --before "$T/first.certificate" --out "$T/x" "$T/late.json"

# --- The examples ----------------------------------------------------------------------------------------------------------------------

ok "the lists that are given as examples" "$I" data update --data "$T/examples" --dated 2026-08-20 packaging/inspect/{aliases,banned,providers}.csv "$T/eol.json"
grep -q 'passed over' "$OUT" && fail "each row of them" "$(cat "$OUT")" || pass "each row of them"
verdict "the inventory, the answers and the derogations" 10 "$I" inventory --data "$T/examples" --regime "$FOUNDING" --date 2026-08-24 \
	--answers packaging/inspect/answers.txt --derogations packaging/inspect/derogations.txt --result "$T/examples.json" packaging/inspect/inventory.csv
grep -q 'could not be read' "$OUT" && fail "each line of them" "$(cat "$OUT")" || pass "each line of them"
printed "an answer that is no is a defect" 'put right: Was a restore .*the answer is no'
says "what is under derogation is recorded and does not weigh" "^1 \['IntelliVue MX450'\]$" json \
	"d['counts']['derogated'], [d['findings'][x['finding']]['item'] for x in d['defects'] if 'derogation' in x]" <"$T/examples.json"
mkdir "$T/bin" && cp "$I" "$T/bin" && cp -r packaging/regimes "$T/bin"
nightly() { "$T/bin/tocsin-inspect" inventory $(sed -n 's/^INSPECT_OPTIONS=//p' packaging/inspect/inspect.env) --data "$T/examples" packaging/inspect/inventory.csv; }
verdict "the options of the nightly inspection" 10 nightly
printed "under both regimes" 'fr-anssi-hygiene'

# --- Wrong use -------------------------------------------------------------------------------------------------------------------------

refused "no knowledge" 'absent' "$I" machine --data "$T/none" --regime "$FOUNDING"
refused "an unknown regime" 'no regime "nowhere"' "$I" machine --data "$K" --regime nowhere
sed 's/^obligation/obligations/' "$FOUNDING" >"$T/bad.regime"
refused "a regime that is wrong, by line" 'bad.regime:[0-9]+:' "$I" machine --data "$K" --regime "$T/bad.regime"
refused "a day that is none" 'is not a day' "$I" machine --data "$K" --date 2026-13-01
refused "an unknown option" 'no option' "$I" machine --colour
refused "a language that there is not" '"frodo" is not en or fr' "$I" machine --data "$K" --lang frodo
refused "not for a certificate either" '"FR" is not en or fr' "$I" verify --lang FR "$T/first.certificate"
refused "nor when it is made" '"" is not en or fr' certify --lang "" --out "$T/x" "$T/first.json"
refused "an organisation of no kind" '"" is not vital' "$I" machine --data "$K" --regime "$FOUNDING" --entity vital,
refused "a law that binds nobody like that" 'binds only what is vital: say with --entity' "$I" machine --data "$K" --regime packaging/regimes/fr-lpm-20.regime
says "help of a verb" '^      *\[--changed-since FILE\]' "$I" help machine
refused "a verb that is none" 'no verb "machines"' "$I" help machines
refused "too many words, before anything is read" 'no word is wanted, given: 1' "$I" machine --data "$T/none" extra
refused "no word" 'one DIRECTORY is wanted, given: 0' "$I" image --data "$T/none"
refused "two documents on standard output" 'goes one of' "$I" inventory --data "$K" --regime "$FOUNDING" --json --sarif - "$T/list.csv"
refused "the inventory on it" 'goes one of' "$I" inventory --data "$K" --regime "$FOUNDING" --save - "$T/own.inventory"
alone() { "$I" inventory --data "$K" --regime "$FOUNDING" --date "$NOW" --sarif - "$T/good.csv" >"$T/alone.sarif"; }
verdict "one is alone there" 20 alone
says "and is a document" '^2.1.0 ' json "d['version'], ''" <"$T/alone.sarif"
refused "a document is no inventory" 'tocsin-inspect sbom. is for' "$I" inventory --data "$K" --regime "$FOUNDING" "$T/bom.json"
refused "no key yet: what makes one" 'certify key --name NAME .*/nokey. makes one' "$I" certify --key "$T/nokey" --inspector A --out "$T/x" "$T/first.json"
refused "a key of nobody" 'certify key. wants --name' "$I" certify key "$T/nokey"
refused "no feed" 'data update. wants a FILE' "$I" data update --data "$T/none"
refused "knowledge of nobody" 'data install. wants --issuer' "$I" data install "$K"
refused "no knowledge to sign" 'data sign. wants --key' "$I" data sign --key "$T/signer"
refused "what is no verb of the data" 'update, show, install, key or sign$' "$I" data shwo
refused "two certificates" 'one CERTIFICATE is wanted, given: 2' "$I" verify "$T/first.certificate" "$T/second.certificate"
says "no register: what gives one" 'no: no register of providers is at hand \(--data\)' "$I" verify "$T/first.certificate"
says "no knowledge is needed to ask" 'questions left open: 3' bash -c "'$I' answer --lang en --regime '$FOUNDING' --caretaker A '$T/asked.answers' </dev/null"
says "nor in French" 'réponses enregistrées : 1, questions sans réponse : 2' \
	bash -c "printf 'oui\nvu\n' | '$I' answer --lang fr --regime '$FOUNDING' --caretaker A '$T/asked.answers'"
refused "no knowledge yet: what makes one" 'no knowledge yet, .tocsin-inspect data update --data .*/none FEED' "$I" data show --data "$T/none"
refused "a kind of source that there is not" '"bans" is not cve, osv, .*banned, providers' "$I" data update --data "$T/none" --kind bans "$T/banned.csv"
refused "a feed of a day to come" 'is yet to come' "$I" data update --data "$T/none" --dated "$(ago -3)" "$T/banned.csv"
refused "an option of another verb of the data" '--dated does not belong to .data show' "$I" data show --data "$K" --dated "$NOW"
refused "what would do nothing" '--ecosystem does not belong to .machine' "$I" machine --data "$K" --ecosystem Debian:12
refused "an option where a word should be" 'wants a word, not --json' "$I" machine --data "$K" --result --json
refused "who answers has a name" 'who answers' "$I" answer --regime "$FOUNDING" --caretaker "" "$T/nobody"
refused "a public key is not written over" 'exists.*inspector.key.pub' bash -c "rm -f '$T/moved'; mv '$T/inspector.key' '$T/moved'; '$I' certify key --name other '$T/inspector.key'; s=\$?; mv '$T/moved' '$T/inspector.key'; exit \$s"
full() { "$I" "$@" 2>"$T/said" >/dev/full; local status=$?; cat "$T/said"; [ "$(grep -c 'standard output' "$T/said")" = 1 ] || status=0; return $status; } # told once
refused "a full disk: the text" 'standard output' full inventory --data "$K" --regime "$FOUNDING" "$T/list.csv"
refused "a full disk: JSON" 'standard output' full inventory --data "$K" --regime "$FOUNDING" --json "$T/list.csv"
refused "a full disk: the lines of a certificate" 'standard output' full verify "$T/first.certificate"
refused "a full disk: ages" 'standard output' full data show --data "$K"
refused "a full disk: help" 'standard output' full verify --help

# What is named is a file, or a directory where one is wanted: whatever else it is, nobody waits for it, and its path is told.
ok "one who signs knowledge" "$I" data key --name else "$T/signer"
mkfifo "$T/pipe" && mkdir -p "$T/odd" && "$I" answer --lang en --regime "$FOUNDING" --caretaker A "$T/no.answers" </dev/null >/dev/null 2>&1
for odd in "$T/pipe" "$T/odd" /dev/zero; do
	what=${odd##*/}
	no() { refused "$what is no $1" "(input|system|exists): [^ ]*$odd: .*([Nn]ot a directory|is no regular file|not a regular file|is a directory)" timeout 10 "$I" "${@:2}"; }
	look() { no "$1" inventory --data "$K" --regime "$FOUNDING" "${@:2}" "$T/list.csv"; }
	no table inventory --data "$K" --regime "$FOUNDING" "$odd"
	no document sbom --data "$K" --regime "$FOUNDING" "$odd"
	no knowledge inventory --data "$odd" --regime "$FOUNDING" "$T/list.csv"
	no regime inventory --data "$K" --regime "$odd" "$T/list.csv"
	look "file of answers" --answers "$odd"
	look "file of derogations" --derogations "$odd"
	look "certificate before" --before "$odd"
	look "other knowledge" --changed-since "$odd"
	no certificate verify "$odd"
	no "knowledge to verify with" verify --data "$odd" "$T/first.certificate"
	no "certificate to declare" declare --dry-run --tocsin "$T/tocsin" "$odd"
	no result certify --key "$T/inspector.key" --inspector ACME --out "$T/x" "$odd"
	no "certificate to go on from" certify --key "$T/inspector.key" --inspector ACME --before "$odd" --out "$T/x" "$T/second.json"
	no "knowledge to certify with" certify --key "$T/inspector.key" --inspector ACME --data "$odd" --out "$T/x" "$T/first.json"
	no "file to answer in" answer --regime "$FOUNDING" --caretaker A "$odd"
	no "knowledge to show" data show --data "$odd"
	no "knowledge to add to" data update --data "$odd" "$T/banned.csv"
	no issuer data install --issuer "$odd" --data "$T/none" "$K"
	no "signed knowledge" data install --issuer "$T/signer.pub" --data "$T/none" "$odd"
	no "knowledge to sign" data sign --key "$T/signer" "$odd"
	[ "$what" = odd ] && continue # a directory
	no feed data update --data "$T/none" "$odd"
	no root image --data "$K" --regime "$FOUNDING" "$odd"
	no fleet fleet --data "$K" --regime "$FOUNDING" "$odd"
done
mkdir "$T/feeds" && mkfifo "$T/feeds/pipe" && cp "$T/banned.csv" "$T/feeds"
says "a pipe among feeds is passed over" 'banned equipment +1 new' timeout 10 "$I" data update --data "$T/piped" "$T/feeds"

# --- Real rows -------------------------------------------------------------------------------------------------------------------------

if [ -r "$DATA/products/debian12-affected.tsv" ]; then
	python3 tests/system/inspect_rows.py "$I" "$DATA" "$T" "$FOUNDING" >"$T/rows" 2>&1
	cat "$T/rows"
	PASSED=$((PASSED + $(grep -c '^PASS' "$T/rows"))) FAILED=$((FAILED + $(grep -c '^FAIL' "$T/rows")))
	grep -q '^PASS' "$T/rows" || fail "real rows" "$(tail -n 5 "$T/rows")"
else
	skip "affected packages and ends of life of real data" "no shared data"
fi
finish
