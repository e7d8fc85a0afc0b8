# Figures of running platforms, taken with the commands that people use. Sourced by ./bench after tools/platform.sh.

now() { local t=$EPOCHREALTIME; echo "${t/./}"; } # microseconds
# The milliseconds that a command takes.
took() {
	local start
	start=$(now)
	"$@" >"$P/took.out" 2>>"$P/setup.log" || die "failed: $*"
	awk -v a="$start" -v b="$(now)" 'BEGIN { printf "%.1f", (b - a) / 1000 }'
}
# quantile PART: of the numbers on standard input
quantile() { sort -g | awk -v part="$1" '{ v[NR] = $1 } END { i = int(NR * part) + 1; if (i > NR) i = NR; print v[i] }'; }
field() { python3 -c 'import json,sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; } # field NAME <JSON

ANALYSTS=10
REPORTERS=(m1 m2 m3)

# platform_of SEATS THRESHOLD PORT: ten analysts of one team, three reporters
platform_of() {
	local i
	SEATS=$1 THRESHOLD=$2 PORT=$3 P=$WORK/platform NAME="Bench" BULLETIN=600s FOUNDERS=()
	POLICY='--policy vouchers=10000000 --policy filings=100000 --policy tokens.name=100000 --policy releases.analyst=10000
		--policy releases.team=100000 --policy releases.all=100000 --policy cosign-above=10000'
	mkdir -p "$P/members"
	make_keys
	for i in $(seq $ANALYSTS); do member "a$i" "Analyst $i" "International response team" FR government; FOUNDERS+=("a$i"); done
	for i in "${REPORTERS[@]}"; do member "$i" "Desk" "Organisation $i" FR energy; FOUNDERS+=("$i"); done
	make_charter
	FINGERPRINT=$(tocsin --json officer show "$P/charter" | field fingerprint | tr -d ' ')
	make_quarter
	platform_start
	publish_quarter
	for i in "${FOUNDERS[@]}"; do join "$i"; done
	local lines=()
	for i in $(seq $ANALYSTS); do lines+=("a$i role=file,analyse team=1 ceiling=RED"); done
	for i in "${REPORTERS[@]}"; do lines+=("$i role=file"); done
	accredit all "${lines[@]}"
	make_token_keys
}
platform_end() {
	platform_stop
	rm -rf "$P" "${PEPPER:?}"/*
}

# report HOME HOST…: prints the record's id
report() {
	local home=$1 words=() host
	shift
	for host in "$@"; do words+=(--observe "domain=$host"); done
	as "$home" --json report --title Bench --to 1 --tlp AMBER "${words[@]}" --yes 2>>"$P/setup.log" | field id
}

one_opening() { as "$1" open "$2" --no-compare --purpose "$3"; }

# figures_of SEATS THRESHOLD PORT LIMIT: sets it up, then openings
figures_of() {
	local i id
	TITLE="Opening, $2 of $1 seats: the command from its start to its end, ledger steps included"
	platform_of "$1" "$2" "$3"
	id=$(report m1 one.example.net two.example.net)
	for i in $(seq 3); do took one_opening a1 "$id" "warm $i" >/dev/null; done # card and ledger are then in the home
	for i in $(seq 21); do took one_opening a1 "$id" "case $i"; echo; done >"$P/openings"
	row "opening, median, $2 of $1" "$(quantile 0.5 <"$P/openings")" ms '<=' "$4"
	row "opening, slowest of 21, $2 of $1" "$(quantile 1 <"$P/openings")" ms
	for i in $(seq $ANALYSTS); do took one_opening "a$i" "$id" "warm" >/dev/null; done
	row "ten openings at once, all done, $2 of $1" "$(took ten_openings "$id")" ms
}
ten_openings() {
	local i pids=()
	for i in $(seq $ANALYSTS); do one_opening "a$i" "$1" "together" & pids+=($!); done
	for i in "${pids[@]}"; do wait "$i" || return 1; done
}

# Of a daemon's processes: what is theirs alone, and once what they share (its largest share in any).
memory_of() {
	local pid=$1 p
	for p in "$pid" $(cat "/proc/$pid/task/$pid/children"); do cat "/proc/$p/smaps_rollup"; echo END; done |
		awk '/^Private_(Clean|Dirty)/ { own += $2 } /^Shared_(Clean|Dirty)/ { shared += $2 } /^Rss/ { rss += $2 }
			/^END/ { if (shared > most) most = shared; shared = 0 } END { printf "%.1f %.1f", (own + most) / 1024, rss / 1024 }'
}
memory() {
	local name figures
	TITLE="Memory, idle: private of all processes of the daemon, and shared once"
	for name in hub keeper1; do
		figures=$(memory_of "$(cat "$P/$name.pid")")
		row "${name%1}, resident" "${figures% *}" MiB '<=' 40 "the plain sum of Rss is ${figures#* }"
	done
}

report_of_200() {
	local i hosts=()
	TITLE="Reports"
	for i in $(seq 200); do hosts+=("host$i.example.com"); done
	for i in 1 2 3; do took report m2 "${hosts[@]}"; echo; done >"$P/reports"
	row "a report of 200 observables, filed and cosigned" "$(quantile 0.5 <"$P/reports")" ms '<=' 1000
}

third_report() { as a1 matches "$(report m3 "$1" "$2")" --wait 10; }
time_to_match() {
	local i
	for i in 1 2 3 4 5; do
		report m1 "shared$i.example.org" "other$i.example.org" >/dev/null
		report m2 "shared$i.example.org" "another$i.example.org" >/dev/null
		took third_report "shared$i.example.org" "own$i.example.org"
		echo
	done >"$P/matches"
	row "from the third report's command to the match shown" "$(quantile 0.5 <"$P/matches")" ms '<=' 2000
}

# Clock ticks that a daemon's processes have worked.
ticks_of() { local pid; pid=$(cat "$P/$1.pid"); for pid in $pid $(cat "/proc/$pid/task/$pid/children"); do cat "/proc/$pid/stat"; done | awk '{ t += $14 + $15 } END { print t }'; }

filing() { # filing COUNT
	local hub keepers i
	TITLE="Filing: where the time goes, on $(nproc) cores with a load of $(cut -d' ' -f1 /proc/loadavg)"
	mkdir "$P/bare"
	hub=$(ticks_of hub) keepers=$(for i in $(seats); do ticks_of "keeper$i"; done | awk '{ t += $1 } END { print t }')
	"$BIN/tocsin-bench" load "$P/bare" "$1" 16 "$P/members/m1" "$P/keeper1/keys/voucher" | emit
	hub=$(($(ticks_of hub) - hub)) keepers=$(($(for i in $(seats); do ticks_of "keeper$i"; done | awk '{ t += $1 } END { print t }') - keepers))
	row "work of the hub for a filing" "$(awk -v t="$hub" -v n="$1" -v hz="$(getconf CLK_TCK)" 'BEGIN { printf "%.3f", 1000 * t / hz / n }')" ms
	row "work of all keepers, that cosign meanwhile" "$(awk -v t="$keepers" -v n="$1" -v hz="$(getconf CLK_TCK)" 'BEGIN { printf "%.3f", 1000 * t / hz / n }')" ms
	rm -rf "$P/bare"
}

# Milliseconds until a daemon says that it is ready.
ready_after() {
	local start
	start=$(now)
	: >"$P/$1.log"
	start_one "$1" "$2" "$P/$1.conf"
	until is_ready "$1"; do read -rt 0.005 <> <(:); done
	awk -v a="$start" -v b="$(now)" 'BEGIN { printf "%.0f", (b - a) / 1000 }'
}
start_with() { # start_with RECORDS
	TITLE="Start to ready"
	daemon_stop hub
	"$BIN/tocsin-bench" fill "$P/hub/store" "$1" "$P/hub/matcher" "$PEPPER/pepper" || die "the store could not be filled"
	row "hub with $1 more records and 16 times as many ids" "$(ready_after hub tocsin-hub)" ms '<=' 1000
	daemon_stop keeper1
	row "keeper" "$(ready_after keeper1 tocsin-keeper)" ms '<=' 1000
}

demonstration() { # demonstration PORT
	local start seconds
	TITLE="The demonstration"
	start=$(now)
	PORT=$1 TOCSIN_DEMO=$WORK/demo ./demo >"$WORK/demo.out" 2>&1 || { tail -5 "$WORK/demo.out" >&2; die "./demo failed"; }
	seconds=$(awk -v a="$start" -v b="$(now)" 'BEGIN { printf "%.1f", (b - a) / 1000000 }')
	TOCSIN_DEMO=$WORK/demo ./demo stop >/dev/null 2>&1
	row "./demo from a built tree" "$seconds" s '<=' 30
}

# --- PostgreSQL, where it is installed -------------------------------------------------------------------------------------------

as_nobody() { if [ "$(id -u)" = 0 ]; then runuser -u nobody -- "$@"; else "$@"; fi; }
postgres_end() { as_nobody "$PG/pg_ctl" -D "$WORK/postgres/data" -m immediate stop >/dev/null 2>&1; }
postgres() {
	local rows=1000000 latency
	PG=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1)
	[ -x "$PG/initdb" ] || { say "  PostgreSQL is not installed: not compared"; return 0; }
	TITLE="PostgreSQL: 64 ids looked up among 10^6, no neighbours counted"
	mkdir -m 777 "$WORK/postgres" && chmod 711 "$WORK"
	as_nobody "$PG/initdb" -D "$WORK/postgres/data" -A trust -U bench >/dev/null 2>&1 &&
		as_nobody "$PG/pg_ctl" -D "$WORK/postgres/data" -w -l "$WORK/postgres/log" -o "-k $WORK/postgres -c listen_addresses=" start >/dev/null || {
		say "  PostgreSQL did not start: not compared"
		return 0
	}
	"$PG/psql" -qh "$WORK/postgres" -U bench postgres >/dev/null <<-SQL
	CREATE TABLE t AS SELECT sha256(x::text::bytea) AS id, x AS record FROM generate_series(1, $rows) x;
	CREATE INDEX ON t (id, record);
	ANALYZE t;
	SQL
	cat >"$WORK/postgres/ask" <<-'SQL'
	\set r random(1, 15000)
	SELECT count(*) FROM t WHERE id = ANY (ARRAY(SELECT sha256((:r * 64 + x)::text::bytea) FROM generate_series(1, 64) x));
	SQL
	latency=$("$PG/pgbench" -h "$WORK/postgres" -U bench -n -M prepared -t 500 -f "$WORK/postgres/ask" postgres 2>/dev/null |
		awk '/latency average/ { print $4 }')
	row "PostgreSQL: looking up 64 ids" "${latency:-0}" ms
	postgres_end
	rm -rf "$WORK/postgres"
}
