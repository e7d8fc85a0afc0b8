# A man in the middle (liar.py) for the system tests. Sourced, never run, where P is set and wait_for is there.
LIARS=()
liars_stop() {
	local pid
	for pid in "${LIARS[@]}"; do kill "$pid" 2>/dev/null; done
}

# liar NAME PORT REAL TLSDIR: a man in the middle with the TLS key of the daemon whose port it takes; it starts honest.
# lie NAME RULE…: what it does from now on. told NAME: how often it has lied since.
liar() {
	: >"$P/$1.rule"
	python3 tests/system/liar.py "$2" "$3" "$4" "$P/$1.rule" "$P/$1.lies" >"$P/$1.log" 2>&1 &
	LIARS+=($!)
	echo $! >"$P/$1.pid"
	wait_for 10 "$1 to listen" grep -q listening "$P/$1.log"
}
lie() { local name=$1; shift; : >"$P/$name.lies"; printf '%s\n' "$*" >"$P/$name.rule.new"; mv "$P/$name.rule.new" "$P/$name.rule"; }
honest() { lie "$1"; }
told() { wc -l <"$P/$1.lies"; }
lied() { [ -s "$P/$1.lies" ]; }
