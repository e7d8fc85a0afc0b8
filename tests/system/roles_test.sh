#!/bin/bash
# The processes of a running platform as the kernel sees them: locked in, without rights, without a core file, each with its own
# descriptors and its own keys in memory and nobody else's; and that a daemon does not start on a kernel that lacks what locks it in.
# roles_test.sh BUILD
set -u
BIN=$(realpath "$1")
cd "$(dirname "$0")/../.."
PORT=8240 NAME="Roles"
export ORIGIN
. tests/system/three.sh
. tests/system/case.sh
. tests/system/roles.sh
three_make

# As in production the daemons belong to a user of their own: only then does the kernel show who is dumpable. Only root can do that.
AS=()
if [ "$(id -u)" = 0 ]; then
	platform_stop
	AS=(setpriv --reuid nobody --regid nogroup --clear-groups)
	mkdir "$P/bin" && cp "$BIN"/tocsin-hub "$BIN"/tocsin-keeper "$BIN"/without "$P/bin"
	chown -R nobody: "$P"/hub "$P"/keeper? "$P/bin" "$PEPPER"
	chmod 711 "$P"
	start_one() { # start_one NAME PROGRAM CONF
		"${AS[@]}" "$P/bin/$2" -c "$3" </dev/null >>"$P/$1.log" 2>&1 &
		echo $! >"$P/$1.pid"
	}
	platform_start
else
	skip "descriptors and memory of every process" "only root may look into a process that is not dumpable"
fi
id=$(report reporter1 "A report" evil.example.org | json 'd["id"]')
as intl open "$id" --purpose "a test" >>"$P/setup.log" 2>&1 || fail "an opening, so that keepers used their sealing keys" "see setup.log"

TABLE=(hub:net hub:core hub:matcher keeper1:net keeper1:core keeper1:keys)
for row in hub keeper1 "${TABLE[@]}"; do
	pid=$(role_pid "$row")
	[ -n "$pid" ] || { fail "$row" "no such process"; continue; }
	check_status "$row" "$pid"
	check_descriptors "$row" "$pid"
done
for row in hub:core hub:matcher keeper1:keys; do
	locked=$(awk '/^VmLck/ { print $2 }' "/proc/$(role_pid $row)/status")
	if [ "${locked:-0}" -gt 0 ]; then pass "$row: keys lie in locked memory ($locked kB)"; else fail "$row: keys lie in locked memory" "VmLck $locked kB"; fi
done
check_memory

echo "# a kernel that lacks a mechanism"
platform_stop
WITHOUT=$BIN
[ ! -d "$P/bin" ] || WITHOUT=$P/bin
for row in "landlock:Landlock" "landlock-enforcement:Landlock" "seccomp:seccomp" "no_new_privs:no_new_privs" "not-dumpable:PR_SET_DUMPABLE" \
	"capset:capset" "limits:RLIMIT_CORE"; do
	for daemon in hub keeper1; do
		case $daemon in hub) program=tocsin-hub ;; *) program=tocsin-keeper ;; esac
		timeout 30 "${AS[@]}" "$WITHOUT/without" "${row%%:*}" "$WITHOUT/$program" -c "$P/$daemon.conf" >"$OUT" 2>&1 </dev/null
		status=$?
		name="$daemon does not start without ${row%%:*}, and says so"
		if [ $status -ne 1 ]; then
			fail "$name" "exit status $status: $(tail -n 3 "$OUT")"
		elif grep -q "event=ready" "$OUT" || ! grep -q "sandbox of role.*${row##*:}" "$OUT"; then
			fail "$name" "$(tail -n 3 "$OUT")"
		else
			pass "$name"
		fi
	done
done
finish
