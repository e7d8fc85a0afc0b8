# Sets a platform up on loopback with the commands an operator would use. Sourced by ./demo and by the system tests, never run.
#
#   BIN     directory of the programs            P      directory of the platform (made)
#   SEATS, THRESHOLD                              PORT   first port: hub PORT, keeper i PORT+i
#   POLICY  more "--policy key=value" words       BULLETIN  seconds between bulletins (2)
#
# Every command's output goes to $P/setup.log; a failure shows its last lines.

ORIGIN=${ORIGIN:-tocsin.example/ledger}
PORT=${PORT:-7700}
BULLETIN=${BULLETIN:-2s}
POLICY=${POLICY:-}

die() { printf '%s\n' "$*" >&2; [ ! -f "$P/setup.log" ] || tail -n 15 "$P/setup.log" >&2; exit 1; }
quietly() { echo "\$ $*" >>"$P/setup.log"; "$@" >>"$P/setup.log" 2>&1 || die "failed: $*"; }
tocsin() { "$BIN/tocsin" "$@"; }
as() { local home=$1; shift; tocsin --home "$P/members/$home" "$@"; } # as MEMBER VERB…

seats() { seq 1 "$SEATS"; }
openers() { seq 1 "$THRESHOLD"; }

# A document signed by the officers of the seats given: officers_sign FILE SEAT…
officers_sign() {
	local file=$1 seat
	shift
	for seat in "$@"; do
		quietly tocsin officer sign "$file" --key "$P/officer$seat/officer.key" --seat "$seat" --origin "$ORIGIN" --yes -o "$file"
	done
}
publish() { quietly tocsin officer publish "$1" --charter "$P/charter"; }

hub_conf() {
	cat >"$P/hub.conf" <<-CONF
	listen 127.0.0.1:$PORT
	advertise 127.0.0.1:$PORT
	state $P/hub
	pepper $PEPPER/pepper
	bulletin $BULLETIN
	CONF
}

keeper_conf() { # keeper_conf SEAT NAME CC
	cat >"$P/keeper$1.conf" <<-CONF
	listen 127.0.0.1:$((PORT + $1))
	advertise 127.0.0.1:$((PORT + $1))
	state $P/keeper$1
	name $2
	country $3
	hub-poll 1s
	CONF
}

SEAT_NAMES=(x "Seat A" "Seat B" "Seat C" "Seat D" "Seat E" "Seat F" "Seat G")
SEAT_COUNTRIES=(x FR DE PT IT NL SE FI)

make_keys() {
	local i
	hub_conf
	quietly "$BIN/tocsin-hub" init -c "$P/hub.conf"
	for i in $(seats); do
		keeper_conf "$i" "${SEAT_NAMES[$i]}" "${SEAT_COUNTRIES[$i]}"
		quietly "$BIN/tocsin-keeper" init -c "$P/keeper$i.conf"
		quietly tocsin officer init -o "$P/officer$i"
	done
}

# member HOME NAME ORGANISATION CC SECTOR: keys and card
member() {
	quietly as "$1" init --name "$2" --organisation "$3" --country "$4" --sector "$5" --origin "$ORIGIN"
}

TEAMS=("1:international:ZZ:International response team" "2:national:FR:National team FR" "3:national:DE:National team DE")
FOUNDERS=()

make_charter() { # the founders' homes are made before
	local words=() i team founder
	for i in $(seats); do words+=(--seat "$P/keeper$i/keeper.enrol" "$P/officer$i/officer.enrol"); done
	for team in "${TEAMS[@]}"; do words+=(--team "$team"); done
	for founder in "${FOUNDERS[@]}"; do words+=(--founder "$P/members/$founder/card"); done
	quietly tocsin officer charter --name "$NAME" --origin "$ORIGIN" --threshold "$THRESHOLD" --hub "$P/hub/hub.enrol" "${words[@]}" $POLICY -o "$P/charter"
	officers_sign "$P/charter" $(seats)
	quietly "$BIN/tocsin-hub" charter -c "$P/hub.conf" "$P/charter"
	for i in $(seats); do quietly "$BIN/tocsin-keeper" charter -c "$P/keeper$i.conf" "$P/charter"; done
}

# The sealing keys of this quarter, each signed by its seat's officer.
make_quarter() {
	local i quarter
	quarter=$(date -u +%Y)Q$((($(date -u +%-m) + 2) / 3))
	for i in $(seats); do
		quietly "$BIN/tocsin-keeper" quarter -c "$P/keeper$i.conf" --quarter "$quarter"
		cp "$P/keeper$i/quarter-$quarter.document" "$P/quarter$i"
		officers_sign "$P/quarter$i" "$i"
	done
}
publish_quarter() { local i; for i in $(seats); do publish "$P/quarter$i"; done; }

start_one() { # start_one NAME PROGRAM CONF
	"$BIN/$2" -c "$3" </dev/null >>"$P/$1.log" 2>&1 &
	echo $! >"$P/$1.pid"
}
# Waits until a condition holds: wait_for SECONDS WHAT COMMAND…
wait_for() {
	local end=$((SECONDS + $1)) what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || die "gave up waiting for $what"
		sleep 0.05
	done
}
is_ready() { grep -q "event=ready" "$P/$1.log"; }
alive() { kill -0 "$(cat "$P/$1.pid")" 2>/dev/null; }

daemon_start() { # daemon_start hub|keeperN
	: >>"$P/$1.log"
	mv "$P/$1.log" "$P/$1.log.old"; touch "$P/$1.log"
	case $1 in hub) start_one hub tocsin-hub "$P/hub.conf" ;; *) start_one "$1" tocsin-keeper "$P/$1.conf" ;; esac
	wait_for 20 "$1 to be ready (see $P/$1.log)" is_ready "$1"
}
daemon_stop() {
	[ -f "$P/$1.pid" ] || return 0
	kill "$(cat "$P/$1.pid")" 2>/dev/null
	wait_for 20 "$1 to stop" not_alive "$1"
	rm -f "$P/$1.pid"
}
not_alive() { ! alive "$1"; }

platform_start() {
	local i
	daemon_start hub
	for i in $(seats); do daemon_start "keeper$i"; done
}
platform_stop() {
	local i
	for i in $(seats); do daemon_stop "keeper$i"; done
	daemon_stop hub
}

# accredit BATCH LINE…: one batch; a line is "HOME role=… [team=… ceiling=…]". Sponsors are the homes of $SPONSORS, none for founders.
accredit() {
	local batch=$P/batch-$1 line home sponsor
	shift
	for line in "$@"; do
		home=${line%% *}
		printf 'card=%s %s' "$P/members/$home/card" "${line#"$home"}"
		for sponsor in ${SPONSORS:-}; do
			quietly as "$sponsor" sponsor "$P/members/$home/card" -o "$P/members/$home/vouch-$sponsor"
			printf ' sponsor=%s sponsor-card=%s' "$P/members/$home/vouch-$sponsor" "$P/members/$sponsor/card"
		done
		echo
	done >"$batch.list"
	quietly tocsin officer accredit --charter "$P/charter" --list "$batch.list" -o "$batch"
	officers_sign "$batch/document" $(openers)
	publish "$batch"
}

join() { # join HOME: pins the charter, its fingerprint compared with the one that the officers signed
	quietly as "$1" join "$P/charter" --fingerprint "$FINGERPRINT"
}

make_token_keys() {
	local document
	quietly tocsin officer order-ceremony --epoch 1 -o "$P/order"
	officers_sign "$P/order" $(openers)
	publish "$P/order"
	quietly tocsin ceremony "$P/order" --charter "$P/charter" --dir "$P/ceremony"
	for document in "$P"/ceremony/token-key-*; do
		officers_sign "$document" $(openers)
		publish "$document"
	done
}

common_list() {
	quietly tocsin officer common-list "$1" --version 1 -o "$P/common-list"
	officers_sign "$P/common-list" $(openers)
	publish "$P/common-list"
}
