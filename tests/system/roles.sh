# What roles_test.sh looks at in /proc. Sourced by it, never run.

# role_pid DAEMON[:ROLE]: its process; the supervisor's without a role.
role_pid() {
	local pid child
	pid=$(cat "$P/${1%%:*}.pid")
	[ "${1%%:*}" != "$1" ] || { echo "$pid"; return; }
	for child in $(pgrep -P "$pid"); do
		if tr '\0' ' ' <"/proc/$child/cmdline" | grep -q -- "--role ${1##*:} "; then echo "$child"; fi
	done
}

# is NAME WANT GOT
is() { if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "it is \"$3\", not \"$2\""; fi; }

check_status() { # check_status ROW PID
	local key want
	while read -r key want; do
		is "$1: $key $want" "$want" "$(awk -v k="$key:" '$1 == k { print $2 }' "/proc/$2/status")"
	done <<-ROWS
	Seccomp 2
	NoNewPrivs 1
	CapEff 0000000000000000
	CapPrm 0000000000000000
	CapInh 0000000000000000
	CapAmb 0000000000000000
	TracerPid 0
	ROWS
	is "$1: no core file" "0 0" "$(awk '/^Max core file size/ { print $5, $6 }' "/proc/$2/limits")"
	is "$1: not dumpable (its memory belongs to root)" root "$(stat -c %U "/proc/$2/mem")"
}

# The descriptors that a row may have, as the kernel names them; whatever else is there is named in the failure.
descriptors_of() {
	case $1 in
	hub | keeper1) echo "anon_inode:\[signalfd\]|$P/keeper1/lock|$(inherited)" ;;
	*:net) echo 'anon_inode:\[(eventpoll|eventfd)\]|pipe:\[[0-9]+\]' ;;
	hub:core) echo "$P/hub/store(/[a-z.-]+)?" ;;
	hub:matcher) echo "$P/hub/matcher(/[a-z0-9.-]+)?" ;;
	keeper1:core) echo "$P/keeper1/store(/[a-z.-]+)?" ;;
	keeper1:keys) echo "$P/keeper1/keys" ;;
	esac
}
# What the test itself was started with: a supervisor closes nothing, its roles close everything.
inherited() { find "/proc/$$/fd" -type l -printf '%l\n' 2>/dev/null | grep -E '^(pipe|socket):' | sed 's/[][]/\\&/g' | paste -sd'|'; }
check_descriptors() { # check_descriptors ROW PID
	local strange
	[ "$(id -u)" = 0 ] || return 0
	strange=$(find "/proc/$2/fd" -type l -printf '%l\n' | grep -Ev "^(/dev/null|$P/${1%%:*}\.log|socket:\[[0-9]+\]|$(descriptors_of "$1"))$" | sort -u)
	is "$1: no descriptor that is not its own" "" "$strange"
}

# Every key of the machine is in the memory of one process, the one that DESIGN.md names, and of no other; the sealing key of the
# quarter, which an opening has just used, in none.
check_memory() {
	local row words=() want name
	[ "$(id -u)" = 0 ] || return 0
	for row in hub keeper1 "${TABLE[@]}"; do words+=("$row=$(role_pid "$row")"); done
	local quarter
	quarter=$(basename "$(ls "$P"/keeper1/keys/quarter-* | head -n 1)")
	python3 tests/system/memory.py "${words[@]}" -- hub-ledger="$P/hub/keys/ledger.key:7:32" hub-receipt="$P/hub/keys/hub.key:7:32" \
		matcher="$P/hub/matcher/matcher.key:7:32" pepper="$PEPPER/pepper:7:32" hub-tls="$P/hub/tls.key" keeper-tls="$P/keeper1/tls.key" \
		identity="$P/keeper1/keys/identity:7:32" witness="$P/keeper1/keys/witness:7:32" voucher="$P/keeper1/keys/voucher:7:32" \
		ceremony="$P/keeper1/keys/ceremony:7:32" sealing="$P/keeper1/keys/$quarter:7:32" >"$OUT" 2>&1
	if [ $? -eq 3 ]; then skip "who has which key in memory" "$(cat "$OUT")"; return; fi
	while read -r name want; do
		is "memory: $name is held by $want" "$name: $want" "$(grep "^$name:" "$OUT")"
	done <<-ROWS
	hub-ledger hub:core
	hub-receipt hub:core
	matcher hub:matcher
	pepper hub:matcher
	hub-tls hub:net
	keeper-tls keeper1:net
	identity keeper1:keys
	witness keeper1:keys
	voucher keeper1:keys
	ceremony keeper1:keys
	sealing -
	ROWS
}
