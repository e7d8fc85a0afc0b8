#!/bin/bash
# What the sensor met goes to a real platform: shown, sealed, queued while the hub is away, and it meets. watch_send_test.sh BUILD
set -u
BIN=$(realpath "$1")
cd "$(dirname "$0")/../.."
PORT=8680 NAME="Watch test"
. tests/system/three.sh
. tests/system/case.sh
three_make

printf 'type,value\ndomain,one.watch.test\nipv4,198.51.100.23\n' >"$P/in.csv"
line() { printf '%s 10.0.0.9 TCP_TUNNEL/200 39 CONNECT %s:443 - HIER_DIRECT/192.0.2.8 -\n' "$1    882" "$2"; }
{ line 1767323045.419 www.one.watch.test; line 1767323145.419 one.watch.test; line 1767333045.419 198.51.100.23; } >"$P/squid.log"
ok "a set" "$BIN/tocsin-watch" compile "$P/in.csv" -o "$P/set"
"$BIN/tocsin-watch" hunt --set "$P/set" "$P/squid.log" >"$P/sightings.json"
send() { "$BIN/tocsin-watch" send "$P/sightings.json" --spool "$P/spool" --home "$P/members/$1" --tocsin "$BIN/tocsin" --to 1 --yes; }
states() { as reporter1 --json receipts | json '" ".join(sorted(r["state"] for r in d["receipts"]))'; }

ok "another member reports the same name" report reporter2 "seen too" one.watch.test
daemon_stop hub
refused "the hub is away: said, and nothing is lost" 'away|wait in the home|stays in the spool' send reporter1
waiting() { ls "$P"/spool/*.csv || test -e "$P/spool/sync"; }
ok "what was met waits" waiting
daemon_start hub
ok "the hub is back: it goes" send reporter1
says "two hours, two records, filed" 'filed filed' states
ok "the spool is empty" eval "! ls '$P'/spool/*.csv"
as reporter1 --json receipts >"$P/receipts"
says "under a title that says the hour" 'Sightings of 2026-01-02, 03:00' cat "$P/receipts"
pairs_are() { [ "$(as intl --json matches | json 'len(d["pairs"])')" = "$1" ]; }
ok "and the sighting meets the other member's report while both are sealed" wait_for 20 "the pair" pairs_are 1
ok "sending again sends nothing" eval "send reporter1 && [ \"\$(states)\" = 'filed filed' ]"
finish
