# A platform for the system tests: three seats of which two open, an analyst of the international team, three reporters. Sourced after
# BIN and PORT are set, in the source's root; sets P and PEPPER and removes both at the end. The caller says three_make.
SEATS=3 THRESHOLD=2 NAME=${NAME:-Test platform}
P=$(mktemp -d)
PEPPER=$(mktemp -d /dev/shm/tocsin-test-XXXXXX)
. tools/platform.sh
trap 'three_end' EXIT
three_stop() {
	local pid
	exec 2>/dev/null # the shell's word on each of them
	for pid in "$P"/*.pid; do [ ! -f "$pid" ] || kill -9 "$(cat "$pid")"; done
}
three_end() {
	three_stop
	[ -z "${LIARS:-}" ] || liars_stop
	rm -rf "$PEPPER" "$P" "${OUT:-}"
}
HOMES=(intl reporter1 reporter2 reporter3)

three_liars() { :; } # a test that has some redefines it: they stand there from the first leaf on

three_make() {
	local home
	mkdir -p "$P/members"
	make_keys
	member intl "Duty analyst" "International response team" FR government
	member reporter1 "Desk" "Organisation one" FR energy
	member reporter2 "Desk" "Organisation two" DE transport
	member reporter3 "Desk" "Organisation three" PT banking
	FOUNDERS=("${HOMES[@]}")
	make_charter
	FINGERPRINT=$(tocsin --json officer show "$P/charter" | python3 -c 'import json,sys; print(json.load(sys.stdin)["fingerprint"].replace(" ",""))')
	make_quarter
	three_liars
	platform_start
	publish_quarter
	for home in "${HOMES[@]}"; do join "$home"; done
	accredit all "intl role=file,analyse team=1 ceiling=RED" "reporter1 role=file" "reporter2 role=file" "reporter3 role=file"
	make_token_keys
	common_list packaging/common-values.txt
	for home in "${HOMES[@]}"; do quietly as "$home" common-values packaging/common-values.txt; done
}

# report HOME TITLE HOST…: a report of these domains to team 1; what `tocsin --json report` says is printed.
report() {
	local home=$1 title=$2 words=()
	shift 2
	for host in "$@"; do words+=(--observe "domain=$host"); done
	as "$home" --json report --title "$title" --to 1 --tlp AMBER "${words[@]}" --yes
}
# keeper_says SEAT KEY: a value of the keeper's own status page.
keeper_says() { curl -sk --max-time 5 "https://127.0.0.1:$((PORT + $1))/v1/status" | sed -n "s/^$2=//p"; }
state_is() { [ "$(keeper_says "$1" state)" = "$2" ]; } # SEAT STATE
hub_says() { curl -sk --max-time 5 "https://127.0.0.1:$PORT/v1/status" | sed -n "s/^$1=//p"; }
# within SECONDS WHAT COMMAND…: wait_for as a condition, whose failure is not the end of the script
within() { (wait_for "$@"); }
