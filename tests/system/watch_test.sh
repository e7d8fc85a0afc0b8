#!/bin/bash
# The sensor: compile, hunt, follow, be killed, take new sets, sign and update. watch_test.sh BUILD
set -u
BIN=$(realpath "$1")
cd "$(dirname "$0")/../.."
. tests/system/case.sh
T=$(mktemp -d)
W=$BIN/tocsin-watch
PID=
trap '[ -n "$PID" ] && kill -9 $PID 2>/dev/null; rm -rf "$T"' EXIT
wait_for() { # wait_for SECONDS WHAT COMMAND…
	local until=$((SECONDS + $1)) what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $until ] || { echo "waited in vain for $what"; return 1; }
		read -rt 0.05 <> <(:)
	done
	return 0 # the status would be that of the last read, which times out
}
status_is() { local want=$1; shift; "$@" >/dev/null 2>&1; [ $? -eq "$want" ]; }

cat >"$T/in.csv" <<-'END'
	type,value,id,source,tlp,confidence,expiry
	domain,evil.example,I1,feed one,amber,80,
	ip-dst,198.51.100.23,I2,feed one,,,
	cidr,203.0.113.0/28,I3,,,,
	url,http://files.example/get/payload,I4,,,,
	email,boss@evil-mail.example,I5,,,,
	sha256,e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855,I6,,,,
	domain,gone.example,I7,,,,2020-01-01
END

# --- Compiling -----------------------------------------------------------------------------------------------------------------

ok "a set is compiled from CSV" "$W" compile "$T/in.csv" -o "$T/set" --stats
says "and says what is in it" '7  indicators, 1 of them expired' "$W" show "$T/set"
printf 'type,value\nipv4,300.1.2.3\ndomain,fine.example\n' >"$T/odd.csv"
says "a malformed value is refused with place, value and rule" 'refused: .*line 2.*300.1.2.3' "$W" compile "$T/odd.csv" -o "$T/odd.set"
refused "an input that is none of the formats" 'input|absent' "$W" compile "$T/nothing-here" -o "$T/x.set"
refused "a wrong --tlp" 'tlp' "$W" compile "$T/in.csv" -o "$T/x.set" --tlp purple
for wrong in '--tlp purple' '--format json' '--expires soon' '--made yesterday' "--source $(printf 'a%.0s' {1..256})"; do
	ok "called wrongly, ${wrong:0:20}: exit 2" status_is 2 "$W" compile "$T/in.csv" -o "$T/x.set" $wrong
done
cp "$T/set" "$T/kept.set"
refused "what is no feed does not replace a set by an empty one" 'every value was refused' "$W" compile "$T/set" -o "$T/kept.set"
refused "nor does an empty file" 'nothing in the input' "$W" compile - -o "$T/kept.set" </dev/null
ok "and the old one stays" cmp "$T/set" "$T/kept.set"

# --- Hunting -------------------------------------------------------------------------------------------------------------------

cat >"$T/mixed.log" <<-'END'
	{"timestamp":"2026-01-02T03:04:05.678901+0100","event_type":"tls","src_ip":"192.0.2.7","dest_ip":"198.51.100.9","tls":{"sni":"www.EVIL.example"}}
	{"timestamp":"2026-01-02T03:04:06.000000+0000","event_type":"http","src_ip":"192.0.2.7","dest_ip":"198.51.100.9","http":{"hostname":"files.example","url":"\/get\/payload?x=1"}}
	192.0.2.8 - - [17/May/2015:10:05:43 +0000] "GET / HTTP/1.1" 200 5 "http://files.example/get/payload" "curl"
	Mar 27 13:06:56 gate sshd[77]: Failed password for root from 203.0.113.9 port 22 ssh2
	Mar 27 13:06:57 mx postfix/smtp[9]: ABC: to=<boss@evil-mail.example>, relay=mx.evil-mail.example[192.0.2.1]:25, status=sent
	1426050255.419    882 10.1.2.3 TCP_TUNNEL/200 39 CONNECT www.evil.example:443 - HIER_DIRECT/198.51.100.8 -
	17-May-2015 10:05:43.123 queries: info: client @0x7f 192.0.2.5#4242 (evil.example): query: evil.example IN A + (192.0.2.53)
	nothing: notevil.example evil.example.org 1198.51.100.23 198.51.100.230 203.0.113.16 gone.example files.example
	E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855  empty.bin
	{"timestamp":"2026-01-02T03:04:07.000000+0000","event_type":"http","src_ip":"192.0.2.7","http":{"hostname":"\u0066iles.example","url":"\u002fget\/pay\u006coad"}}
	{"timestamp":"2026-01-02T03:04:07.000000+0000","event_type":"http","src_ip":"192.0.2.7","http":{"hostname":"files.example","url":"\u002fget\/pay\u006coads"}}
END
hunt() { "$W" hunt --set "$T/set" "$@"; }
ok "hunt meets (exit 0)" hunt "$T/mixed.log"
field() { python3 -c '
import json, sys
for l in sys.stdin:
    o = json.loads(l)
    print(o["log"]["file"]["line"], o["tocsin"]["indicator"], o["tocsin"]["field"], o["@timestamp"], o["event"]["dataset"], o.get("source", {}).get("ip", "-"))' | sort -n; }
hunt "$T/mixed.log" | field >"$T/fields"
for row in \
	"1 I1 tls.sni 2026-01-02T02:04:05.678Z suricata.eve 192.0.2.7" \
	"2 I4 http.hostname\+http.url 2026-01-02T03:04:06.000Z suricata.eve 192.0.2.7" \
	"3 I4 referer 2015-05-17T10:05:43.000Z web 192.0.2.8" \
	"4 I3 from [0-9-]+T[0-9:.]+Z syslog 203.0.113.9" \
	"5 I5 to [0-9-]+T[0-9:.]+Z postfix -" \
	"6 I1 url 2015-03-11T05:04:15.419Z squid 10.1.2.3" \
	"7 I1 dns.question [0-9-]+T[0-9:]+.123Z bind 192.0.2.5" \
	"9 I6 text [0-9-]+T[0-9:.]+Z text -" \
	"10 I4 http.hostname\+http.url 2026-01-02T03:04:07.000Z suricata.eve 192.0.2.7"; do
	says "line ${row%% *}: field, time, format, source" "^$row\$" cat "$T/fields"
done
ok "near misses, expired and bare hosts of URLs stay silent" status_is 1 grep -qE '^(8|11) ' "$T/fields"
grep nothing: "$T/mixed.log" >"$T/silent.log"
ok "hunt that meets nothing: exit 1" status_is 1 hunt "$T/silent.log"
ok "hunt in a file that is not there: exit 2" status_is 2 hunt "$T/mixed.log" "$T/absent.log"
ok "hunt without a set: exit 2" status_is 2 "$W" hunt "$T/mixed.log"
refused "hunt with a --scan that is none names the choices" '"sse" is not portable, avx2 or avx512' hunt --scan sse "$T/mixed.log"
ok "and does nothing: exit 2" status_is 2 hunt --scan sse "$T/mixed.log"
refused "so does run" '"sse" is not portable, avx2 or avx512' "$W" run --set "$T/set" --scan sse --once "$T/mixed.log"
same_path() { [ "$(hunt --scan "$1" "$T/mixed.log" | field | grep -v '^9')" = "$(grep -v '^9' "$T/fields")" ]; } # line 9 has no time of its own
ok "the portable path finds the same" same_path portable
mkfifo "$T/fifo"
refused "run of a FIFO" 'fifo: is no regular file' "$W" run --set "$T/set" "$T/fifo"
ok "run --once of a file that is not there: exit 2" status_is 2 "$W" run --set "$T/set" --once "$T/absent.log"
ok "standard error that is closed" status_is 0 eval "'$W' run --set '$T/set' --output '$T/closed.out' --once '$T/mixed.log' 2>&-"
ok "is not written into what is opened" status_is 1 grep -v '^{' "$T/closed.out"
ok "nor is standard output" status_is 1 eval "'$W' compile '$T/in.csv' -o '$T/x.set' --stats >&-"
ok "whose set is whole" "$W" show "$T/x.set"
mkdir -p "$T/full/places.new"
refused "run whose places cannot be written (a disk that is full) says so" 'places' timeout 10 "$W" run --set "$T/set" --state "$T/full" "$T/mixed.log"
ok "and ends: exit 2" status_is 2 timeout 10 "$W" run --set "$T/set" --state "$T/full" "$T/mixed.log"
refused "a path that is too long is not cut" 'must have 1 to 511' "$W" run --set "$(printf '/x%.0s' $(seq 300))" --once "$T/mixed.log"
gzip -k "$T/mixed.log"
zstd -q "$T/mixed.log"
same() { [ "$(hunt "$1" | field | grep -v '^9')" = "$(grep -v '^9' "$T/fields")" ]; } # line 9 has no time of its own
ok "the same in a gzip archive" same "$T/mixed.log.gz"
ok "the same in a Zstandard archive" same "$T/mixed.log.zst"
printf 'BZh91AY&SYzzz' >"$T/mixed.log.bz2"
refused "an archive that is not read is said" 'bz2: is packed by' hunt "$T/mixed.log" "$T/mixed.log.bz2"
ok "with exit 2, also besides what met" status_is 2 hunt "$T/mixed.log" "$T/mixed.log.bz2"
cat "$T/mixed.log.gz" "$T/mixed.log.gz" >"$T/two.gz"
ok "archives of two members are read to the end" test "$(hunt "$T/two.gz" | wc -l)" -eq $((2 * $(wc -l <"$T/fields")))
head -c 200 "$T/mixed.log.gz" >"$T/half.gz"
refused "an archive that ends too early is said" 'ends in the middle' hunt "$T/half.gz"
says "--text names log, line and column" 'mixed.log:1:.*tls.sni=www.EVIL.example' hunt --text "$T/mixed.log"
hunt --summary "$T/mixed.log" >/dev/null 2>"$T/summary"
says "--summary counts" '^ +4 .* domain +evil.example' cat "$T/summary"

python3 - "$T" <<'END'
import sys
t = sys.argv[1]
line = b"1.2.3.4 - - [17/May/2015:10:05:43 +0000] \"GET /%d HTTP/1.1\" 200 5 \"-\" \"curl\"\n"
with open(t + "/large.log", "wb") as f:
    for i in range(900000):
        f.write(b"Mar 27 13:06:56 gate sshd[77]: from 198.51.100.23 port 22 number %d\n" % i if i % 30011 == 7 else line % i)
with open(t + "/hostile.log", "wb") as f:
    f.write(b"\x00" * 5000 + b" evil.example \xff\xfe\n")                   # NULs, no UTF-8
    f.write(b'{"tls":{"sni":"evil.example"' + b'{[' * 5000 + b"\n")          # broken JSON
    f.write(b"x" * (100 << 20) + b" evil.example " + b"y" * (3 << 20) + b"\n")   # a line of 103 MB
    f.write(b"198.51.100.23 " * 200000 + b"\n")                              # 200,000 hits in a line
    f.write(b"198.51.100.23\n" * 100000)                                     # a hit on every line
    f.write(b"half a line at the end with evil.example")
END
hunt --threads 1 "$T/large.log" | sed 's/"ingested":"[^"]*",//' >"$T/one"
hunt --threads 4 "$T/large.log" | sed 's/"ingested":"[^"]*",//' >"$T/four"
ok "a file cut into pieces: nothing is missed" test "$(wc -l <"$T/one")" -eq 30
ok "the same bytes with one thread and with four" cmp "$T/one" "$T/four"
numbers_right() { python3 -c '
import json, sys
lines = open(sys.argv[1], "rb").read().split(b"\n")
for l in open(sys.argv[2]):
    o = json.loads(l)
    assert b"198.51.100.23" in lines[o["log"]["file"]["line"] - 1], o' "$T/large.log" "$T/four"; }
ok "and the line numbers are right" numbers_right
( ulimit -v 1500000; hunt --threads 1 "$T/hostile.log" >"$T/hostile.out" 2>&1 )
ok "hostile lines: every hit, in bounded memory" test "$(grep -c '"indicator"' "$T/hostile.out")" -eq $((3 + 200000 + 100000 + 1))
flood() { hunt --dedup 1h "$T/hostile.log" | grep -c '"ip":"198.51.100.23"'; }
ok "--dedup: one sighting of a flood and its count" test "$(flood)" -le 4
says "with how often it came" '"repeats":[0-9]{6}' hunt --dedup 1h "$T/hostile.log"

# --- Following -----------------------------------------------------------------------------------------------------------------

mkdir "$T/logs"
start() { # start [OPTIONS…]
	"$W" run --set "$T/set" --state "$T/state" --output "$T/out" "$@" "$T/logs/*.log" 2>>"$T/run.log" &
	PID=$!
	local before=${READY:-0}
	READY=$(($(grep -c event=ready "$T/run.log" 2>/dev/null) + 0))
	wait_for 20 "the sensor" eval "[ \$(grep -c event=ready '$T/run.log') -gt $READY ] || ! kill -0 $PID"
}
stop() { kill -"${1:-TERM}" $PID; wait $PID 2>/dev/null; local s=$?; PID=; return $s; }
seen() { # distinct numbers told
	python3 - "$T/out" <<-'END'
		import json, re, sys
		print(len({re.match(r"n(\d+)\.", json.loads(l)["tocsin"]["value"]).group(1) for l in open(sys.argv[1])}))
	END
}
seen_is() { [ "$(seen)" = "$1" ]; }
hit() { printf '%s host app: n%d.evil.example\n' "$(date '+%b %e %T')" "$1"; }

start
ok "the sensor starts in its sandbox" kill -0 $PID
grep -q 'Seccomp:.*2' "/proc/$PID/status" && pass "under seccomp" || fail "under seccomp" "$(grep Seccomp "/proc/$PID/status")"
hit 1 >>"$T/logs/a.log"
ok "a new file is found" wait_for 5 "n1" seen_is 1
hit 2 >>"$T/logs/a.log"
ok "what is added is told" wait_for 5 "n2" seen_is 2
mv "$T/logs/a.log" "$T/logs/a.log.1"
hit 3 >>"$T/logs/a.log.1"
hit 4 >>"$T/logs/a.log"
ok "rotation by rename: the old file's last lines and the new file" wait_for 5 "n3, n4" seen_is 4
: >"$T/logs/a.log"
wait_for 5 "truncation seen" grep -q 'log-restarted.*a.log' "$T/run.log"
hit 5 >>"$T/logs/a.log"
ok "rotation by truncation" wait_for 5 "n5" seen_is 5
printf 'host app: n6.evil.exa' >>"$T/logs/a.log"
printf 'mple and so on\n' >>"$T/logs/a.log"
ok "a line that is written in two parts is one line" wait_for 5 "n6" seen_is 6
hit 7 | gzip >"$T/logs/packed.gz.log"
ok "an archive that appears is told as a whole" wait_for 5 "n7" seen_is 7
ok "no sighting twice so far" test "$(wc -l <"$T/out")" -eq 7

printf 'type,value\ndomain,evil.example\ndomain,new.example\n' >"$T/new.csv"
"$W" compile "$T/new.csv" -o "$T/set" >/dev/null 2>&1
ok "a new set is taken without a restart" wait_for 5 "the set" grep -q 'set-taken.*indicators=2' "$T/run.log"
echo 'n8.new.example' >>"$T/logs/a.log"
ok "and meets" wait_for 5 "n8" seen_is 8
cp "$T/set" "$T/good"
head -c 300 "$T/set" >"$T/bad" && mv "$T/bad" "$T/set"
ok "a bad set is refused, and that is said" wait_for 5 "the refusal" grep -q 'set-refused' "$T/run.log"
echo 'n9.new.example' >>"$T/logs/a.log"
ok "the old one stays in force" wait_for 5 "n9" seen_is 9
refused "a start with a damaged set" 'section|truncated|damaged|bytes|set' "$W" run --set "$T/set" --once "$T/logs/*.log"
mv "$T/good" "$T/set"
wait_for 5 "the good set" eval "[ \$(grep -c set-taken '$T/run.log') -ge 2 ]"
stop KILL
printf '{"half a line' >>"$T/out"
start
echo 'n9.new.example once more' >>"$T/logs/a.log"
ok "a sighting never continues half a line" wait_for 10 "its line" eval "tail -1 '$T/out' | grep -q '^{.@timestamp'"
ok "it stops in order" stop TERM
sed -i '/half a line/d' "$T/out"
N=$(wc -l <"$T/out")
ok "its places are closed" grep -q '^tocsin-watch-places 1 closed' "$T/state/places"
hit 10 >>"$T/logs/a.log"
mv "$T/logs/a.log" "$T/logs/a.log.2"
hit 11 >>"$T/logs/a.log"
start
ok "a file that was rotated meanwhile is read to its end" wait_for 5 "n10, n11" seen_is 11
ok "and nothing is told twice" test "$(wc -l <"$T/out")" -eq $((N + 2))

: >"$T/logs/e.log"
wait_for 5 "its place" grep -q "^file [0-9]* $(stat -c %i "$T/logs/e.log") 0 " "$T/state/places"
stop KILL
hit 12 >>"$T/logs/e.log"
mv "$T/logs/e.log" "$T/logs/e.log.1"
start
ok "a log that was empty when it was noted, and rotated meanwhile, is read" wait_for 5 "n12" seen_is 12

# kill -9 at random instants while a writer writes and rotates.
python3 - "$T/logs" <<'END' &
import os, sys, time
logs = sys.argv[1]
f = open(logs + "/w.log", "ab", 0)
for i in range(100, 6100):
    f.write(b"app: n%d.evil.example\n" % i)
    if i % 1000 == 0:
        os.rename(logs + "/w.log", logs + "/w.log.%d" % i)
        f = open(logs + "/w.log", "ab", 0)
    if i % 20 == 0:
        time.sleep(0.005)
END
WRITER=$!
for _ in 1 2 3 4 5 6; do
	wait_for 10 "some sightings" eval "[ \$(wc -l <'$T/out') -gt $(($(wc -l <"$T/out") + 300)) ] || ! kill -0 $WRITER"
	stop KILL
	start
done
wait $WRITER
ok "killed six times while a file grew and was rotated: no sighting is lost" wait_for 30 "all" seen_is 6012
marked() { python3 - "$T/out" <<-'END'
	import collections, json, sys
	told = collections.defaultdict(list)
	for l in open(sys.argv[1]):
	    o = json.loads(l)
	    told[o["event"]["id"]].append(o["tocsin"].get("duplicate_possible", False))
	bad = [k for k, v in told.items() if len(v) > 1 and not all(v[1:])]
	print(sum(len(v) > 1 for v in told.values()), "told again")
	sys.exit(len(bad) > 0)
END
}
ok "what was told again has its first id and says so" marked
cp "$T/state/places" "$T/places.good"
stop KILL
sed 's/^file \([0-9]*\) \([0-9]*\) /file \1 9\2 /' "$T/places.good" >"$T/state/places"
refused "places that were tampered with" 'hash is not that' "$W" run --set "$T/set" --state "$T/state" --once "$T/logs/*.log"
cp "$T/places.good" "$T/state/places"
ok "standard input" eval "[ \$(hit 1 | '$W' run --set '$T/set' - 2>/dev/null | wc -l) -eq 1 ]"
ok "standard input that meets nothing: exit 1" status_is 1 eval "echo quiet | '$W' run --set '$T/set' - "
ok "--once reads to the end and stops" eval "[ \$('$W' run --set '$T/set' --once '$T/logs/w.log.*' 2>/dev/null | wc -l) -ge 5000 ]"

python3 - "$T" "$W" <<'END' >"$OUT" 2>&1
import json, os, subprocess, sys, time
t, w = sys.argv[1:]
path = t + "/slow.log"
open(path, "w").close()
p = subprocess.Popen([w, "run", "--set", t + "/set", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
time.sleep(0.5)
late = []
f = open(path, "ab", 0)
for i in range(200):
    f.write(b"app: n%d.evil.example\n" % i)
    began = time.monotonic()
    p.stdout.readline()
    late.append(time.monotonic() - began)
p.terminate()
late.sort()
print("p50 %.1f ms, p99 %.1f ms" % (late[100] * 1e3, late[197] * 1e3))
sys.exit(late[197] > 0.1)
END
[ $? -eq 0 ] && pass "from line to sighting in 100 ms ($(cat "$OUT"))" || fail "from line to sighting in 100 ms" "$(cat "$OUT")"

# Places that cannot be written, as with a full disk.
P=$T/places
mkdir -p "$P/logs"
P_run() {
	"$W" run --set "$T/set" --state "$P/state" --output "$P/out" "$P/logs/*.log" 2>>"$P/log" &
	PID=$!
	wait_for 20 "the sensor" eval "[ \$(grep -c event=ready '$P/log') -eq $1 ]"
}
noted() { grep -q "^file [0-9]* $(stat -c %i "$P/logs/a.log") $(stat -c %s "$P/logs/a.log") " "$P/state/places"; }
hit 1 >"$P/logs/a.log"
P_run 1
wait_for 10 "the place" noted
mkdir "$P/state/places.new"
hit 2 >>"$P/logs/a.log"
ok "places that cannot be written are told" wait_for 10 "the failure" grep -q places-not-written "$P/log"
rmdir "$P/state/places.new"
ok "and written when they can be, though nothing else happens" wait_for 10 "the place" noted
stop KILL
P_run 2
stop TERM
ok "after a kill nothing is lost or told again" test "$(wc -l <"$P/out")" -eq 2

# --- A real journal ------------------------------------------------------------------------------------------------------------

REMOTE=/lib/systemd/systemd-journal-remote
J=$T/journal
mkdir -p "$J/files"
journal_add() { # journal_add FROM TO: entries in the export format, every tenth of which meets; one field is long, one has bytes
	python3 -c '
import struct, sys
out = sys.stdout.buffer
for i in range(int(sys.argv[1]), int(sys.argv[2])):
    out.write(b"__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=0123456789abcdef0123456789abcdef\n" % (1700000000000000 + i * 1000, i * 1000))
    out.write(b"_HOSTNAME=gate\nSYSLOG_IDENTIFIER=app\nPRIORITY=6\nMESSAGE=entry %d%s\n" % (i, b" met n%d.evil.example" % i if i % 10 == 0 else b""))
    data = b"first line\nsecond\0 n%d.evil.example" % i if i % 100 == 5 else b"x" * 600000 + b" n%d.evil.example" % i if i % 100 == 7 else b"nothing\n"
    out.write(b"DATA\n" + struct.pack("<Q", len(data)) + data + b"\n\n")
' "$1" "$2" | "$REMOTE" -o "$J/files/gate.journal" - >/dev/null 2>&1
}
journal_run() { "$W" run --set "$T/set" --state "$J/state" --output "$J/out" --journal-directory "$J/files" "$@" 2>>"$J/log"; }
journal_is() { # journal_is SIGHTINGS DISTINCT MARKED
	local have
	have=$(python3 -c 'import json, sys
o = [json.loads(l) for l in open(sys.argv[1])]
print(len(o), len({x["event"]["id"] for x in o}), sum(x["tocsin"].get("duplicate_possible", False) for x in o))' "$J/out")
	[ "$have" = "$*" ] || { echo "have $have, want $*"; return 1; }
}
if [ -x $REMOTE ] && journal_add 0 1000; then
	ok "a journal of 1,000 entries is read" journal_run --once
	ok "every entry that meets, also in long and in binary fields" journal_is 120 120 0
	said() { python3 -c 'import json, sys
for l in open(sys.argv[1]):
    o = json.loads(l)
    print(o["tocsin"]["value"], o["tocsin"]["field"], o["@timestamp"], o["host"]["name"], o["event"]["dataset"], o["log"]["offset"])' "$J/out"; }
	says "with its field, time and host" '^n990.evil.example MESSAGE 2023-11-14T22:13:20.990Z gate journal[a-z.]* 1700000000990000$' said
	says "a field of 600,000 bytes" '^n907.evil.example DATA ' said
	journal_run --once
	ok "nothing is told twice" journal_is 120 120 0
	journal_add 1000 1100
	journal_run --once
	ok "what came since" journal_is 132 132 0
	journal_run &
	PID=$!
	wait_for 20 "the sensor" eval "[ \$(grep -c event=ready '$J/log') -eq 4 ]"
	journal_add 1100 1200
	ok "what comes while it runs" wait_for 20 "144" journal_is 144 144 0
	wait_for 20 "the place" grep -q '^journal .*i=4b0' "$J/state/places"
	journal_run_pid=$(pgrep -P $PID || echo $PID)
	kill -9 "$journal_run_pid" && wait $PID 2>/dev/null
	PID=
	journal_add 1200 1300
	journal_run --once
	ok "after a kill: what came since, marked, since it may have been told" journal_is 156 156 12
	head -c 100000 "$J/files/gate.journal" >"$J/files/half.journal"
	journal_run --once
	ok "a journal file that is cut off does no harm" journal_is 156 156 12
	refused "a directory that is not there" 'journal|absent' "$W" run --set "$T/set" --journal-directory "$J/nowhere" --once
else
	skip "a real journal" "$REMOTE is not there (package systemd-journal-remote)"
fi

# --- Compressed while nobody looked ----------------------------------------------------------------------------------------------

A=$T/archived
archive_logs() { # archive_logs PATTERN: a first run over ten lines, then five more, which are rotated and compressed with what is below
	rm -rf "$A" && mkdir -p "$A/logs"
	PATTERN=$1
	for i in $(seq 1 10); do hit "$i"; done >"$A/logs/a.log"
	for i in $(seq 1 7); do hit "$i"; done >"$A/logs/b.log"
	: >"$A/out"
	archive_run
}
archive_run() { "$W" run --set "$T/set" --state "$A/state" --output "$A/out" --once "$A/logs/$PATTERN" 2>>"$A/log"; }
archive_more() { for i in $(seq 11 15); do hit "$i"; done >>"$A/logs/a.log"; mv "$A/logs/a.log" "$A/logs/a.log.1"; hit 16 >"$A/logs/a.log"; }
out_is() { # out_is LINES NUMBERS MARKED
	local have
	have=$(python3 -c 'import json, re, sys
o = [json.loads(l) for l in open(sys.argv[1])]
print(len(o), len({(x["log"]["file"]["path"][-5:], x["tocsin"]["value"]) if "b.log" in x["log"]["file"]["path"] else x["tocsin"]["value"] for x in o}),
      sum(x["tocsin"].get("duplicate_possible", False) for x in o))' "$A/out")
	[ "$have" = "$*" ] || { echo "have $have, want $*"; tail -3 "$A/log"; return 1; }
}
archive_logs '*.log'
ok "lines of two logs" out_is 17 17 0
archive_more
gzip "$A/logs/a.log.1"
hit 17 >"$A/logs/c.log" # gets the inode of the log that is gone, on most file systems
archive_run
ok "rotated and compressed by gzip while it was not running: what was not told, and nothing twice" out_is 24 24 0
says "and the archive is told" 'log-archived.*a.log.1.gz.*told=[1-9]' cat "$A/log"
lines_of_archive() { python3 -c 'import json, sys
print([x["log"]["file"]["line"] for x in map(json.loads, open(sys.argv[1])) if x["tocsin"]["value"] == "n15.evil.example"])' "$A/out"; }
ok "with the line it has in the log" test "$(lines_of_archive)" = "[15]"
archive_run
ok "and not again at the next start" out_is 24 24 0
archive_logs '*.log*'
archive_more
zstd -q --rm "$A/logs/a.log.1"
archive_run
ok "the same by Zstandard, under a pattern that covers archives" out_is 23 23 0
archive_run
ok "nor then again" out_is 23 23 0
archive_logs '*.log'
archive_more
gzip "$A/logs/a.log.1"
sed -i '1s/closed/open/' "$A/state/places"
sed -i '$d' "$A/state/places"
printf 'end %s\n' "$(head -c -0 "$A/state/places" | sha256sum | cut -c1-16)" >>"$A/state/places"
archive_run
ok "after a kill what is told again is marked" out_is 23 23 6
archive_logs '*.log'
{ head -9 "$A/logs/a.log"; hit 4711; } | gzip >"$A/logs/a.log.2.gz"
archive_more
gzip "$A/logs/a.log.1"
archive_run
ok "two archives that begin alike: both are told, all of it marked" out_is 43 24 25
archive_logs '*.log'
archive_more
gzip "$A/logs/a.log.1"
head -c 20 "$A/logs/a.log.1.gz" >"$A/logs/x" && mv "$A/logs/x" "$A/logs/a.log.1.gz"
archive_run
says "an archive that cannot be read: the log is told to be lost" 'log-lost.*a.log' cat "$A/log"

# Compressed while it runs, under a pattern that covers archives.
A_PATTERNS=()
archive_follow() {
	local p patterns=()
	for p in "${A_PATTERNS[@]:-*.log*}"; do patterns+=("$A/logs/$p"); done
	"$W" run --set "$T/set" --state "$A/state" --output "$A/out" "${patterns[@]}" 2>>"$A/log" &
	PID=$!
	wait_for 20 "the sensor" eval "[ \$(grep -c event=ready '$A/log') -eq ${1:-1} ]"
}
archive_told() { grep -q "^file [0-9]* $(stat -c %i "$1") $(stat -c %s "$1") " "$A/state/places"; } # FILE: to its end, and noted
rm -rf "$A" && mkdir -p "$A/logs"
for i in $(seq 1 10); do hit "$i"; done >"$A/logs/a.log"
: >"$A/out"
archive_follow
wait_for 10 "ten" out_is 10 10 0
mv "$A/logs/a.log" "$A/logs/a.log.1"
for i in $(seq 11 13); do hit "$i"; done >>"$A/logs/a.log.1"
hit 14 >"$A/logs/a.log"
gzip "$A/logs/a.log.1"
wait_for 30 "the archive" archive_told "$A/logs/a.log.1.gz"
ok "a followed log that is rotated and compressed at once is not told again" out_is 14 14 0
gzip -kc "$A/logs/a.log" >"$A/logs/a.log.copy.gz"
wait_for 30 "the copy" archive_told "$A/logs/a.log.copy.gz"
ok "nor is a compressed copy of one that is still followed" out_is 14 14 0
hit 15 >>"$A/logs/a.log"
{ head -1 "$A/logs/a.log"; hit 4711; } | zstd -q >"$A/logs/a.log.9.zst" # begins alike, and is another
hit 4712 | gzip >"$A/logs/a.log.8.gz"
ok "archives of other logs are told, and not marked" wait_for 30 "two more, and the line that is in both" out_is 18 17 0
cp "$A/logs/a.log" "$A/logs/copied"
: >"$A/logs/a.log"
wait_for 10 "truncation" grep -q 'log-restarted.*a.log' "$A/log"
zstd -q --rm "$A/logs/copied" -o "$A/logs/a.log.old.zst"
wait_for 30 "its archive" archive_told "$A/logs/a.log.old.zst"
once_or_marked() { python3 -c 'import collections, json, sys
told = collections.defaultdict(list)
for o in map(json.loads, open(sys.argv[1])):
    if not o["log"]["file"]["path"].endswith("a.log.9.zst"):
        told[o["tocsin"]["value"]].append(o["tocsin"].get("duplicate_possible", False))
print(told)
sys.exit(not all(all(v[1:]) for v in told.values()))' "$A/out"; }
ok "of one that was copied and truncated: once, or marked" once_or_marked
stop TERM
N=$(wc -l <"$A/out")
archive_follow 2
ok "and nothing is told again at the next start" test "$(wc -l <"$A/out")" -eq "$N"
{ hit 21; printf 'n22.evil.exa'; } | gzip >"$A/logs/b.log"
wait_for 10 "n21" eval "[ \$(wc -l <'$A/out') -gt $N ]"
printf 'mple and on\nn23.evil.example' | gzip >>"$A/logs/b.log"
b_is() { [ "$(grep -o 'n2[123].evil.example' "$A/out" | sort | uniq | tr -d '\n')" = "$*" ]; }
ok "an archive that grows by a member goes on, also within a line" wait_for 10 "n22" b_is n21.evil.examplen22.evil.example
ok "and its last line counts when it grows no more" wait_for 30 "n23" b_is n21.evil.examplen22.evil.examplen23.evil.example
{ hit 31; printf 'n32.evil.exa'; } >"$A/logs/c.log"
wait_for 10 "n31" grep -q n31.evil.example "$A/out"
{ hit 31; echo n32.evil.example; hit 33; head -c 3000000 /dev/urandom | base64; } | gzip >"$A/logs/c.log.1.gz" # goes on where its log has half a line
wait_for 10 "the archive" eval "ls -l /proc/$PID/fd | grep -q c.log.1.gz"
unpacked() { awk '/^rchar/ { print $2 }' "/proc/$PID/io"; } # read so far
touched() { # closed after writing, and looked at: its first block is read
	local before
	before=$(unpacked)
	: >>"$A/logs/c.log.1.gz"
	wait_for 5 "a look" eval "[ \$(unpacked) -gt $((before + 10000)) ]"
}
BEFORE=$(unpacked)
for _ in 1 2 3 4 5 6 7 8; do touched; done
ok "an archive that waits is not unpacked again while nothing changes" test $(($(unpacked) - BEFORE)) -lt 12000000
rm "$A/logs/c.log.1.gz"
ok "an archive that waits for its log and is removed is told" wait_for 60 "n33" grep -q n33.evil.example "$A/out"
stop TERM

# Restarted between rotation and compression.
archive_rotated() { # SIGNAL: fourteen lines told, some of them of a log that is rotated, and stopped by it
	rm -rf "$A" && mkdir -p "$A/logs"
	for i in $(seq 1 10); do hit "$i"; done >"$A/logs/a.log"
	: >"$A/out"
	archive_follow
	wait_for 10 "ten" out_is 10 10 0
	mv "$A/logs/a.log" "$A/logs/a.log.1"
	for i in $(seq 11 13); do hit "$i"; done >>"$A/logs/a.log.1"
	hit 14 >"$A/logs/a.log"
	wait_for 10 "fourteen" out_is 14 14 0
	[ "$1" = TERM ] || wait_for 10 "the place" grep -q "^file [0-9]* $(stat -c %i "$A/logs/a.log.1") " "$A/state/places"
	stop "$1"
}
nothing_lost() { # LINES: each told, and again only as possible duplicates
	python3 -c 'import collections, json, sys
told = collections.defaultdict(list)
for o in map(json.loads, open(sys.argv[1])):
    told[o["tocsin"]["value"]].append(o["tocsin"].get("duplicate_possible", False))
print(told)
sys.exit(len(told) != int(sys.argv[2]) or not all(all(v[1:]) for v in told.values()))' "$A/out" "$1"
}
for how in TERM KILL; do
	archive_rotated $how
	gzip "$A/logs/a.log.1"
	hit 15 >>"$A/logs/a.log"
	archive_follow 2
	wait_for 30 "the archive" archive_told "$A/logs/a.log.1.gz"
	ok "SIG$how after the rotation, compressed before the start: nothing is lost, repeats are marked" nothing_lost 15
	stop TERM
	archive_rotated $how
	archive_follow 2
	gzip "$A/logs/a.log.1"
	hit 15 >>"$A/logs/a.log"
	wait_for 30 "the archive" archive_told "$A/logs/a.log.1.gz"
	ok "SIG$how after the rotation, compressed after the start: nothing is lost, repeats are marked" nothing_lost 15
	stop TERM
done

A_PATTERNS=('*.log' '*.gz') # the log that was rotated has no name of its own, and is forgotten after a while
archive_rotated KILL
archive_follow 2
wait_for 30 "the end of the log" grep -q '^done ' "$A/state/places"
stop TERM
archive_follow 3
ok "a log that was told to its end is remembered" grep -q '^done ' "$A/state/places"
gzip "$A/logs/a.log.1"
hit 15 >>"$A/logs/a.log"
wait_for 30 "the archive" archive_told "$A/logs/a.log.1.gz"
ok "and known again when it is compressed after two restarts: nothing is told twice but for the kill" nothing_lost 15
stop TERM
grep -c . "$A/out" >"$A/count"
archive_follow 4
stop TERM
ok "nor at the next start" test "$(grep -c . "$A/out")" -eq "$(cat "$A/count")"
A_PATTERNS=()

mkdir -p "$A/slow"
mkfifo "$A/pipe"
"$W" run --set "$T/set" --state "$A/state" --output "$A/out-slow" "$A/slow/*" 2>>"$A/log" &
PID=$!
{ for i in $(seq 1 30000); do printf 'n%d.evil.example %s\n' "$i" "$RANDOM$RANDOM"; done; } >"$A/plain"
{ head -c 400000 "$A/plain" | zstd -q; cat "$A/pipe"; } >"$A/slow/z.log" &
WRITER=$!
ok "an archive that is being written: told as far as it goes" wait_for 20 "lines" eval "[ \$(wc -l <'$A/out-slow') -gt 1000 ]"
tail -c +400001 "$A/plain" | zstd -q >"$A/pipe"
wait $WRITER
slow_is() { [ "$(wc -l <"$A/out-slow")" -eq 30000 ]; }
ok "and then to its end, nothing twice" wait_for 20 "30000" slow_is
stop TERM

# --- More files than may be open -----------------------------------------------------------------------------------------------

mkdir "$T/logs/many"
more() { local i; for i in $(seq "$1" "$2"); do hit $((10000 * $3 + i)) >>"$T/logs/many/$i.log"; done; }
more 1 400 1
( ulimit -n 300; exec "$W" run --set "$T/set" --state "$T/state-many" --output "$T/out-many" "$T/logs/many/*.log*" 2>>"$T/run-many.log" ) &
PID=$!
many_are() { [ "$(wc -l <"$T/out-many")" -eq "$1" ]; }
ok "400 files with 300 descriptors: each is told" wait_for 20 "400" many_are 400
ok "and not many are open" test "$(ls /proc/$PID/fd | wc -l)" -lt 250
more 1 400 2
ok "and what is added to each" wait_for 20 "800" many_are 800
for i in $(seq 1 400); do hit $((30000 + i)) >>"$T/logs/many/$i.log"; mv "$T/logs/many/$i.log" "$T/logs/many/$i.log.1"; hit $((40000 + i)) >>"$T/logs/many/$i.log"; done
ok "rotated by rename, each to its end" wait_for 30 "1600" many_are 1600
more 1 400 5
rm "$T"/logs/many/*.log.1
ok "removed, and growing again" wait_for 20 "2000" many_are 2000
numbers() { python3 -c 'import re, sys
print(len(set(re.findall(rb"\"value\":\"n(\d+)[.]", open(sys.argv[1], "rb").read()))))' "$T/out-many"; }
ok "no line twice, none missed" test "$(numbers)" -eq 2000
ok "no log unreadable" status_is 1 grep -q unreadable "$T/run-many.log"
stop TERM
rm -r "$T/logs/many"

# --- Signing and updating ------------------------------------------------------------------------------------------------------

mkdir "$T/issuer" "$T/here"
ok "an issuer makes its key" "$W" key "$T/issuer.key" --name ctisector
cp "$T/set" "$T/issuer/current.set"
ok "and signs a set" "$W" sign "$T/issuer/current.set" --key "$T/issuer.key"
update() { "$W" update "$T/issuer" --key "${1:-$T/issuer.key.pub}" -o "$T/here/current.set"; }
says "update takes it from a directory" 'replaced' update
ok "and it is the same file" cmp "$T/issuer/current.set" "$T/here/current.set"
says "again: unchanged" 'unchanged' update
"$W" compile "$T/in.csv" -o "$T/issuer/current.set" >/dev/null 2>&1
refused "another file under the old signature" 'auth.*another file' update
ok "keeps the old set" cmp "$T/set" "$T/here/current.set"
"$W" sign "$T/issuer/current.set" --key "$T/issuer.key" >/dev/null
sed -i 's/^ed25519 ..../ed25519 AAAA/' "$T/issuer/current.set.sig"
refused "a false signature" 'auth.*false' update
"$W" key "$T/other.key" --name ctisector >/dev/null
"$W" sign "$T/issuer/current.set" --key "$T/other.key" >/dev/null
refused "the signature of somebody of the same name" 'auth.*false' update
"$W" key "$T/third.key" --name somebody >/dev/null
"$W" sign "$T/issuer/current.set" --key "$T/third.key" >/dev/null
refused "of another issuer" 'auth.*by "somebody"' update
"$W" compile "$T/in.csv" -o "$T/issuer/current.set" --made 2020-01-01 >/dev/null 2>&1
"$W" sign "$T/issuer/current.set" --key "$T/issuer.key" >/dev/null
refused "a genuine set that is older than the one here" 'denied.*made 2020' update
refused "no https" 'input.*https' "$W" update http://127.0.0.1/x --key "$T/issuer.key.pub" -o "$T/here/current.set"
ok "nothing is left behind" test ! -e "$T/here/current.set.part"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$T/tls.key" -out "$T/tls.pem" -days 2 -subj /CN=localhost \
	-addext subjectAltName=DNS:localhost >/dev/null 2>&1
python3 - "$T" <<'END' &
import hashlib, http.server, os, ssl, sys
t = sys.argv[1]
os.chdir(t + "/issuer")
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = open(self.path.lstrip("/"), "rb").read()
        tag = '"%s"' % hashlib.sha256(body).hexdigest()[:16]
        same = self.headers.get("If-None-Match") == tag
        print(self.path, 304 if same else 200, file=open(t + "/served", "a"))
        self.send_response(304 if same else 200)
        self.send_header("ETag", tag)
        self.send_header("Content-Length", "0" if same else str(len(body)))
        self.end_headers()
        if not same:
            self.wfile.write(body)
    def log_message(self, *a):
        pass
s = http.server.HTTPServer(("127.0.0.1", 0), H)
c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
c.load_cert_chain(t + "/tls.pem", t + "/tls.key")
s.socket = c.wrap_socket(s.socket, server_side=True)
open(t + "/port.new", "w").write(str(s.server_port))
os.rename(t + "/port.new", t + "/port")
s.serve_forever()
END
SERVER=$!
wait_for 10 "the server" test -e "$T/port"
"$W" compile "$T/in.csv" -o "$T/issuer/current.set" >/dev/null 2>&1
"$W" sign "$T/issuer/current.set" --key "$T/issuer.key" >/dev/null
over() { "$W" update "https://localhost:$(cat "$T/port")/current.set" --key "$T/issuer.key.pub" -o "$T/here/current.set" "$@"; }
refused "https with a certificate that no authority answers for" 'auth' over
says "https with the authority named" 'replaced' over --ca "$T/tls.pem"
says "again" 'unchanged' over --ca "$T/tls.pem"
says "by its ETag" '^/current.set 304' cat "$T/served"
with_other_key() { "$W" update "https://localhost:$(cat "$T/port")/current.set" --key "$T/other.pub" -o "$T/here/current.set" --ca "$T/tls.pem"; }
sed 's/^issuer .*/issuer other/' "$T/issuer.key.pub" >"$T/other.pub"
refused "which does not say that the set is another issuer's" 'auth.*and the key is that of "other"' with_other_key
printf x >>"$T/here/current.set"
says "nor that a set that was damaged here is well" 'replaced' over --ca "$T/tls.pem"
kill $SERVER
refused "the issuer is away" 'away' over --ca "$T/tls.pem"

# --- Sending -------------------------------------------------------------------------------------------------------------------

cat >"$T/tocsin" <<'END'
#!/bin/sh
echo "$*" >>"$(dirname "$0")/asked"
[ -e "$(dirname "$0")/away" ] && { echo '{"error":"away"}'; exit 1; }
[ -e "$(dirname "$0")/hub-away" ] && { echo '{"id":"00","state":"sealed"}'; exit 1; }
echo '{"id":"00","state":"filed"}'
END
chmod +x "$T/tocsin"
hunt "$T/mixed.log" >"$T/sightings"
send() { "$W" send "$T/sightings" --spool "$T/spool" --tocsin "$T/tocsin" "$@"; }
says "send shows what leaves the machine" '2015-05-17T10:00:00Z .* 1 +domain +evil.example|2015-05-17T10' send --dry-run
ok "and sends nothing with --dry-run" test ! -e "$T/asked"
refused "nor without an answer" 'denied' send </dev/null
touch "$T/away"
refused "the platform is away: it stays in the spool" 'stays in the spool' send --yes
ok "queued" eval "ls '$T'/spool/*.csv"
ok "no host, log or line in it" status_is 1 grep -rE '192\.0\.2\.7|mixed.log|tls.sni' "$T/spool" --include='*.csv'
rm "$T/away"
: >"$T/asked"
says "the next time it goes" 'filed' send --yes
ok "the spool is empty" status_is 2 eval "ls '$T'/spool/*.csv"
N=$(wc -l <"$T/asked")
ok "and nothing goes twice" eval "send --yes >/dev/null; [ \$(wc -l <'$T/asked') -eq $N ]"
hunt "$T/mixed.log" >>"$T/sightings"
touch "$T/hub-away"
send --yes >/dev/null 2>&1
rm "$T/hub-away"
ok "sealed but not sent: the home has it" test -e "$T/spool/sync"
: >"$T/asked"
ok "which is asked to send it the next time" eval "send --yes >/dev/null; grep -q 'receipts --sync' '$T/asked'"

refused "no sightings from a FIFO, which nobody writes" 'is no regular file' "$W" send "$T/fifo" --spool "$T/spool" --yes

# Equal rows of different sightings, none of which is sent yet; files that are named in turn.
S=$T/sending
mkdir "$S"
sighting() { printf '{"@timestamp":"2026-01-02T03:04:05.000Z","event":{"id":"%032d"},"threat":{"indicator":{"name":"evil.example"}},"tocsin":{"type":"domain"}}\n' "$1"; }
send_these() { "$W" send "$@" --spool "$S/spool" --tocsin "$T/tocsin" --yes; }
spooled() { [ "$(cat "$S"/spool/*.csv | grep -c '^domain,"evil.example",1')" -eq "$1" ] || { ls "$S/spool"; return 1; }; }
touch "$T/away"
sighting 1 >"$S/one"
sighting 2 >"$S/two"
send_these "$S/one" >/dev/null 2>&1
sighting 3 >>"$S/one"
send_these "$S/one" >/dev/null 2>&1
ok "the same rows again: two reports wait" spooled 2
send_these "$S/two" >/dev/null 2>&1
send_these "$S/one" >/dev/null 2>&1
ok "a file that was not named in between keeps its place" spooled 3
rm "$T/away"
: >"$T/asked"
send_these "$S/one" "$S/two" >/dev/null 2>&1
ok "and all go" test "$(grep -c ' report ' "$T/asked")" -eq 3
touch "$T/away"
sighting 4 >>"$S/two"
cp "$S/spool/places" "$S/places"
send_these "$S/two" >/dev/null 2>&1
cp "$S/places" "$S/spool/places" # as if it had been killed before it noted how far it was
send_these "$S/two" >/dev/null 2>&1
ok "what a killed sending had counted is one report" spooled 1
rm "$T/away"

# --- Real lines with known truth -----------------------------------------------------------------------------------------------

DATA=${TOCSIN_DATA:-../shared/data}/sensor
if [ -d "$DATA" ]; then
	mkdir "$T/corpus"
	zstd -dcq "$DATA"/corpus-3MB-seed5.tar.zst | tar x -C "$T/corpus" --strip-components=1
	[ -e "$T/corpus/truth.jsonl" ] || mv "$T"/corpus/*/* "$T/corpus"
	awk -F'\t' 'BEGIN { print "type,id,value" } { gsub(/"/, "\"\"", $3); print $2 "," $1 ",\"" $3 "\"" }' "$T/corpus/indicators-used.tsv" >"$T/corpus/in.csv"
	"$W" compile "$T/corpus/in.csv" -o "$T/corpus/set" >/dev/null 2>&1
	"$W" hunt --set "$T/corpus/set" "$T"/corpus/*.log "$T"/corpus/*.json >"$T/corpus/hits"
	truth() { python3 - "$T/corpus" <<-'END'
		import collections, json, os, sys
		d = sys.argv[1]
		hits = collections.defaultdict(set)
		for l in open(d + "/hits"):
		    o = json.loads(l)
		    hits[os.path.basename(o["log"]["file"]["path"]), o["log"]["file"]["line"]].add(o["tocsin"]["indicator"])
		truth = [json.loads(l) for l in open(d + "/truth.jsonl")]
		match = {(o["file"], o["line"]): o["id"] for o in truth if o["expect"] == "match"}
		missing = [k for k in match if match[k] not in hits.get(k, ())]
		false = [k for k in hits if k not in match]
		print(len(match), "expected,", len(missing), "missing,", len(false), "false:", missing[:3], false[:3])
		sys.exit(len(missing) + len(false) > 0)
	END
	}
	ok "the labelled corpus: every expected hit and nothing else" truth
else
	skip "the labelled corpus" "$DATA is not there"
fi
finish
