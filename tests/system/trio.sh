# A platform of three seats, two to open, for the tests of thieves and liars. Sourced with BIN, PORT and NAME set, never run.
#
#   intl, intl2   analysts of team 1 up to RED         team-de   analyst of team 3 up to AMBER+STRICT
#   hospital, factory, bank   members that file
#
#   HUB_SHIFT, KEEPER_SHIFT   the real hub, the real keeper 3, listen that many ports above what the charter says: a liar stands there
#   trio_make                 sets up and starts; FOUNDERS and POLICY may be changed before
P=$(mktemp -d)
chmod 700 "$P"
SEATS=3 THRESHOLD=2
. tools/platform.sh
. tests/system/case.sh
. tests/system/liar.sh
PEPPER=$(mktemp -d /dev/shm/tocsin-test-XXXXXX)
trio_end() {
	liars_stop
	platform_stop 2>/dev/null
	rm -rf "$PEPPER" "$P"
}
trap trio_end EXIT
trap 'exit 130' INT TERM

hub_conf() {
	cat >"$P/hub.conf" <<-CONF
	listen 127.0.0.1:$((PORT + ${HUB_SHIFT:-0}))
	advertise 127.0.0.1:$PORT
	state $P/hub
	pepper $PEPPER/pepper
	bulletin 1s
	refresh 5s
	CONF
}
keeper_conf() { # keeper_conf SEAT NAME CC
	local shift=0
	[ "$1" != 3 ] || shift=${KEEPER_SHIFT:-0}
	cat >"$P/keeper$1.conf" <<-CONF
	listen 127.0.0.1:$((PORT + $1 + shift))
	advertise 127.0.0.1:$((PORT + $1))
	state $P/keeper$1
	name $2
	country $3
	hub-poll 1s
	CONF
}

MORE=() # lines of accredit for members that a test adds to FOUNDERS
FOUNDERS=(intl intl2 team-de hospital factory bank)
trio_keys() {
	mkdir -p "$P/members"
	make_keys
	member intl "Duty analyst" "International response team" FR government
	member intl2 "Second analyst" "International response desk" DE government
	member team-de "Duty analyst" "National team DE" DE government
	member hospital "Security desk" "Hospital on the hill" FR health
	member factory "Plant security" "Factory by the river" DE manufacturing
	member bank "Incident desk" "Bank at the bridge" PT banking
}
trio_people() {
	local home
	for home in "${FOUNDERS[@]}"; do join "$home"; done
	local all=("intl role=file,analyse team=1 ceiling=RED" "intl2 role=file,analyse team=1 ceiling=RED" \
		"team-de role=file,analyse team=3 ceiling=AMBER+STRICT" "hospital role=file" "factory role=file" "bank role=file" "${MORE[@]}")
	accredit all "${all[@]}"
	make_token_keys
	common_list packaging/common-values.txt
	for home in "${FOUNDERS[@]}"; do quietly as "$home" common-values packaging/common-values.txt; done
}
trio_charter() {
	make_charter
	FINGERPRINT=$(tocsin --json officer show "$P/charter" | json 'd["fingerprint"].replace(" ","")')
}
trio_make() {
	trio_keys
	trio_charter
	make_quarter
	trio_liars
	platform_start
	publish_quarter
	trio_people
}

trio_liars() { :; } # a test that has some redefines it: they stand there from the first leaf on

# The one credential of a batch's folder goes into a home by hand, where keepers have refused it: take_credential FOLDER HOME
take_credential() {
	python3 - "$1/cards" "$P/members/$2/credential" <<-'PY'
	import struct, sys
	b = open(sys.argv[1], "rb").read()  # card, credential: each behind its length
	at = 2 + struct.unpack_from(">H", b)[0]
	open(sys.argv[2], "wb").write(b[at + 2:at + 2 + struct.unpack_from(">H", b, at)[0]])
	PY
}

hub_says() { curl -sk --max-time 5 "https://127.0.0.1:$((PORT + ${HUB_SHIFT:-0}))/v1/status" | sed -n "s/^$1=//p"; }

# Files, and prints the id that the report was given: file_report HOME WORDS…
file_report() { local home=$1; shift; tocsin --home "$P/members/$home" --json report "$@" --yes 2>>"$P/setup.log" | json 'd["id"]'; }
