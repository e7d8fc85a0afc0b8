#!/bin/bash
# No memory for one process of a whole daemon, wherever it asks for some: its own code, SQLite, GnuTLS, libmicrohttpd, OpenSSL, libc. Its
# memory is bounded while it runs (RLIMIT_DATA), at what it has and a little more, and it is asked for everything. It refuses, or it stops
# and says why; with memory again nothing that was promised is missing. out_of_memory_test.sh BUILD
set -u
BIN=$(realpath "$1")
cd "$(dirname "$0")/../.."
PORT=8440 NAME="Out of memory"
POLICY="--policy tokens.address=1000000 --policy tokens.name=100000 --policy filings=10000 --policy releases.analyst=10000 \
--policy releases.team=10000 --policy releases.all=10000 --policy cosign-above=10000"
export ORIGIN
. tests/system/three.sh
. tests/system/case.sh
. tests/system/roles.sh
# KiB that the process may still take: too little for a frame, for many tokens, for a large record. Of a core, in small steps: where a frame
# has just room, it is SQLite behind it that has none.
# TOCSIN_ALL=1: every one of them, in five minutes; else what a run of all tests has time for.
SLACKS=(0 512) CORE_SLACKS=(0 24 44 512)
[ -z "${TOCSIN_ALL:-}" ] || SLACKS=(0 64 512 4096) CORE_SLACKS=(0 20 24 28 36 44 56 80 512 4096)
MANY=600 # addresses in a report: the matcher's index grows, a keeper evaluates batches
ENOUGH=10 # seconds that a command has, for whoever it waits for may be gone
three_make
head -c 3000000 /dev/urandom >"$P/attached"
RECORD=$(report reporter1 "Before" before.example.org | json 'd["id"]')
next_second
quietly tocsin officer order-ceremony --epoch 2 -o "$P/order2"
officers_sign "$P/order2" $(openers)
PROMISED=$P/promised
: >"$PROMISED"

# ask HOME NAME WORDS…: a command under load; a report that was called filed or promised is written down.
ask() {
	local home=$1 out=$P/$2.out id
	shift 2
	timeout "$ENOUGH" "$BIN/tocsin" --home "$P/members/$home" --json "$@" >"$out" 2>&1 </dev/null
	local status=$?
	[ $status -eq 0 ] || echo "$1" >>"$P/refused"
	[ $status -le 2 ] || [ $status -eq 124 ] || echo "exit $status of $*: $(tail -n 3 "$out")" >>"$P/strange"
	if [ "$1" = report ] && grep -Eq '"state": "(filed|promised)' "$out"; then id=$(json 'd["id"]' <"$out") && echo "$id" >>"$PROMISED"; fi # in one write: others do the same
}
# call WORDS…: curl, which no failure is strange to
call() {
	case $(curl -sk --max-time 10 -o /dev/null -w '%{http_code}' "$@") in 000 | 5??) echo "call" >>"$P/refused" ;; esac
}
many() { python3 -c "import random; print('type,value'); [print(f'ipv4,45.{random.randrange(80, 90)}.{random.randrange(256)}.{random.randrange(1, 255)}') for _ in range($MANY)]"; }
all_done() { local pid; for pid in "$@"; do wait "$pid"; done; }
small() { # small PORT: questions of a few kilobytes
	local n home pids=()
	for home in reporter1 reporter2 reporter3; do
		(for n in 1 2 3 4; do ask $home small-$home-$n report --title "Small $n" --to 1 --tlp AMBER --observe ipv4=45.83.122.$n --yes; done) & pids+=($!)
	done
	(ask intl list list; ask intl open open "$RECORD" --purpose "under load $RANDOM"; ask intl matches matches; ask intl verify ledger verify) & pids+=($!)
	for n in $(seq 20); do call "https://127.0.0.1:$1/v1/status" & pids+=($!); done
	all_done "${pids[@]}"
}
large() { # large PORT PATH ROLE: reports of hundreds of tokens, and of megabytes; of keys, a ceremony
	local n pids=()
	many >"$P/many.csv"
	ask reporter1 many report "$P/many.csv" --title "Many" --to 1 --tlp AMBER --yes & pids+=($!)
	[ "$3" != keeper1:keys ] || { ask intl ceremony ceremony "$P/order2" --charter "$P/charter" --dir "$P/ceremony2" & pids+=($!); }
	ask reporter3 large report --title "Large" --to 1 --tlp AMBER --no-tokens --attach "$P/attached" --yes & pids+=($!)
	for n in $(seq 12); do call --data-binary "@$P/attached" "https://127.0.0.1:$1/v1/$2" & pids+=($!); done
	all_done "${pids[@]}"
}
# bound PID KIB. Not the address space: threads have theirs reserved, and a stack that cannot grow is no failed allocation.
bound() { prlimit --pid "$1" --data=$((($(awk '/^VmData/ { print $2 }' "/proc/$1/status") + $2) * 1024)):unlimited; }
serves() { curl -sk --max-time 5 "https://127.0.0.1:$1/v1/status" | grep -q '^version='; }
# The last word of a daemon that stopped: what the role could not do, or a broken invariant. Any other signal is no way to stop.
last_word() {
	grep -E 'event=role-killed' "$P/$1.log" | grep -v 'signal=6 ' && return 1
	grep -E 'broken invariant|event=((core|matcher)-ended|failed) ' "$P/$1.log" | tail -n 1 | sed 's/^time=[^ ]* //' | grep .
}
kept() { # every id that was called filed or promised is a record of the hub
	python3 -c 'import sqlite3, sys; [print(*row) for row in sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute("SELECT lower(hex(id)) FROM record")]' \
		"$P/hub/store/store.sqlite" | sort >"$P/records"
	sort -u "$PROMISED" | comm -23 - "$P/records" >"$P/missing"
	[ -s "$P/records" ] && [ ! -s "$P/missing" ] && return
	for home in reporter1 reporter2 reporter3; do as "$home" receipts | grep -F -f "$P/missing" | sed "s/^/$home: missing: /"; done
	cat "$P/missing"
	return 1
}

STOPPED=0 REFUSED=0 SQLITE=0
round() { # round DAEMON:ROLE KIB
	local daemon=${1%%:*} name="$1 with $2 KiB" port=$PORT program=tocsin-hub path=filings pid said home
	[ "$daemon" = hub ] || { port=$((PORT + ${daemon#keeper})); program=tocsin-keeper; path=file; }
	: >"$P/refused"
	: >"$P/strange"
	pid=$(role_pid "$1")
	bound "$pid" "$2" || { fail "$name" "its memory cannot be bounded"; return 1; }
	small "$port"
	! alive "$daemon" || large "$port" "$path" "$1"
	if alive "$daemon"; then
		[ ! -s "$P/refused" ] || REFUSED=$((REFUSED + 1))
		prlimit --pid "$pid" --data=unlimited:unlimited
		ok "$name: it goes on, and with memory again it serves (refused: $(sort "$P/refused" | uniq -c | tr -s ' \n' ' '))" within 20 "it" serves "$port"
		daemon_stop "$daemon"
	else
		STOPPED=$((STOPPED + 1))
		if said=$(last_word "$daemon"); then pass "$name: it stops: $said"; else fail "$name: it stops and says why" "$(tail -n 5 "$P/$daemon.log")"; fi
	fi
	SQLITE=$((SQLITE + $(grep -c 'no memory: out of memory' "$P/$daemon.log")))
	[ ! -s "$P/strange" ] || fail "$name: its clients are told" "$(cat "$P/strange")"
	ok "$name: what is on disk is whole" "$BIN/$program" check -c "$P/$daemon.conf"
	daemon_start "$daemon"
	wait_for 30 "$daemon to serve" serves "$port"
	for home in reporter1 reporter2 reporter3; do within 60 "receipts" as "$home" receipts --sync || fail "$name: $home's receipts are honoured" "$(as "$home" receipts --sync 2>&1 | tail -n 3)"; done
	ok "$name: all that was promised is there" kept
}
for role in hub:core hub:net hub:matcher keeper1:core keeper1:keys keeper1:net; do
	slacks=("${SLACKS[@]}")
	[ "${role#*:}" != core ] || slacks=("${CORE_SLACKS[@]}")
	for slack in "${slacks[@]}"; do round "$role" "$slack"; done
done
echo "# $STOPPED times a daemon stopped, $REFUSED times it refused and went on, SQLite had no memory for $SQLITE questions; $(sort -u "$PROMISED" | wc -l) reports were promised meanwhile"
if [ $STOPPED -gt 0 ] && [ $REFUSED -gt 0 ]; then pass "both ways were met"; else fail "both ways were met" "stopped $STOPPED, refused $REFUSED"; fi
if [ $SQLITE -gt 0 ]; then pass "SQLite was without memory too"; elif [ -z "${TOCSIN_ALL:-}" ]; then skip "SQLite was without memory too" "not at these bounds: TOCSIN_ALL=1"; else fail "SQLite was without memory too" "not once"; fi
ok "the ceremony that was under way comes to its end" tocsin ceremony "$P/order2" --charter "$P/charter" --dir "$P/ceremony2"
ok "the whole ledger verifies" as intl ledger verify
ok "and the first record opens" as intl open "$RECORD" --purpose "after all of it"
finish
