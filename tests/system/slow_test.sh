#!/bin/bash
# Slow and silent clients, ten thousand idle connections, bodies that never end: the hub's and a keeper's network process stay small,
# others are served meanwhile, and all of them are cut. slow_test.sh BUILD
set -u
BIN=$(realpath "$1")
cd "$(dirname "$0")/../.."
PORT=${PORT:-8280} NAME="Slow clients"
IDLE=10000
export ORIGIN
. tests/system/three.sh
. tests/system/case.sh
. tests/system/roles.sh
three_make
RSS_MOST=500 # MiB: PATIENCE_HELD_MAX of bodies, a body as it moves, connections
SERVED_MS=10000 # generous: other work on the machine slows everybody; without the limits nobody is served at all

rss() { awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$(role_pid "$1:net")/status"; }
# ask PORT: milliseconds that an honest client waits for an answer, its handshake included; 99999: none.
ask() {
	local seconds
	seconds=$(curl -sk --max-time 20 -o /dev/null -w '%{http_code} %{time_total}' "https://127.0.0.1:$1/v1/status") || seconds="0 99"
	[ "${seconds%% *}" = 200 ] || seconds="0 99.999"
	awk "BEGIN { print int(${seconds##* } * 1000) }"
}

# attack NAME DAEMON PORT SECONDS KIND=COUNT…: under it, and until the last of them is cut, an honest client asks again and again.
attack() {
	local name=$1 daemon=$2 port=$3 before worst=0 high=0 ms now pid status
	before=$(rss "$daemon")
	shift 3
	python3 tests/system/slow.py "$port" "$@" >"$P/slow.out" 2>&1 &
	pid=$!
	while kill -0 $pid 2>/dev/null; do
		ms=$(ask "$port")
		now=$(rss "$daemon")
		[ "$ms" -le "$worst" ] || worst=$ms
		[ "${now:-0}" -le "$high" ] || high=$now
	done
	wait $pid
	status=$?
	sed 's/^/#   /' "$P/slow.out"
	if [ $status -eq 0 ]; then pass "$name: all are cut"; else fail "$name: all are cut" "$(tail -n 3 "$P/slow.out")"; fi
	if [ "$worst" -le $SERVED_MS ]; then pass "$name: others are served (worst $worst ms)"; else fail "$name: others are served" "worst $worst ms"; fi
	if [ "$high" -le $RSS_MOST ]; then
		pass "$name: memory of $daemon's net (from $before to at most $high MiB)"
	else
		fail "$name: memory of $daemon's net" "from $before to $high MiB, at most $RSS_MOST"
	fi
}

if ulimit -n $((IDLE + 500)) 2>/dev/null; then
	attack "$IDLE idle connections" hub "$PORT" 100 idle=$IDLE
	attack "$IDLE idle connections" keeper1 $((PORT + 1)) 100 idle=$IDLE
else
	skip "$IDLE idle connections" "no more than $(ulimit -Hn) descriptors are allowed here"
fi
attack "handshakes, headers and bodies that drip" hub "$PORT" 90 handshake=200 headers=200 body=200 chunked=200 silent=100
attack "bodies over the maximum and without end" hub "$PORT" 90 over=30 endless=30
says "afterwards a report is filed as before" '"id"' report reporter1 "After the storm" storm.example.org
finish
