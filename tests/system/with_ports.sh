#!/bin/bash
# with_ports.sh TEST WORDS…: runs a system test where the ports that all of them use are its own: on a loopback of its own, so that several
# run at once; where none can be had (not root, a container that forbids it), when no other of them runs.
set -u
if unshare --net true 2>/dev/null; then
	exec unshare --net sh -c 'ip link set lo up && exec "$@"' sh "$@"
fi
exec flock "${TMPDIR:-/tmp}/tocsin-system-tests.lock" "$@"
