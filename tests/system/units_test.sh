#!/bin/bash
# The walls that systemd puts round each daemon: an exposure of at most 2.0, by systemd's own count; for those that hold keys, no swap and no
# core file. units_test.sh BUILD
set -u
cd "$(dirname "$0")/../.."
. tests/system/case.sh
MOST=2.0

exposure() { systemd-analyze security --offline=true "$1" 2>/dev/null | sed -n 's/.*Overall exposure level for [^:]*: \([0-9.]*\) .*/\1/p'; }
for unit in packaging/*.service; do
	name="$(basename "$unit"): exposure at most $MOST"
	if ! systemd-analyze --help 2>/dev/null | grep -q -- --offline; then
		skip "$name" "systemd-analyze (250 or later) is not installed"
		continue
	fi
	level=$(exposure "$unit")
	if [ -n "$level" ] && awk "BEGIN { exit !($level <= $MOST) }"; then pass "$name ($level)"; else fail "$name" "it is ${level:-unknown}"; fi
done
for unit in packaging/tocsin-hub.service packaging/tocsin-keeper.service; do
	name="$(basename "$unit"): no memory on a swap device, no core file"
	if grep -qx "MemorySwapMax=0" "$unit" && grep -qx "LimitCORE=0" "$unit"; then pass "$name"; else fail "$name" "MemorySwapMax=0 or LimitCORE=0 is missing"; fi
done
finish
