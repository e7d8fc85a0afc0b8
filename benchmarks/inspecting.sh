# The inspection's figures. Sourced by ./bench after rows.sh. Data are made by inspect_data.py of this machine's packages and of real CVE
# records, where they lie in ../shared/data/vuln (or TOCSIN_DATA/vuln). On a machine that is busy with other things, compare the CPU.

# cost RUNS COMMAND…: sets WALL, CPU (seconds, medians), PEAK (MiB, of its largest process), STATUS
cost() { read -r WALL CPU PEAK STATUS < <("$BIN/tocsin-bench-inspect" cost "$@" 2>"$WORK/inspect.said"); }
# A verdict is no failure.
judged() { case $STATUS in 0 | 10 | 20) ;; *) die "tocsin-inspect $1: $(tail -1 "$WORK/inspect.said")" ;; esac }
ms() { awk -v s="$1" 'BEGIN { printf "%.1f", 1000 * s }'; }
mib() { awk -v n="$(stat -c %s "$1")" 'BEGIN { printf "%.1f", n / 1048576 }'; }

inspect_knowledge() { # inspect_knowledge RECORDS LIMIT
	local data=${TOCSIN_DATA:-../shared/data}/vuln/cve5-vulnrichment-sample.tar.zst directory=$WORK/inspect more=
	TITLE="inspection, data"
	if [ -e "$data" ]; then
		benchmarks/inspect_data.py cve "$data" "$1" "$directory/cve.tar.zst" || die "no CVE records"
		cost 1 "$BIN/tocsin-inspect" data update --data "$directory/cve" "$directory/cve.tar.zst"
		[ "$STATUS" = 0 ] || die "tocsin-inspect data update: $(tail -1 "$WORK/inspect.said")"
		row "$1 CVE records compiled" "$WALL" s "${2:+<=}" "${2:-0}" "$CPU s of CPU, $PEAK MiB"
		row "the file they make" "$(mib "$directory/cve")" MiB "${2:+<=}" "${2:+300}"
		more=$directory/cve.tar.zst
	else
		none "CVE records compiled" "skipped: $data is not there"
	fi
	benchmarks/inspect_data.py tracker "$directory/dpkg.tsv" "$directory/tracker.json" || die "no tracker"
	cost 1 "$BIN/tocsin-inspect" data update --data "$directory/knowledge" ${more:+"$more"} "$directory/tracker.json"
	[ "$STATUS" = 0 ] || die "tocsin-inspect data update: $(tail -1 "$WORK/inspect.said")"
	row "these and 40,000 flaws of Debian's packages" "$WALL" s '' 0 "$CPU s of CPU, $PEAK MiB, a file of $(mib "$directory/knowledge") MiB"
	cp "$directory/knowledge" "$directory/before"
	cost 1 "$BIN/tocsin-inspect" data update --data "$directory/before" "$directory/tracker.json"
	row "the tracker of the next day taken in" "$WALL" s '' 0 "$CPU s of CPU"
	rm -f "$directory"/cve* "$directory/before" "$directory/tracker.json"
}

inspect_machine() { # inspect_machine RUNS
	local packages
	packages=$(($(wc -l <"$WORK/inspect/dpkg.tsv") - 1))
	TITLE="inspection, this machine"
	cost "$1" "$BIN/tocsin-inspect" machine --data "$WORK/inspect/knowledge" --regime packaging/regimes/founding.regime
	judged machine
	row "the whole command, warm cache" "$(ms "$WALL")" ms '<=' 150 "$packages packages, $(ms "$CPU") ms of CPU, $PEAK MiB"
	cost "$1" "$BIN/tocsin-inspect" machine --json --data "$WORK/inspect/knowledge" --regime packaging/regimes/founding.regime
	row "with all of it as JSON" "$(ms "$WALL")" ms '' 0 "$(ms "$CPU") ms of CPU"
	none "a competitor" "debsecan and others fetch their data for each run"
}

# inspect_fleet MACHINES [LIMIT]: sets PER_MACHINE, in µs
inspect_fleet() {
	local directory=$WORK/inspect/fleet
	benchmarks/inspect_data.py fleet "$WORK/inspect/dpkg.tsv" "$1" 500 "$directory" || die "no fleet"
	cost 1 "$BIN/tocsin-inspect" fleet --quiet --data "$WORK/inspect/knowledge" --regime packaging/regimes/founding.regime \
		--result "$WORK/inspect/lines" "$directory"
	judged fleet
	[ "$(wc -l <"$WORK/inspect/lines")" = "$1" ] || die "tocsin-inspect fleet: lines are missing"
	TITLE="inspection, fleet"
	row "$1 machines of 500 packages" "$WALL" s "${2:+<=}" "${2:-0}" "$CPU s of CPU"
	row "the same, peak of memory" "$PEAK" MiB '<=' 512
	PER_MACHINE=$(awk -v s="$CPU" -v n="$1" 'BEGIN { printf "%.1f", 1e6 * s / n }')
	rm -rf "$directory" "$WORK/inspect/lines"
}

inspection() { # inspection RECORDS MACHINES [LIMIT]: "": these are too few for a promise; else 60 seconds
	local few
	mkdir "$WORK/inspect"
	"$BIN/tocsin-bench-inspect" versions | emit
	if ! command -v dpkg-query >/dev/null; then
		TITLE="inspection" none "this machine, data, fleet" "skipped: this is no Debian"
		return
	fi
	{
		printf 'package\tversion\tarch\tsource\tsource_version\n'
		dpkg-query -W -f '${db:Status-Status}\t${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n' |
			sed -n 's/^installed\t//p'
	} >"$WORK/inspect/dpkg.tsv"
	inspect_knowledge "$1" "${3-60}"
	inspect_machine $(short 5 15)
	inspect_fleet $(($2 / 10))
	few=$PER_MACHINE
	inspect_fleet "$2" "${3-60}"
	row "CPU a machine, $2 machines and $(($2 / 10))" "$PER_MACHINE" us beside "$few" "the smaller fleet: time grows with the machines alone"
	rm -rf "$WORK/inspect"
}
